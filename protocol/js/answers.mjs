/** What the conformance driver answers (SPEC 15). */
import { documentsIn, partsIn } from './bundle.js';
import { decode, hex, isMap, need as ensure, Refusal, unhex } from './cbor.js';
import { parseSigned } from './cose.js';
import { DESCRIPTOR, entryAt, identityKey, parsePolicy, parseRoot, ROOT } from './documents.js';
import { inflate } from './inflate.js';
import { repairs } from './keyboards.js';
import { coopIdOf, named, sha256, verifyEd25519 } from './keys.js';
import { readPage } from './page.js';
import { parsePairingCode } from './pairing.js';
import { readings } from './text.js';
import { TrustStore } from './trust.js';
import { verdict } from './verdict.js';

// Readers of fields: they return a value, or refuse the line.
const need = (ok) => ensure(ok, 'bad_request');
const checked = (is) => (value) => {
  need(is(value));
  return value;
};

const text = checked((value) => typeof value === 'string');
const integer = checked(Number.isSafeInteger);
const boolean = checked((value) => typeof value === 'boolean');
const object = checked((value) => typeof value === 'object' && value && !Array.isArray(value));
const array = (read) => (value) => checked(Array.isArray)(value).map((item) => read(item));
const name = (length) => (value) => {
  need(text(value).length % 2 === 0 && !/[^0-9a-f]/i.test(value));
  need(length === undefined || value.length === 2 * length);
  return value.toLowerCase();
};
const bytes = (value) => unhex(name()(value));
const table = (read) => (value) =>
  Object.entries(object(value)).map(([id, item]) => [name(10)(id), read(item)]);

/** Return a field that may be missing. */
const optional = (line, field, read, otherwise) =>
  Object.hasOwn(line, field) ? read(line[field]) : otherwise;

/** Return the policy that a JSON object describes. */
function policy(value) {
  const ids = array((value) => unhex(name(10)(value)));
  const map = new Map(Object.entries(object(value)));
  for (const field of ['accept', 'refuse']) if (map.has(field)) map.set(field, ids(map.get(field)));
  try {
    return parsePolicy(map);
  } catch {
    return need(false);
  }
}

function visits(value) {
  const inPeriod = optional(object(value), 'in_period', integer, 0);
  return { inPeriod, isToday: optional(value, 'today', boolean, false) };
}

/** Return what a line says of its trust store: all that `makeStore` needs. */
function trustOf(line) {
  const ids = array(name(10));
  return {
    documents: array(name())(line.trust),
    now: optional(line, 'added_at', integer, integer(line.now)),
    own: optional(line, 'own', name(10)),
    paired: optional(line, 'paired', ids),
    replaces: optional(line, 'replaces', table(ids)),
    federations: optional(line, 'federations', ids),
    blocked: optional(line, 'blocked', ids, []),
    former: optional(line, 'former', table(array(name(32))), []),
  };
}

/** Follow each root 1 among the documents, or pair with each co-op if there is none. */
async function decideByDefault(store, documents) {
  const coops = [];
  for (const data of documents) {
    try {
      const { payload } = parseSigned(data, ROOT);
      const { iat: version, federation } = await parseRoot(payload, await sha256(payload));
      if (version === 1) store.followed.add(federation);
    } catch {
      // Not a root: perhaps a descriptor.
    }
    try {
      const { payload } = parseSigned(data, DESCRIPTOR);
      coops.push(await coopIdOf(identityKey(payload)));
    } catch {
      // Neither.
    }
  }
  if (!store.followed.size) coops.forEach((id) => store.pair(id));
}

async function makeStore(trust) {
  const documents = trust.documents.map(unhex);
  const store = new TrustStore();
  const { own, paired, replaces, federations } = trust;
  if (own ?? paired ?? replaces ?? federations) {
    store.own = own ?? null;
    paired?.forEach((id) => store.pair(id));
    replaces?.forEach(([id, old]) => store.pair(id, old));
    federations?.forEach((id) => store.followed.add(id));
  } else {
    await decideByDefault(store, documents);
  }
  trust.blocked.forEach((id) => store.blocked.add(id));
  for (const data of documents) {
    await store.add(data, { now: trust.now }).catch(passOver);
  }
  for (const [id, keys] of trust.former) {
    const descriptor = store.descriptors.get(id);
    for (const key of keys) {
      const isListed = descriptor?.keys.some((one) => one.key === key);
      if (!isListed) descriptor?.former.push({ ...(await named(unhex(key))), coop: id });
    }
  }
  return store;
}

function passOver(error) {
  if (!(error instanceof Refusal)) throw error;
  return error.message;
}

/** A verdict changes nothing in a store, and lines that follow one another often share theirs. */
const last = { trust: '', store: null };

async function storeOf(line) {
  const trust = trustOf(line);
  const key = JSON.stringify(trust);
  if (last.trust !== key) Object.assign(last, { trust: key, store: await makeStore(trust) });
  return last.store;
}

const OPERATIONS = {
  async ed25519_verify({ public_key, message, signature }) {
    const [key, signed, proof] = [public_key, message, signature].map(bytes);
    return { ok: await verifyEd25519(key, signed, proof) };
  },

  cbor_decode({ data }) {
    const encoded = bytes(data);
    try {
      decode(encoded);
      return { ok: true };
    } catch (error) {
      passOver(error);
      return { ok: false };
    }
  },

  async status_get({ bits, lst, index }) {
    const [stream, place] = [bytes(lst), integer(index)];
    need([1, 2, 4, 8].includes(bits));
    const status = entryAt(await inflate(stream, 131072 * bits), place, bits);
    ensure(status !== undefined, 'index_out_of_range');
    return { ok: true, status };
  },

  text_decode(line) {
    const reading = readings(text(line.text)).next().value;
    ensure(reading, 'bad_text');
    return { ok: true, data: hex(reading) };
  },

  text_repairs: (line) => ({ ok: true, texts: repairs(text(line.text)) }),

  pairing_code({ code }) {
    return { ok: true, coop: parsePairingCode(text(code)) };
  },

  page_read({ data }) {
    const page = decode(bytes(data));
    ensure(isMap(page), 'bad_shape');
    return { ok: true, page: readPage(page) };
  },

  file_read: ({ data }) => ({ ok: true, documents: documentsIn(bytes(data)).map(hex) }),

  index_read: ({ data }) => ({ ok: true, parts: partsIn(bytes(data)) }),

  async document_add(line) {
    const documents = array(bytes)(line.documents);
    const paced = optional(line, 'paced', boolean, false);
    const now = integer(line.now);
    const store = await makeStore(trustOf(line));
    const results = [];
    for (const data of documents) {
      results.push(await store.add(data, { now, paced }).catch(passOver));
    }
    return { results };
  },

  async card_verify(line) {
    const options = {
      now: integer(line.now),
      policy: optional(line, 'policy', policy, policy({ who: 1 })),
      visits: optional(line, 'visits', visits, visits({})),
    };
    const { holder, ...rest } = await verdict(text(line.text), await storeOf(line), options);
    if (!holder) return rest;
    const { name, category, coop, kid, index, exp } = holder;
    return { ...rest, holder: { name, category, coop, kid, index, exp } };
  },
};

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Return the answer to a line, which is bytes. */
export async function answer(bytesOfLine) {
  let line;
  try {
    line = object(JSON.parse(UTF8.decode(bytesOfLine)));
    need(Object.hasOwn(OPERATIONS, text(line.op)));
  } catch {
    return { ok: false, code: 'bad_request' };
  }
  try {
    return await OPERATIONS[line.op](line);
  } catch (error) {
    if (!(error instanceof Refusal)) return { ok: false, code: 'internal_error' };
    const { message: code, group } = error;
    return { ok: false, code, group };
  }
}
