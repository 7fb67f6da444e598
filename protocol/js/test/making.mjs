/** Cards and documents for the tests: real keys, real signatures. */
import { createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { coopIdOf, named, sha256 } from '../keys.js';

export const NOW = 1764003600;
export const DAY = 86400;

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Return the key pair whose private key is 32 times `byte`. */
export async function keyPair(byte) {
  const der = Buffer.concat([PKCS8, Buffer.alloc(32, byte)]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const key = new Uint8Array(spki.subarray(-32));
  const [{ kid }, id] = [await named(key), await coopIdOf(key)];
  return { key, kid, id, sign: (message) => new Uint8Array(signBytes(null, message, secret)) };
}

function head(major, n) {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  const size = n < 256 ? 1 : n < 65536 ? 2 : n < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = (major << 5) | (24 + Math.log2(size));
  if (size === 8) bytes.writeBigUInt64BE(BigInt(n), 1);
  else bytes.writeUIntBE(n, 1, size);
  return bytes;
}

/** Deterministic CBOR of integers, booleans, texts, bytes, arrays and objects (as maps). */
export function cbor(value) {
  if (value === false || value === true) return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') {
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const entries = Object.entries(value).filter(([, content]) => content !== undefined);
  const rows = entries.map(([k, v]) => [cbor(/^-?\d+$/.test(k) ? Number(k) : k), cbor(v)]);
  rows.sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([head(5, rows.length), ...rows.flat()]);
}

const bytes = (text) => Buffer.from(text, 'hex');
const tagged = (tag, value) => new Uint8Array(Buffer.concat([head(6, tag), cbor(value)]));

export function sign1(signer, payload, { typ, aad, kid = signer.kid }) {
  const header = cbor(typ ? { 1: -19, 4: bytes(kid), 16: typ } : { 1: -19, 4: bytes(kid) });
  const content = payload instanceof Uint8Array ? payload : cbor(payload);
  const message = cbor(['Signature1', header, Buffer.from(aad), content]);
  return tagged(18, [header, {}, content, signer.sign(message)]);
}

export function signMany(signers, payload, { typ, aad }) {
  const body = cbor({ 16: typ });
  const content = payload instanceof Uint8Array ? payload : cbor(payload);
  const rows = signers.map((signer) => {
    const header = cbor({ 1: -19, 4: bytes(signer.kid) });
    const message = cbor(['Signature', body, header, Buffer.from(aad), content]);
    return [header, {}, signer.sign(message)];
  });
  return tagged(98, [body, {}, content, rows]);
}

const kind = (name) => ({ typ: `application/passkoop-${name}+cose`, aad: `passkoop/${name}/1` });
export const LIST_KIND = { typ: 'application/statuslist+cwt', aad: '' };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function base32(data) {
  const bits = Array.from(data, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{1,5}/g).map((five) => ALPHABET[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

export function card(signer, fields) {
  const { iat, exp, index, category } =
    { iat: NOW - DAY, exp: NOW + 400 * DAY, index: 0, category: 0, ...fields };
  const claims = { 4: exp, 6: iat, '-65537': [index, Buffer.alloc(8, 7), 'Maïté', category] };
  return base32(sign1(signer, claims, { aad: 'passkoop/card/1' }));
}

/** `keys`: [[key pair, state, since], …]. */
export function descriptor(coop, keys, fields = {}) {
  const rows = keys.map(([pair, state = 0, since = 0]) => {
    const proof = pair.sign(Buffer.concat([Buffer.from('passkoop/key/1'), bytes(coop.id)]));
    return [pair.key, state, since, proof];
  });
  const payload = {
    6: NOW - DAY, key: coop.key, keys: rows, name: 'Hendaia Koop', place: 'Hendaye', country: 'FR',
    welcome: { who: 1 }, ...fields,
  };
  return sign1(coop, payload, kind('descriptor'));
}

/** `statuses`: {index: status}. */
export function statusList(signer, fields) {
  const { kid, iat, statuses, size } =
    { kid: signer.kid, iat: NOW - DAY, statuses: {}, size: 256, ...fields };
  const entries = Buffer.alloc(size);
  for (const [i, status] of Object.entries(statuses)) entries[i >> 2] |= status << (2 * (i & 3));
  const payload = { 2: kid, 6: iat, 65533: { bits: 2, lst: deflateSync(entries) }, 65534: 21600 };
  return sign1(signer, payload, LIST_KIND);
}

/** `payload` gives the federation's id if `version` is 1. */
export async function root(signers, keys, fields) {
  const { version, federation, threshold } = { version: 1, threshold: 1, ...fields };
  const role = [threshold, keys.map(({ key }) => key)];
  const payload = cbor({
    4: NOW + 400 * DAY,
    ...{ name: 'Fédération', version, root: role, directory: role },
    federation: federation && bytes(federation),
  });
  const id = federation ?? (await sha256(payload)).slice(0, 20);
  return { id, data: signMany(signers, payload, kind('root')) };
}

/** `coops`: [[key pair, fields], …]. */
export function directory(signers, federation, coops, { iat = NOW - DAY } = {}) {
  const rows = coops.map(([coop, fields]) => ({
    key: coop.key, slug: `coop-${coop.kid}`, name: 'A co-op', country: 'FR', ...fields,
  }));
  const payload = { 4: NOW + 90 * DAY, 6: iat, federation: bytes(federation), coops: rows };
  return signMany(signers, payload, kind('directory'));
}
