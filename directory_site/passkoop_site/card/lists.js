// The signed lists: fetched from the site, kept for when there is no network. Of a large network only
// the part that holds a card's key is asked for; what is in it is believed because it is signed.

import { documentsIn, documentsOf } from "../verifier/bundle.js";
import { CARD } from "../verifier/card.js";
import { hex, need, utf8 } from "../verifier/cbor.js";
import { parseSigned } from "../verifier/cose.js";
import { TrustStore } from "../verifier/index.js";
import { sha256 } from "../verifier/keys.js";
import { readings } from "../verifier/text.js";
import { Shelf } from "./shelf.js";

const MAGIC = utf8("passkoop/keys/1\n");
const FRESH = 600_000; // milliseconds: no new index is asked for before
const AHEAD = 4_000_000; // bytes of all lists: up to here they are fetched before they are needed

/** Nothing here says whose cards these are, and there is no network. */
export class NoLists extends Error {}

/** What a page for members, or a till, believes. */
export class Lists {
  /** @param where {lists, federations, coops}: an address, and whose word is taken, by id */
  constructor({ lists, federations, coops }) {
    this.base = lists;
    this.federations = federations.split(" ").filter(Boolean);
    this.coops = coops.split(" ").filter(Boolean);
    this.shelf = new Shelf("passkoop-listes");
    this.isAway = false; // at the last try
    this.asked = -FRESH;
  }

  /** Return the trust store with all that the keys in these texts need. */
  async storeFor(texts) {
    if (!globalThis.crypto?.subtle) throw Object.assign(new Error(), { name: "NotSupportedError" });
    const kids = new Set(texts.flatMap(kidsIn));
    for (const find of [() => this.#newest(), () => this.#kept()]) {
      const index = await find();
      if (!index) continue;
      try {
        await this.#take(index, kids);
        return this.store;
      } catch (error) {
        if (error.name === "NotSupportedError") throw error;
        this.isAway = true;
      }
    }
    throw new NoLists();
  }

  /** When the newest directory that is believed was signed, 0: none is here. */
  get directoryAt() {
    return Math.max(0, ...[...(this.store?.directories.values() ?? [])].map(({ iat }) => iat));
  }

  /** Fetch all lists of a small network, for a till that has to go on without. */
  async ahead() {
    const index = await this.#newest();
    if (!index || index.size > AHEAD) return;
    for (const name of [index.directory, ...index.parts]) await this.#bytes(name);
  }

  async #newest() {
    if (this.index && performance.now() - this.asked < FRESH) return this.index;
    try {
      this.index = await this.shelf.newest(`${this.base}index.json`);
      this.asked = performance.now();
      this.isAway = false;
    } catch {
      this.index = null;
      this.isAway = true;
    }
    return this.index;
  }

  #kept() {
    return this.shelf.json(`${this.base}kept.json`);
  }

  async #take(index, kids) {
    if (this.of !== index.directory) {
      const [store, data] = [new TrustStore(), await this.#bytes(index.directory)];
      for (const id of this.federations) store.followed.add(id);
      for (const id of this.coops) store.pair(id);
      for (const document of documentsIn(data)) await add(store, document);
      Object.assign(this, { of: index.directory, store, read: new Set() });
    }
    for (const kid of kids) {
      const part = index.parts[(parseInt(kid.slice(0, 2), 16) * index.parts.length) >> 8];
      if (this.read.has(kid + part)) continue;
      for (const document of documentsFor(kid, await this.#bytes(part))) {
        await add(this.store, document);
      }
      this.read.add(kid + part);
    }
    // Only what could be read to the end is what stays.
    await this.shelf.putJson(`${this.base}kept.json`, index);
    const named = [index.directory, ...index.parts].map((name) => this.#address(name));
    await this.shelf.forgetBut([...named, `${this.base}kept.json`, `${this.base}index.json`]);
  }

  #address(name) {
    return `${this.base}${name}.passkoop`;
  }

  async #bytes(name) {
    const data = await this.shelf.bytes(this.#address(name));
    need((await sha256(data)) === name, "another file");
    return data;
  }
}

/** Take a document in; one that is refused changes nothing. */
async function add(store, document) {
  await store.add(document, { now: Infinity }).catch((error) => {
    if (error.name === "NotSupportedError") throw error; // this browser knows no such signatures
  });
}

/** Return the keys that a text may have been signed with. */
function kidsIn(text) {
  const found = [];
  for (const bytes of readings(text)) {
    try {
      found.push(parseSigned(bytes, CARD).signatures[0].kid);
    } catch {
      // no card: the verdict says so
    }
  }
  return found;
}

/** Yield the documents that a part holds for a key. */
function* documentsFor(kid, part) {
  need(MAGIC.every((byte, i) => part[i] === byte));
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  for (let at = MAGIC.length; at < part.length; ) {
    const size = view.getUint32(at + 8);
    const from = at + 12;
    if (hex(part.subarray(at, at + 8)) === kid) yield* documentsOf(part.subarray(from, from + size));
    at = from + size;
  }
}
