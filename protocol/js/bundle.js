/** Files of documents, and the index of a plain web host (SPEC 12). */
import { need, utf8 } from './cbor.js';

const MAGIC = utf8('passkoop/docs/1\n');
const INDEX = 'passkoop/files/1\n';
const MOST_FILE = 67_108_864;
const MOST_DOCUMENT = 8_388_608;
const MOST_DOCUMENTS = 60_000;
const MOST_PARTS = 1_024;
const MOST_PART = 8_454_144;

/** Return the documents of a file, of which each has its length in four bytes before it. */
export function documentsIn(file) {
  need(file.length <= MOST_FILE, 'too_large');
  need(MAGIC.every((byte, i) => file[i] === byte));
  const documents = [];
  for (const document of documentsOf(file.subarray(MAGIC.length))) {
    need(documents.length < MOST_DOCUMENTS, 'too_large');
    documents.push(document);
  }
  return documents;
}

/** Return the parts that an index names: [SHA-256 in hexadecimal, size] each. */
export function partsIn(index) {
  need(index.length <= INDEX.length + MOST_PARTS * 73);
  const text = new TextDecoder('latin1').decode(index);
  need(/^(?:[0-9a-f]{64} [1-9][0-9]{0,6}\n)*$/.test(text.replace(INDEX, '')));
  need(text.startsWith(INDEX));
  const lines = text.slice(INDEX.length).split('\n').slice(0, -1);
  const parts = lines.map((line) => [line.slice(0, 64), Number(line.slice(65))]);
  need(parts.length <= MOST_PARTS && parts.every(([, size]) => size <= MOST_PART));
  return parts;
}

/** Yield documents that follow each other, each behind its length. */
export function* documentsOf(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    need(at + 4 <= data.length);
    const size = view.getUint32(at);
    need(size <= MOST_DOCUMENT && at + 4 + size <= data.length);
    yield data.subarray(at + 4, (at += 4 + size));
  }
}
