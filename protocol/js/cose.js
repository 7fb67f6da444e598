/** Signed envelopes (SPEC 3.2, 3.3). */
import { decode, encode, hex, isBytes, isMap, need, unhex, utf8 } from './cbor.js';
import { verifyEd25519 } from './keys.js';

const ED25519 = -19; // RFC 9864
const isArray = (value, length) => Array.isArray(value) && value.length === length;

function headerOf(bytes) {
  need(isBytes(bytes));
  const header = decode(bytes);
  need(isMap(header));
  return header;
}

/** Return {payload, signatures: [{kid, signature, message()}]}; a COSE_Sign1 has one. */
export function parseSigned(data, { tag, typ, aad, longest }) {
  need(data.length <= longest, 'too_large');
  const envelope = decode(data);
  need(envelope.tag === tag && isArray(envelope.content, 4));
  const [body, unprotected, payload, last] = envelope.content;
  const isSign1 = tag === 18;
  const rows = isSign1 ? [[body, unprotected, last]] : last;
  need(isMap(unprotected) && isBytes(payload) && Array.isArray(rows) && rows.length <= 32);
  for (const row of rows) {
    need(isArray(row, 3) && isMap(row[1]) && isBytes(row[2]));
    need(isSign1 || row[2].length === 64);
  }
  const bodyHeader = headerOf(body);
  const headers = rows.map(([header]) => headerOf(header));

  // Well-formed: what is not ours from here on is newer.
  const ours = (ok) => need(ok, 'newer_format');
  ours(unprotected.size === 0);
  ours(isSign1 || (bodyHeader.size === 1 && bodyHeader.get(16) === typ));
  const type = isSign1 ? typ : undefined; // with several signers it is in the body
  const signatures = rows.map(([header, { size }, signature], i) => {
    const [kid, alg] = [headers[i].get(4), headers[i].get(1)];
    ours(headers[i].size === (type ? 3 : 2) && alg === ED25519 && headers[i].get(16) === type);
    ours(isBytes(kid) && kid.length === 8 && size === 0 && signature.length === 64);
    const context = isSign1 ? ['Signature1', header] : ['Signature', body, header];
    return { kid: hex(kid), signature, message: () => encode(...context, utf8(aad), payload) };
  });
  return { payload, signatures };
}

/** Return those of the keys, each with `key` and `kid`, under which a signature holds. */
export async function signersAmong(keys, signatures) {
  const good = new Map();
  for (const { key, kid } of keys) {
    for (const one of good.has(key) ? [] : signatures) {
      if (one.kid !== kid || good.get(key)) continue;
      good.set(key, await verifyEd25519(unhex(key), one.message(), one.signature));
    }
  }
  return keys.filter(({ key }) => good.get(key));
}
