/** Pairing codes (SPEC 4.3): how a person hands over the id of a co-op. */
import { hex, Refusal } from './cbor.js';
import { BASE32, fromBase32 } from './keys.js';

const IGNORED = /[\t-\r \xa0\u202f\u2010-\u2015-]/g;
const READ_AS = { 0: 'O', 1: 'I', 8: 'B' };
const timesAlpha = (c) => (c << 1) ^ (c & 16 ? 0b100101 : 0); // in GF(32), x^5 + x^2 + 1

/** Return the id that a pairing code stands for, or refuse it, with the `group` that is wrong. */
export function parsePairingCode(code) {
  const wrong = (group) => Object.assign(new Refusal('bad_pairing_code'), { group });
  const bare = code.replace(IGNORED, '').replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const letters = Array.from(bare, (letter) => READ_AS[letter] ?? letter);
  if (letters.length !== 20) throw wrong(0);
  let id = '';
  for (let group = 1; group <= 4; group++) {
    const four = letters.splice(0, 4);
    const values = four.map((letter) => BASE32.indexOf(letter));
    const c = values.reduce((sum, value) => timesAlpha(sum) ^ value, group);
    if (values.includes(-1) || letters.shift() !== BASE32[timesAlpha(c)]) throw wrong(group);
    id += four.join('');
  }
  return hex(fromBase32(id));
}
