import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { answer } from '../answers.mjs';

const FOLDER = new URL('../../vectors/', import.meta.url);

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  const cases = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  test(`${file}: each case is answered as expected`, async (t) => {
    for (const { name, step, input, expect } of cases) {
      await t.test(`${step} ${name}`, async () => {
        const line = new TextEncoder().encode(JSON.stringify(input));
        assert.deepEqual(JSON.parse(JSON.stringify(await answer(line))), expect);
      });
    }
  });
}
