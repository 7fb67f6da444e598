import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { deflateSync } from 'node:zlib';
import { decode, encode, hex, unhex } from '../cbor.js';
import { entryAt } from '../documents.js';
import { inflate } from '../inflate.js';
import { repairs, TABLES } from '../keyboards.js';
import { verifyEd25519 } from '../keys.js';
import { parsePairingCode } from '../pairing.js';
import { int } from '../shapes.js';
import { isMeantAsCard, readings } from '../text.js';
import { base32, cbor, keyPair } from './making.mjs';

const isDecoded = (data) => {
  try {
    decode(unhex(data));
    return true;
  } catch (error) {
    assert.equal(error.message, 'malformed');
    return false;
  }
};

const refused = (code) => ({ message: code });

test('a float is refused if a shorter one holds it', () => {
  const good = [
    'f93e00', // 1.5
    'f97e00', 'f97e01', 'f97c00', 'f98000', 'f90001', // NaNs, infinity, -0, 2^-24
    'fa47800000', // 65536, too large for a half
    'fa33000000', // 2^-25
    'fa33800001', // next to 2^-24
    'fa7f800001', 'fa7fc00001', // NaNs whose payload a half would cut
    'fb3ff199999999999a', // 1.1
    'fb7ff8000000000001', 'fb7ff0000000000001', 'fb7ff8000010000000', // NaNs
    'fb47efffffe0000001', // just above the largest single
    'fb36a0000000000001', // next to the least single, 2^-149
  ];
  const bad = [
    'fa3fc00000', 'fa7f800000', 'faff800000', 'fa80000000', 'fa00000000',
    'fa33800000', // 2^-24, the least half
    'fa387fc000', // 1023 * 2^-24, the largest subnormal half
    'fa477fe000', // 65504
    'fa7fc00000', 'fa7fffe000', // NaNs
    'fb7ff8000000000000', 'fb7ff8000020000000', 'fb7ff0000000000000', 'fb8000000000000000',
    'fb36a0000000000000', // 2^-149, the least single
    'fb47efffffe0000000', // the largest single
  ];
  for (const data of good) assert.ok(isDecoded(data), data);
  for (const data of bad) assert.ok(!isDecoded(data), data);
});

test('map keys ascend in bytewise order, which is not that of length first', () => {
  assert.ok(isDecoded('a2190100006000')); // 256, ""
  assert.ok(!isDecoded('a2600019010000'));
  assert.ok(!isDecoded('a201000100')); // twice
  assert.ok(!isDecoded('a21818000100'));
});

test('a number beyond 2^53 is read, and no field may have it', () => {
  assert.equal(decode(unhex('1b001fffffffffffff')), 2 ** 53 - 1);
  assert.ok(!int(0, 2 ** 40)(decode(unhex('1bffffffffffffffff'))));
  assert.ok(isDecoded('a21b0020000000000000001b002000000000000100')); // two keys, not one
  assert.equal(decode(unhex('3a00010000')), -65537);
});

test('64 levels are read and 65 refused, whatever they are made of', () => {
  for (const [open, close] of [['81', '00'], ['c1', '00'], ['a100', '00'], ['81', '80']]) {
    assert.ok(isDecoded(open.repeat(64) + close), open);
    assert.ok(!isDecoded(open.repeat(65) + close), open);
  }
  assert.ok(!isDecoded('81'.repeat(100000) + '00'));
});

test('a head that promises more than there is, is refused at once', () => {
  for (const data of ['9bffffffffffffffff', '5bffffffffffffffff00', 'bb7fffffffffffffff00', '']) {
    assert.ok(!isDecoded(data), data);
  }
});

test('a byte order mark in a text is a character', () => {
  assert.equal(decode(unhex('64efbbbf41')), '\ufeffA');
});

test('arrays of all lengths are encoded as by another encoder', () => {
  for (const length of [0, 23, 24, 255, 256, 65535, 65536]) {
    const items = ['Signature1', new Uint8Array(length)];
    assert.equal(hex(encode(...items)), hex(cbor(items)));
  }
});

test('a signature that libraries disagree on does not hold', async () => {
  const { key, sign } = await keyPair(2);
  const message = new Uint8Array(3);
  const signature = sign(message);
  assert.equal(await verifyEd25519(key, message, signature), true);
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${hex(signature.slice(32).reverse())}`) + L;
  const malleable = signature.slice();
  malleable.set(unhex(s.toString(16).padStart(64, '0')).reverse(), 32);
  assert.equal(await verifyEd25519(key, message, malleable), false);
  for (const point of ['00'.repeat(32), `01${'00'.repeat(30)}80`, `ee${'ff'.repeat(31)}`]) {
    const low = unhex(point);
    const zero = new Uint8Array(64);
    zero.set(low);
    assert.equal(await verifyEd25519(low, message, zero), false); // S = 0, R = A
  }
  assert.equal(await verifyEd25519(unhex('02' + '00'.repeat(31)), message, signature), false);
});

test('inflation stops at the limit, and nothing may follow the stream', async () => {
  const bomb = new Uint8Array(deflateSync(Buffer.alloc(1e8)));
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(inflate(bomb, 16384), refused('too_large'));
  assert.ok(process.memoryUsage().arrayBuffers - before < 2e7);
  const stream = new Uint8Array(deflateSync(Buffer.alloc(16384, 1)));
  assert.equal((await inflate(stream, 16384)).length, 16384);
  await assert.rejects(inflate(stream, 16383), refused('too_large'));
  assert.equal((await inflate(deflateSync(''), 0)).length, 0);
  const damaged = stream.slice();
  damaged[stream.length - 1] ^= 1; // of the checksum
  const last = stream.subarray(-4);
  for (const bytes of [
    ...[[], stream.subarray(0, -1), stream.subarray(2), damaged],
    ...[[...stream, 0], [...stream, ...stream], [...stream, ...last]],
    [...stream, ...new Array(1000).fill(0)],
  ]) {
    await assert.rejects(inflate(Uint8Array.from(bytes), 16384), refused('malformed'));
  }
});

test('entries of a status list begin in the lowest bits', () => {
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => entryAt([0b11100100], i)), [0, 1, 2, 3, undefined]);
  assert.equal(entryAt([0, 0x80], 15, 1), 1);
  assert.equal(entryAt([1], -1), undefined);
  assert.equal(entryAt([1], 2 ** 53 - 1, 8), undefined);
});

test('a text is counted in code points', () => {
  const text = base32([0xd2, 0x84, 1]);
  const padded = (count) => `${'\u{1f600}'.repeat(count)}#${text}`;
  assert.equal([...readings(padded(1023 - text.length))][0].length, 3);
  assert.equal([...readings(padded(1024 - text.length))].length, 0);
  assert.ok(isMeantAsCard(padded(1000)));
  assert.ok(!isMeantAsCard(padded(1024)));
});

test('the keyboards are those of the specification', () => {
  assert.equal(TABLES.length, 36);
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8');
  const code = readFileSync(new URL('../keyboards.js', import.meta.url), 'utf8');
  const [, rows, , layouts] = spec.slice(spec.indexOf('## Annex A')).split(/```(?:text)?\n/);
  const written = code.replaceAll('\\\\', '\\').replaceAll('\\`', '`');
  assert.ok(written.includes(rows));
  assert.ok(written.includes(layouts));
});

test('the examples of the specification are repaired', () => {
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8');
  const rows = [...spec.matchAll(/^\| `(https:\S+)` \| `[\w-]+`, o\w+ \| `(\S+)` \|$/gm)];
  assert.ok(rows.length >= 4);
  for (const [, sent, arrives] of rows) assert.ok(repairs(arrives).includes(sent), arrives);
});

test('a pairing code names the group that is wrong', () => {
  const id = 'dd2fb4e18b5e1ce30c46';
  for (const code of ['3UX35-JYMLT-LYOOR-GDCGH', ' 3ux35 jymlt\u202flyo0r\u2011gdcgh\n']) {
    assert.equal(parsePairingCode(code), id);
  }
  const groups = {
    '3UX35-JYMLT-LYOOR-GDCG': 0,
    '3UX36-JYMLT-LYOOR-GDCGH': 1,
    '3UX35-JYLMT-LYOOR-GDCGH': 2,
    '3UX35-JYMLT-99OOR-GDCGH': 3,
    '3UX35-JYMLT-LYOOR-GDCG9': 4,
    '3UX35-JYMLT-LYOOR-GDCG\u{1f600}': 4,
  };
  for (const [code, group] of Object.entries(groups)) {
    assert.throws(() => parsePairingCode(code), { message: 'bad_pairing_code', group });
  }
});
