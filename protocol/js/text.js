/** The text in the QR code (SPEC 5.2). */
import { repairs } from './keyboards.js';
import { fromBase32 } from './keys.js';

const isShort = (text) => text.length <= 2048 && [...text].length <= 1024; // 5.2.1

/** Return what follows the address (SPEC 5.2.2). */
const behindAddress = (text) => text.replace(/^[\0- \x7f]+|[\0- \x7f]+$/g, '').split('#').pop();

const bytesOf = (text) => fromBase32(behindAddress(text)); // 5.2.3, 5.2.4

/** Yield what a text may carry, in the order in which it is to be tried. */
export function* readings(text) {
  if (!isShort(text)) return;
  const plain = bytesOf(text);
  if (plain) yield plain;
  const seen = [];
  // 5.2.5
  for (const bytes of repairs(text).map(bytesOf)) {
    if (bytes?.[0] !== 0xd2 || bytes[1] !== 0x84 || seen.includes(`${bytes}`)) continue;
    seen.push(`${bytes}`);
    yield bytes;
  }
}

export const isMeantAsCard = (text) => isShort(text) && behindAddress(text).startsWith('2KC');
