/** The conformance driver (SPEC 15): a JSON object a line in, one a line out, in Node. */
import { answer } from './answers.mjs';

const reply = async (line) => process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
let parts = [];
for await (const chunk of process.stdin) {
  let start = 0;
  for (let end; (end = chunk.indexOf(10, start)) >= 0; start = end + 1) {
    await reply(Buffer.concat([...parts, chunk.subarray(start, end)]));
    parts = [];
  }
  parts.push(chunk.subarray(start));
}
const rest = Buffer.concat(parts);
if (rest.length) await reply(rest);
