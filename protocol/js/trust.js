/** The trust store (SPEC 7): documents found valid, and whom people here decided to believe. */
import { need } from './cbor.js';
import { parseSigned, signersAmong } from './cose.js';
import * as doc from './documents.js';
import { coopIdOf, named, sha256 } from './keys.js';

/** Return whether a key in its state may have signed something of this time. */
export const isGoodAt = ({ state, since }, iat) => state === 0 || (state === 1 && iat <= since);

const DESCRIPTOR_PACE = 600;
const LIST_PACE = 60;
const FORMER = 256; // keys that a co-op no longer lists

/** Return an envelope's parts, and by what its document is known. */
async function open(data, kind) {
  const { payload, signatures } = parseSigned(data, kind);
  return { payload, signatures, hash: await sha256(payload) };
}

const reaches = async ({ threshold, keys }, signatures) =>
  (await signersAmong(keys, signatures)).length >= threshold;

/**
 * Return what becomes of a document beside those held in its place, all of one iat, and those that
 * are held then (SPEC 7.2, 7.6). `floor` is the iat of what was held there before.
 */
function place(it, held, { now, paced, pace = 0, room = 1, floor = -Infinity }) {
  if (it.iat > now + 600) return ['from_the_future'];
  const last = held[0]?.iat ?? floor;
  if (it.iat < last) return ['older'];
  const isEarly = paced && it.iat > last && it.iat < last + pace;
  if (!held.length || it.iat > last) return isEarly ? ['parked', held] : ['accepted', [it]];
  if (held.some(({ hash }) => hash === it.hash)) return ['known', held];
  const kept = [...held, it].sort((a, b) => (a.hash < b.hash ? -1 : 1)).slice(0, room);
  return [kept.includes(it) ? 'accepted+equivocation' : 'known+equivocation', kept];
}

export class TrustStore {
  own = null; // a co-op's id
  paired = new Set();
  replacedBy = new Map(); // new ids by old ones, as pairings say
  blocked = new Set();
  followed = new Set(); // federations' ids
  descriptors = new Map(); // by co-op
  lists = new Map(); // by `co-op/kid`: one, or two that equivocate
  floors = new Map(); // the iat of dropped lists, by `co-op/kid`
  roots = new Map(); // by federation
  directories = new Map(); // by federation
  parked = new Map(); // bytes, by co-op or `co-op/kid`
  newest = 0; // the highest iat of others (SPEC 9.7.2)
  #last = Promise.resolve();

  /** Run a task when those before are done: none sees a document half taken in. */
  alone(task) {
    this.#last = this.#last.then(task, task);
    return this.#last;
  }

  pair(id, replaces = []) {
    this.paired.add(id);
    this.replacedBy.delete(id);
    for (const old of replaces.filter((one) => one !== id)) {
      this.paired.delete(old);
      this.replacedBy.set(old, id);
    }
  }

  /** Return the directories that list a co-op, in the order in which they were followed. */
  listing(id) {
    const directories = [...this.followed].map((federation) => this.directories.get(federation));
    return directories.filter((directory) => directory?.rows.has(id));
  }

  /** Return whether a co-op is heard (SPEC 7.1). */
  hears(id) {
    return id === this.own || this.paired.has(id) || this.listing(id).length > 0;
  }

  /** Return the keys with this kid that co-ops list. Former ones have no state. */
  claims(kid) {
    const found = []; // a plain loop: each list asks, and there may be ten thousand co-ops
    for (const { keys, former } of this.descriptors.values()) {
      for (const key of keys) if (key.kid === kid) found.push(key);
      for (const key of former) if (key.kid === kid) found.push(key);
    }
    return found;
  }

  standing(id) {
    const listing = this.listing(id);
    const suspended = listing.filter(({ rows }) => rows.get(id).suspended).length;
    if (id === this.own) return 'own'; // 7.7.1
    if (this.blocked.has(id)) return 'blocked'; // 7.7.2
    if (this.replacedBy.has(id)) return 'replaced'; // 7.7.3
    if (this.paired.has(id)) return suspended ? 'disputed' : 'paired'; // 7.7.4
    if (this.#successor(id)) return 'replaced'; // 7.7.5
    if (!listing.length) return 'unknown'; // 7.7.6
    if (suspended === listing.length) return 'suspended'; // 7.7.7
    return suspended ? 'disputed' : 'listed';
  }

  /** Return who replaces a co-op by the word of directories (SPEC 7.7.5). */
  #successor(id) {
    const says = (federation) => this.directories.get(federation)?.replacedBy.get(id);
    const federation = [...this.followed].sort().find(says);
    const isGood = (one) => one.federation !== federation && !one.rows.get(id).suspended;
    return federation && !this.listing(id).some(isGood) ? says(federation) : undefined;
  }

  presentId(id) {
    for (const seen = new Set(); !seen.has(id); ) {
      seen.add(id);
      const isOurs = id === this.own || this.paired.has(id);
      id = this.replacedBy.get(id) ?? (isOurs ? id : (this.#successor(id) ?? id));
    }
    return id;
  }

  /**
   * Take a document in, or refuse it.
   * @param when {now, paced}: `paced` if a relay brought it unasked
   * @return 'accepted', 'known' or 'parked', perhaps with '+equivocation'
   */
  add(data, when) {
    const copy = new Uint8Array(data);
    return this.alone(() => this.#add(copy, when));
  }

  /** Take in what was parked and is due. At most once a minute (SPEC 7.6). */
  addParked(now) {
    return this.alone(async () => {
      for (const [at, data] of this.parked) {
        const isList = at.includes('/');
        const held = isList ? this.lists.get(at)?.[0] : this.descriptors.get(at);
        if (now < held?.iat + (isList ? LIST_PACE : DESCRIPTOR_PACE)) continue;
        this.parked.delete(at);
        await this.#add(data, { now }).catch(() => {});
      }
    });
  }

  async #add(data, when) {
    const start = String.fromCharCode(...data.subarray(0, 80)); // 7.2
    if (start.startsWith('\xd8\x62')) {
      const isRoot = start.includes(`\x78\x1e${doc.ROOT.typ}`);
      return isRoot ? this.#addRoot(data) : this.#addDirectory(data, when);
    }
    const isDescriptor = start.includes(`\x78\x24${doc.DESCRIPTOR.typ}`);
    return isDescriptor ? this.#addDescriptor(data, when) : this.#addList(data, when);
  }

  #date(iat) {
    this.newest = Math.max(this.newest, iat);
  }

  async #addDescriptor(data, when) {
    const { payload, hash, signatures } = await open(data, doc.DESCRIPTOR); // 7.3.1
    const identity = doc.identityKey(payload); // 7.3.2
    const [id, signer] = [await coopIdOf(identity), await named(identity)];
    const held = this.descriptors.get(id);
    const known = held?.key ?? this.listing(id)[0]?.rows.get(id).key ?? signer.key;
    need(this.hears(id) && signer.key === known, 'not_listed'); // 7.3.3
    need((await signersAmong([signer], signatures)).length, 'bad_signature'); // 7.3.4
    const it = { ...(await doc.parseDescriptor(payload, id)), hash }; // 7.3.5
    const [word, kept] = place(it, held ? [held] : [], { ...when, pace: DESCRIPTOR_PACE }); // 7.3.6
    need(kept, word);
    if (word === 'parked') this.parked.set(id, data); // 7.3.7
    if (word === 'parked' || word === 'known') return word;

    const [holds] = kept; // 7.3.8
    const before = [...(held?.former ?? []), ...(held?.keys ?? []), ...it.keys]; // oldest first
    const former = new Map(before.map(({ key, kid, coop }) => [key, { key, kid, coop }]));
    for (const { key } of holds.keys) former.delete(key);
    const remembered = [...former.values()].slice(-FORMER);
    this.descriptors.set(id, { ...holds, former: remembered });
    const maySign = ({ iat, signers, kid }) =>
      holds.keys.some((one) => one.kid === kid) &&
      holds.keys.some((one) => signers.includes(one.key) && isGoodAt(one, iat));
    for (const [at, lists] of this.lists) {
      if (!at.startsWith(id)) continue;
      if (lists.length) this.floors.set(at, lists[0].iat);
      this.lists.set(at, lists.filter(maySign));
    }
    for (const { kid } of [...former.values()].slice(0, -FORMER)) {
      this.lists.delete(`${id}/${kid}`);
      this.floors.delete(`${id}/${kid}`);
    }
    if (id !== this.own) this.#date(holds.iat);
    return word;
  }

  async #addList(data, when) {
    const { payload, hash, signatures } = await open(data, doc.LIST); // 7.4.1
    const claims = this.claims(signatures[0].kid).filter(({ coop }) => this.hears(coop));
    need(claims.length, 'wrong_key'); // 7.4.2
    const signers = await signersAmong(claims, signatures);
    need(signers.length, 'bad_signature'); // 7.4.3
    const it = { ...(await doc.parseStatusList(payload)), hash };
    it.signers = signers.map(({ key }) => key);
    const listed = this.claims(it.kid).filter(({ state }) => state !== undefined);
    const subjects = listed.map(({ coop }) => coop);
    const able = signers.filter((one) => isGoodAt(one, it.iat) && subjects.includes(one.coop));
    need(able.length, 'wrong_key'); // 7.4.4
    const places = [...new Set(able.map(({ coop }) => coop))].map((coop) => {
      const at = `${coop}/${it.kid}`;
      const held = this.lists.get(at) ?? [];
      const floor = this.floors.get(at);
      return [coop, at, ...place(it, held, { ...when, pace: LIST_PACE, room: 2, floor })]; // 7.4.5, 7.4.6
    });
    const good = places.filter(([, , , kept]) => kept);
    need(good.length, places[0][2]);
    for (const [coop, at, word, kept] of good) {
      this.lists.set(at, kept);
      if (word === 'parked') this.parked.set(at, data);
      else if (coop !== this.own) this.#date(it.iat);
    }
    const words = good.map(([, , word]) => word).sort(); // accepted, known, parked
    const rival = words.some((word) => word.includes('+')) ? '+equivocation' : '';
    return words[0].split('+')[0] + rival;
  }

  async #addRoot(data) {
    const { payload, hash, signatures } = await open(data, doc.ROOT);
    const it = await doc.parseRoot(payload, hash);
    const { federation } = it;
    need(this.followed.has(federation), 'unknown_federation'); // 7.5.1
    const held = this.roots.get(federation);
    const [word, kept] = place(it, held ? [held] : [], { now: Infinity }); // 7.5.2
    need(kept, word);
    if (word === 'known') return word;
    for (const { root } of [held ?? it, it]) {
      need(await reaches(root, signatures), 'threshold_not_met'); // 7.5.3
    }
    need(word !== 'accepted' || it.iat === (held?.iat ?? 0) + 1, 'version_gap'); // 7.5.4
    const directory = this.directories.get(federation);
    const isConfirmed = await reaches(kept[0].directory, directory?.signatures ?? []);
    this.roots.set(federation, kept[0]);
    if (directory) directory.isConfirmed = isConfirmed; // 7.5.5
    return word;
  }

  async #addDirectory(data, when) {
    const { payload, hash, signatures } = await open(data, doc.DIRECTORY);
    const kids = signatures.map(({ kid }) => kid);
    const isNamed = ({ kid }) => kids.includes(kid);
    const roots = [...this.followed].flatMap((federation) => this.roots.get(federation) ?? []);
    const named = roots.filter(({ directory }) => directory.keys.some(isNamed));
    need(named.length, 'unknown_federation'); // 7.5.6
    const speaksFor = [];
    for (const { federation, directory } of named) {
      if (await reaches(directory, signatures)) speaksFor.push(federation);
    }
    need(speaksFor.length, 'threshold_not_met'); // 7.5.7
    const it = { ...(await doc.parseDirectory(payload)), hash, signatures, isConfirmed: true };
    need(speaksFor.includes(it.federation), 'unknown_federation'); // 7.5.8
    const held = this.directories.get(it.federation);
    const floor = held?.iat;
    const [word, kept] = place(it, held?.isConfirmed ? [held] : [], { ...when, floor }); // 7.5.9
    need(kept, word);
    this.directories.set(it.federation, kept[0]);
    this.#date(kept[0].iat);
    return word;
  }
}
