/** The QR code of a card's text (SPEC 5.2; ISO/IEC 18004): level M, as its issuer would print it. */

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
/** Level M, by version from 1: check bytes of a block, and how many blocks. The longest card takes 12. */
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];
const LEVEL_M = 0b00;
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Return rows of modules, true is dark, without white around; nothing if the text is too long. */
export function qrModules(text) {
  const at = text.lastIndexOf('#') + 1;
  const [address, card] = [new TextEncoder().encode(text.slice(0, at)), text.slice(at)];
  if (![...card].every((char) => ALPHANUMERIC.includes(char))) return null;
  for (let version = 1; version <= CHECKS.length; version++) {
    const bits = bitsOf(address, card, version);
    const room = 8 * dataBytes(version);
    if (bits.length <= room) return drawn(version, withChecks(padded(bits, room), version));
  }
  return null;
}

/** Return a path of the dark modules, one unit each, `quiet` units from the left and the top. */
export function qrPath(rows, quiet = 4) {
  let path = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      const from = x;
      while (row[x]) x++;
      if (x > from) path += `M${from + quiet} ${y + quiet}h${x - from}v1h${from - x}z`;
    }
  });
  return path;
}

const sideOf = (version) => 17 + 4 * version;

/** Return how many modules are left for data and checks (section 7.1, table 1). */
function freeModules(version) {
  const marks = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const aligning = marks ? (marks * marks - 3) * 25 - 2 * (marks - 2) * 5 : 0;
  const fixed = 3 * 64 + 2 * (sideOf(version) - 16) + 31 + aligning + (version > 6 ? 36 : 0);
  return sideOf(version) ** 2 - fixed;
}

const allBytes = (version) => Math.floor(freeModules(version) / 8);
const dataBytes = (version) => allBytes(version) - CHECKS[version - 1] * BLOCKS[version - 1];

function bitsOf(address, card, version) {
  const bits = [];
  const add = (value, size) => {
    for (let i = size - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  if (address.length) {
    add(0b0100, 4);
    add(address.length, version < 10 ? 8 : 16);
    for (const byte of address) add(byte, 8);
  }
  add(0b0010, 4);
  add(card.length, version < 10 ? 9 : 11);
  for (let i = 0; i < card.length; i += 2) {
    const [one, other] = [...card.slice(i, i + 2)].map((char) => ALPHANUMERIC.indexOf(char));
    add(other === undefined ? one : 45 * one + other, other === undefined ? 6 : 11);
  }
  return bits;
}

function padded(bits, room) {
  const all = [...bits, ...Array(Math.min(4, room - bits.length)).fill(0)];
  while (all.length % 8) all.push(0);
  const bytes = [];
  for (let i = 0; i < all.length; i += 8) bytes.push(parseInt(all.slice(i, i + 8).join(''), 2));
  for (let pad = 0xec; bytes.length < room / 8; pad ^= 0xec ^ 0x11) bytes.push(pad);
  return bytes;
}

/** Multiply in GF(256), x^8 + x^4 + x^3 + x^2 + 1. */
function times(a, b) {
  let product = 0;
  for (; b; b >>= 1, a = (a << 1) ^ (a & 128 ? 0x11d : 0)) if (b & 1) product ^= a;
  return product;
}

function checksOf(block, count) {
  const generator = [1];
  for (let i = 0, root = 1; i < count; i++, root = times(root, 2)) {
    generator.push(0);
    for (let j = generator.length - 1; j > 0; j--) generator[j] ^= times(generator[j - 1], root);
  }
  const rest = [...block, ...Array(count).fill(0)];
  for (let i = 0; i < block.length; i++) {
    const factor = rest[i];
    generator.forEach((term, j) => (rest[i + j] ^= times(term, factor)));
  }
  return rest.slice(block.length);
}

/** Return data and checks as they are laid down: the first bytes of all blocks, the second ones… */
function withChecks(data, version) {
  const count = BLOCKS[version - 1];
  const short = Math.floor(data.length / count);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const size = short + (i >= count - (data.length % count) ? 1 : 0);
    blocks.push(data.slice(at, (at += size)));
  }
  const checks = blocks.map((block) => checksOf(block, CHECKS[version - 1]));
  const woven = (parts) =>
    Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, i) =>
      parts.map((part) => part[i]).filter((byte) => byte !== undefined),
    ).flat();
  return [...woven(blocks), ...woven(checks)];
}

function drawn(version, bytes) {
  const candidates = MASKS.map((_, mask) => lay(version, bytes, mask));
  const faults = candidates.map(faultsOf);
  return candidates[faults.indexOf(Math.min(...faults))];
}

/** Return where the centres of alignment marks lie on each axis. */
function marksOf(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = sideOf(version) - 7;
  const step = 2 * Math.ceil((last - 6) / (2 * (count - 1)));
  return [6, ...Array.from({ length: count - 1 }, (_, i) => last - (count - 2 - i) * step)];
}

/** Return a number with its check bits behind it (sections 7.9, 7.10). */
function checked(value, generator, size) {
  let rest = value << size;
  const length = generator.toString(2).length;
  while (rest.toString(2).length >= length) {
    rest ^= generator << (rest.toString(2).length - length);
  }
  return (value << size) | rest;
}

function lay(version, bytes, mask) {
  const side = sideOf(version);
  const rows = Array.from({ length: side }, () => Array(side).fill(null));
  const put = (x, y, dark) => {
    if (rows[y]?.[x] !== undefined) rows[y][x] = Boolean(dark);
  };
  const ring = (x, y) => Math.max(Math.abs(x), Math.abs(y));
  for (let i = 0; i < side; i++) {
    put(i, 6, i % 2 === 0);
    put(6, i, i % 2 === 0);
  }
  for (const [left, top] of [[3, 3], [side - 4, 3], [3, side - 4]]) {
    for (let y = -4; y <= 4; y++) {
      for (let x = -4; x <= 4; x++) put(left + x, top + y, ![2, 4].includes(ring(x, y)));
    }
  }
  const marks = marksOf(version);
  const last = marks.at(-1);
  for (const [left, top] of marks.flatMap((x) => marks.map((y) => [x, y]))) {
    if ((left === 6 && [6, last].includes(top)) || (left === last && top === 6)) continue;
    for (let y = -2; y <= 2; y++) {
      for (let x = -2; x <= 2; x++) put(left + x, top + y, ring(x, y) !== 1);
    }
  }
  const format = checked((LEVEL_M << 3) | mask, 0b10100110111, 10) ^ 0b101010000010010;
  for (let i = 0; i < 15; i++) {
    const dark = (format >> i) & 1;
    const near = i < 6 ? i : i < 8 ? i + 1 : side - 15 + i;
    const far = i < 8 ? side - 1 - i : i === 8 ? 7 : 14 - i;
    put(8, near, dark);
    put(far, 8, dark);
  }
  put(8, side - 8, true);
  if (version > 6) {
    const bits = checked(version, 0b1111100100101, 12);
    for (let i = 0; i < 18; i++) {
      const [long, short] = [Math.floor(i / 3), side - 11 + (i % 3)];
      put(short, long, (bits >> i) & 1);
      put(long, short, (bits >> i) & 1);
    }
  }
  let at = 0;
  for (let right = side - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5; // the column of the timing pattern
    for (let i = 0; i < side; i++) {
      const y = up ? side - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== null) continue;
        const bit = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
        at += 1;
        rows[y][x] = Boolean(bit) !== (MASKS[mask](x, y) === 0);
      }
    }
  }
  return rows;
}

/** Return how hard a code is to read (section 7.8.3). */
function faultsOf(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let faults = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join('');
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) faults += run.length - 2;
    for (const pattern of ['00001011101', '10111010000']) {
      for (let i = text.indexOf(pattern); i >= 0; i = text.indexOf(pattern, i + 1)) faults += 40;
    }
  }
  let dark = 0;
  rows.forEach((row, y) => row.forEach((module, x) => {
    dark += module;
    const below = rows[y + 1];
    if (below && x + 1 < row.length) {
      faults += module === row[x + 1] && module === below[x] && module === below[x + 1] ? 3 : 0;
    }
  }));
  const share = (100 * dark) / rows.length ** 2;
  return faults + 10 * Math.floor(Math.abs(share - 50) / 5);
}
