/** Bounded inflation (SPEC 6.3). */
import { concat, need } from './cbor.js';

/** Return what a zlib stream holds, at most `limit` bytes. */
export async function inflate(data, limit) {
  const inflated = await inflateOnce(data, limit);
  // Some engines overlook bytes behind the stream. It is then whole without the last of them, too.
  need(!(await inflateOnce(data.subarray(0, -1), limit).catch(() => null)));
  return inflated;
}

async function inflateOnce(data, limit) {
  let at = 0;
  // In slices: an engine may inflate one as a whole, to its 1032-fold, before it can be stopped.
  const slices = new ReadableStream({
    pull: (to) => (at < data.length ? to.enqueue(data.slice(at, (at += 256))) : to.close()),
  });
  const reader = slices.pipeThrough(new DecompressionStream('deflate')).getReader();
  const parts = [];
  for (let size = 0; size <= limit; ) {
    const { done, value } = await reader.read().catch(() => need(false));
    if (done) return concat(...parts);
    parts.push(value);
    size += value.length;
  }
  reader.cancel().catch(() => {});
  return need(false, 'too_large');
}
