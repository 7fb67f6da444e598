/** Files of documents (SPEC 12). */
import { need, utf8 } from './cbor.js';

const MAGIC = utf8('passkoop/docs/1\n');

/** Yield the documents of a file, of which each has its length in four bytes before it. */
export function* documentsIn(file) {
  need(MAGIC.every((byte, i) => file[i] === byte));
  yield* documentsOf(file.subarray(MAGIC.length));
}

/** Yield documents that follow each other, each behind its length. */
export function* documentsOf(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    need(at + 4 <= data.length);
    const size = view.getUint32(at);
    need(at + 4 + size <= data.length);
    yield data.subarray(at + 4, (at += 4 + size));
  }
}
