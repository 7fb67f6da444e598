/** Bytes, and deterministic CBOR (SPEC 3.1). */

/** Something refused; the message is a code of SPEC 11. */
export class Refusal extends Error {}

export function need(ok, code = 'malformed') {
  if (!ok) throw new Refusal(code);
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (b) => parseInt(b, 16));
export const concat = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());
export const isBytes = (v) => v instanceof Uint8Array;
export const isMap = (v) => v instanceof Map;

/** Return the one item in `data`: {tag, content} for a tag, {} for a float, null and the like. */
export function decode(data) {
  let at = 0;
  const take = (count) => {
    need(count <= data.length - at); // 3.1.1
    return data.subarray(at, (at += count));
  };
  const item = (level) => {
    const [head] = take(1);
    const [major, info] = [head >> 5, head & 31];
    need(level <= 64 && info < 28); // 3.1.9, 3.1.3
    const bytes = take(info < 24 ? 0 : 2 ** (info - 24));
    // Rounded beyond 2^53, where nothing is asked for.
    const n = info < 24 ? info : Number(`0x${hex(bytes)}`);
    if (major === 7) {
      need(info !== 24 || n > 31); // 3.1.7
      need(info < 26 || !fitsShorter(new DataView(bytes.slice().buffer))); // 3.1.6
      return info === 20 || info === 21 ? info === 21 : {};
    }
    need(info < 24 || n >= [24, 2 ** 8, 2 ** 16, 2 ** 32][info - 24]); // 3.1.2
    if (major < 2) return major ? -1 - n : n;
    if (major < 4) {
      const string = take(n);
      if (major === 2) return string;
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(string);
      need(hex(utf8(text)) === hex(string)); // 3.1.5
      return text;
    }
    if (major === 6) {
      const content = item(level + 1);
      need((n !== 2 && n !== 3) || (isBytes(content) && content.length > 8 && content[0])); // 3.1.8
      return { tag: n, content };
    }
    const [array, map] = [[], new Map()];
    for (let i = 0, last = ''; i < n; i++) {
      const start = at;
      const value = item(level + 1);
      if (major === 4) {
        array.push(value);
      } else {
        const key = hex(data.subarray(start, at)); // sorts as its bytes do
        need(key > last); // 3.1.4
        last = key;
        map.set(value, item(level + 1));
      }
    }
    return major === 4 ? array : map;
  };
  const whole = item(0);
  need(at === data.length); // 3.1.1
  return whole;
}

/** Return whether the next shorter float holds this one, of 4 or 8 bytes. */
function fitsShorter(view) {
  const isDouble = view.byteLength === 8;
  const value = isDouble ? view.getFloat64(0) : view.getFloat32(0);
  const lost = isDouble ? view.getUint32(4) << 3 : view.getUint32(0) << 19; // of the fraction
  if (lost || !Number.isFinite(value)) return !lost;
  if (isDouble) return Math.fround(value) === value;
  return Math.abs(value) < 2 ** 16 && Number.isInteger(value * 2 ** 24);
}

function head(major, n) {
  if (n < 24) return Uint8Array.of(32 * major + n);
  const size = n < 2 ** 8 ? 0 : n < 2 ** 16 ? 1 : 2;
  return unhex((32 * major + 24 + size).toString(16) + n.toString(16).padStart(2 << size, '0'));
}

/** Return the encoding of an array of ASCII texts and byte strings. */
export const encode = (items) =>
  concat(head(4, items.length), ...items.flatMap((v) => [head(isBytes(v) ? 2 : 3, v.length), v]));
