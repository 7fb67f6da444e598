/** The claims set of a card (SPEC 5.1). */
import { decode, hex, need } from './cbor.js';
import { bytes, fields, int, text, time, tuple } from './shapes.js';

/** What parseSigned asks for. */
export const CARD = { aad: 'passkoop/card/1', tag: 18, longest: 512 };

const CLAIMS = {
  4: time,
  6: time,
  [-65537]: tuple(int(0, 65535), bytes(8), text(1, 64), int(0, 23)),
};

export function parseClaims(payload) {
  const { 4: exp, 6: iat, [-65537]: card } = fields(decode(payload), CLAIMS, 3);
  const [index, ref, name, category] = card;
  need(iat < exp && exp <= iat + 103680000);
  need(name === name.normalize('NFC') && !/^ | $/.test(name));
  return { exp, iat, index, ref: hex(ref), name, category };
}
