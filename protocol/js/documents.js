/** What documents say (SPEC 6, 8). Keys, ids and kids come out in hexadecimal. */
import { concat, decode, hex, isBytes, isMap, need, unhex, utf8 } from './cbor.js';
import { inflate } from './inflate.js';
import { coopIdOf, named, verifyEd25519 } from './keys.js';
import { addresses, bytes, country, fields, id, int, key, list, match } from './shapes.js';
import { maybe, name, text, time, tuple } from './shapes.js';

// SPEC 6.1, as parseSigned asks for it.
const kind = (what, tag, longest) =>
  ({ typ: `application/passkoop-${what}+cose`, aad: `passkoop/${what}/1`, tag, longest });
export const DESCRIPTOR = kind('descriptor', 18, 32768);
export const LIST = { typ: 'application/statuslist+cwt', aad: '', tag: 18, longest: 65536 };
export const ROOT = kind('root', 98, 16384);
export const DIRECTORY = kind('directory', 98, 8388608);

const count = int(0, 10000);
const ids = maybe(list(500, id));
const role = tuple(int(1, 32), list(32, key));

const POLICY = {
  who: int(0, 2),
  countries: maybe(list(300, country)),
  accept: ids,
  refuse: ids,
  without: maybe(tuple(int(0, 4), count)),
  card_from: maybe(int(1, 10000)),
  visits: maybe(tuple(count, count)),
};
const SELF = {
  6: time,
  key,
  name,
  place: name,
  country,
  keys: list(64, tuple(key, int(0, 2), time, bytes(64))),
  welcome: isMap,
  addresses,
  contact: maybe(text(0, 300)),
  form: maybe(text(0, 100)),
  page: maybe(isMap),
};
const STATUSES = {
  2: match(/^[0-9a-f]{16}$/),
  6: time,
  65533: isMap,
  65534: int(1, Infinity),
};
const FEDERATION = {
  4: time,
  version: int(1, 2 ** 31 - 1),
  name,
  root: role,
  directory: role,
  federation: maybe(id),
  relays: addresses,
};
const COOPS = { 4: time, 6: time, federation: id, coops: list(20000, isMap) };
const COOP = {
  key,
  slug: match(/^(?=.{1,60}$)[a-z0-9]+(-[a-z0-9]+)*$/),
  name,
  country,
  region: maybe(text(0, 60)),
  suspended: maybe((v) => typeof v === 'boolean'),
  replaces: maybe(list(16, id)),
};

const ensure = (ok) => need(ok, 'bad_shape');
const isUnique = (items) => new Set(items).size === items.length;

/** Return a welcome policy (SPEC 8). */
export function parsePolicy(map) {
  const { who, countries = [], without = [1, 0], visits = [0, 0], ...rest } = fields(map, POLICY);
  ensure(without[0] > 1 === without[1] > 0 && visits[0] > 0 === visits[1] > 0);
  const [accept, refuse] = [rest.accept ?? [], rest.refuse ?? []].map((list) => list.map(hex));
  return { who, countries, accept, refuse, visits };
}

/** Return the identity key in the payload of a descriptor (SPEC 7.3.2). */
export const identityKey = (payload) => fields(decode(payload), { key }).key;

/** Return the descriptor of the co-op with this id (SPEC 6.2). */
export async function parseDescriptor(payload, id) {
  const { 6: iat, ...self } = fields(decode(payload), SELF);
  parsePolicy(self.welcome);
  ensure(isUnique(self.keys.map(([issuing]) => hex(issuing))));
  ensure(self.keys.every(([, state, since]) => state > 0 === since > 0));
  const proven = concat(utf8('passkoop/key/1'), unhex(id));
  const keys = [];
  for (const [issuing, state, since, proof] of self.keys) {
    need(await verifyEd25519(issuing, proven, proof), 'bad_proof');
    keys.push({ ...(await named(issuing)), coop: id, state, since });
  }
  return { ...self, key: hex(self.key), iat, keys, former: [] };
}

/** Return a status list, inflated (SPEC 6.3). */
export async function parseStatusList(payload) {
  const { 2: kid, 6: iat, 65533: status } = fields(decode(payload), STATUSES, 4);
  const { lst } = fields(status, { bits: int(2, 2), lst: isBytes }, 2);
  const entries = await inflate(lst, 16384);
  ensure(entries.length >= 256 && Number.isInteger(Math.log2(entries.length)));
  return { kid, iat, entries };
}

/** Return entry `index` of a status list, undefined beyond its ends. */
export function entryAt(entries, index, bits = 2) {
  const byte = entries[Math.floor((index * bits) / 8)];
  return byte === undefined ? undefined : (byte >> ((index * bits) % 8)) % 2 ** bits;
}

async function roleOf([threshold, listed]) {
  const keys = await Promise.all(listed.map(named));
  ensure(threshold <= keys.length && isUnique(keys.map(({ kid }) => kid)));
  return { threshold, keys };
}

/** Return a root (SPEC 6.4), whose payload has this hash. Its version does the duty of an iat. */
export async function parseRoot(payload, hash) {
  const { 4: exp, version, federation, ...roles } = fields(decode(payload), FEDERATION);
  ensure((version === 1) === (federation === undefined));
  const [root, directory] = [await roleOf(roles.root), await roleOf(roles.directory)];
  const id = federation ? hex(federation) : hash.slice(0, 20);
  return { federation: id, exp, iat: version, hash, root, directory };
}

/** Return a directory (SPEC 6.5): `rows` by co-op, `replacedBy` by old id. */
export async function parseDirectory(payload) {
  const { 4: exp, 6: iat, federation, coops } = fields(decode(payload), COOPS);
  const [rows, replacedBy] = [new Map(), new Map()];
  for (const coop of coops) {
    const { replaces = [], ...row } = fields(coop, COOP);
    const present = await coopIdOf(row.key);
    rows.set(present, { ...row, key: hex(row.key) });
    for (const old of replaces.map(hex)) {
      if (old !== present && !replacedBy.has(old)) replacedBy.set(old, present);
    }
  }
  ensure(rows.size === coops.length && isUnique([...rows.values()].map(({ slug }) => slug)));
  return { federation: hex(federation), exp, iat, rows, replacedBy };
}
