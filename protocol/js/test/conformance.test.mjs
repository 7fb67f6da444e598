import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const DRIVER = fileURLToPath(new URL('../conformance.mjs', import.meta.url));

function run(input) {
  const options = { input, maxBuffer: 1e8 };
  const { stdout, stderr, status } = spawnSync(process.execPath, [DRIVER], options);
  assert.equal(status, 0, String(stderr));
  return String(stdout).trim().split('\n').map((line) => JSON.parse(line));
}

test('a hostile line is answered, and those behind it as well', () => {
  const hostile = [
    ...['x', '', 'null', '[]', '1', '{}', '['.repeat(100000)],
    ...['{"op":1}', '{"op":["cbor_decode"],"data":""}', '{"op":"toString"}', '{"op":"__proto__"}'],
    '\ufeff{"op":"cbor_decode","data":"00"}',
    '{"op":"cbor_decode"}',
    '{"op":"cbor_decode","data":1}',
    '{"op":"cbor_decode","data":"0"}',
    '{"op":"cbor_decode","data":"0g"}',
    '{"op":"cbor_decode","data":" 00"}',
    '{"op":"cbor_decode","data":"00\\n"}',
    '{"op":"ed25519_verify","public_key":[],"message":"","signature":""}',
    '{"op":"status_get","bits":3,"lst":"","index":0}',
    '{"op":"status_get","bits":1,"lst":"","index":0.5}',
    '{"op":"text_decode","text":null}',
    '{"op":"document_add","trust":[],"documents":[],"now":"1"}',
    '{"op":"card_verify","text":"","trust":[],"now":1,"own":"00"}',
    '{"op":"card_verify","text":"","trust":[],"now":1,"policy":{"who":3}}',
    '{"op":"card_verify","text":"","trust":[],"now":1,"policy":null}',
    '{"op":"card_verify","text":"","trust":{},"now":1}',
    '{"op":"card_verify","text":"","trust":[]}',
    '{"op":"card_verify","text":"","trust":[],"now":1e400}',
  ];
  const good = '{"op":"cbor_decode","data":"0A00"}';
  const lines = [...hostile, Buffer.from([0xff, 0xfe]), good].map((line) => Buffer.from(line));
  const answers = run(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  assert.equal(answers.length, lines.length);
  assert.deepEqual(answers.pop(), { ok: false });
  for (const [i, answer] of answers.entries()) {
    assert.deepEqual(answer, { ok: false, code: 'bad_request' }, hostile[i]);
  }
});

test('a last line without its line feed counts, and order is kept', () => {
  const isGood = Array.from({ length: 5000 }, (_, i) => i % 3 > 0);
  const lines = isGood.map((good) => `{"op":"cbor_decode","data":"${good ? '00' : '0000'}"}`);
  assert.deepEqual(run(lines.join('\n')), isGood.map((ok) => ({ ok })));
});
