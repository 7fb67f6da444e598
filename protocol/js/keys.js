/** Ed25519, ids and short names of keys, base32 (SPEC 4). */
import { concat, hex, unhex } from './cbor.js';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const littleEndian = (bytes) => BigInt(`0x${hex(new Uint8Array(bytes).reverse())}`);
const yOf = (point) => BigInt.asUintN(255, littleEndian(point)); // without the sign of x

/** The y of all encodings of low order; P and P + 1 are 0 and 1 once more. */
const LOW_ORDER = [
  ...[0n, 1n, P - 1n, P, P + 1n],
  yOf(unhex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
  yOf(unhex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')),
];

/** Return whether a signature holds (SPEC 4.1). */
export async function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (yOf(key) >= P || LOW_ORDER.includes(yOf(key))) return false; // 4.1.1
  if (LOW_ORDER.includes(yOf(signature.subarray(0, 32)))) return false; // 4.1.2
  if (littleEndian(signature.subarray(32)) >= L) return false; // 4.1.3
  const { subtle } = crypto; // outside a secure context there is none: that must show
  try {
    const imported = await subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await subtle.verify('Ed25519', imported, signature, message); // 4.1.4
  } catch (error) {
    if (error.name === 'NotSupportedError') throw error; // an old browser, not a bad signature
    return false; // no point of the curve
  }
}

export const sha256 = async (bytes) =>
  hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));

const thumbprint = async (key) => sha256(concat(unhex('a301012006215820'), key)); // 4.2

/** Return the id of the co-op with this identity key (SPEC 4.3). */
export const coopIdOf = async (key) => (await thumbprint(key)).slice(0, 20);

/** Return a key, in hex, and its kid (SPEC 4.2). */
export const named = async (key) => ({ key: hex(key), kid: (await thumbprint(key)).slice(0, 16) });

export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Return the bytes of a base32 text, or nothing if it is not the only text of its bytes. */
export function fromBase32(text) {
  if (!/^[A-Z2-7]+$/.test(text)) return null;
  const bits = [...text].map((c) => BASE32.indexOf(c).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  const isOnly = /^0{0,4}$/.test(bits.slice(8 * bytes.length));
  return isOnly ? Uint8Array.from(bytes, (b) => parseInt(b, 2)) : null;
}
