/** Bytes, and deterministic CBOR (SPEC 3.1). */

/** Something refused; the message is a code of SPEC 11. */
export class Refusal extends Error {}

export function need(ok, code = 'malformed') {
  if (!ok) throw new Refusal(code);
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (text) =>
  Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

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
      need(info < 26 || !fitsShorter(new DataView(new Uint8Array(bytes).buffer))); // 3.1.6
      return info === 20 || info === 21 ? info === 21 : {};
    }
    need(info < 24 || n >= [24, 2 ** 8, 2 ** 16, 2 ** 32][info - 24]); // 3.1.2
    if (major < 2) return major ? -1 - n : n;
    if (major < 4) {
      const string = take(n);
      return major === 2 ? string : textOf(string);
    }
    if (major === 6) {
      const content = item(level + 1);
      need((n !== 2 && n !== 3) || (isBytes(content) && content.length > 8 && content[0])); // 3.1.8
      return { tag: n, content };
    }
    const [array, map] = [[], new Map()];
    for (let i = 0, last; i < n; i++) {
      const start = at;
      const value = item(level + 1);
      if (major === 4) {
        array.push(value);
      } else {
        const key = data.subarray(start, at);
        need(!last || isBelow(last, key)); // 3.1.4
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

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes) {
  try {
    return UTF8.decode(bytes);
  } catch {
    return need(false); // 3.1.5
  }
}

/** Bytewise order. (No encoding is the beginning of another.) */
function isBelow(a, b) {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return a[at] < b[at];
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

/** Return the encoding of an array of a text, in ASCII, and byte strings. */
export const encode = (text, ...strings) =>
  concat(
    head(4, 1 + strings.length),
    ...[head(3, text.length), utf8(text)],
    ...strings.flatMap((bytes) => [head(2, bytes.length), bytes]),
  );
