// Visits noted while the node is away. Each is known by its till and its own random number, and
// stays here until the node has said what became of it.

import { Shelf } from "./shelf.js";

const MOST = 2000; // visits: more than a shop notes in a day
const AT_ONCE = 50;
const CARD = 1, WITHOUT = 2, CANCEL = 3, AMOUNT = 4; // kinds of lines
const shelf = new Shelf("passkoop-visites");

export const newLine = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (one) => one.toString(16).padStart(2, "0")).join("");

/** The lines that wait, the oldest first. */
export const lines = async () => (await shelf.all()).sort((a, b) => a.kept - b.kept);

/** Keep a line; throws if there is no room. `asked`: the node may have noted it already. */
export async function add(line) {
  if ((await shelf.all()).length >= MOST) throw new Error("full");
  await shelf.change(line.line, (known) => known ?? { ...line, kept: Date.now() });
}

export const forget = (line) => shelf.put({ [line]: undefined });

/** Take a visit back: what was never sent is as if it had not been, else a further line says so. */
export async function cancel(line, { who, proof, at }) {
  let was;
  await shelf.change(line, (known) => {
    was = known;
    return known?.tried && !known.refused ? known : undefined;
  });
  if (was && (!was.tried || was.refused)) return;
  await add({ line: `${line}-x`, kind: CANCEL, corrects: line, at, who, proof, asked: true });
}

export async function setAmount(line, amount, { who, proof, at }) {
  const held = await shelf.change(line, (known) => known && (known.tried ? known : { ...known, amount }));
  if (held && !held.tried) return;
  await add({ line: `${line}-${newLine().slice(8)}`, kind: AMOUNT, corrects: line, amount, at, who, proof });
}

/** The visits among the lines that were not taken back. */
export async function visits() {
  const all = await lines();
  const gone = new Set(all.filter(({ kind }) => kind === CANCEL).map(({ corrects }) => corrects));
  return all.filter(({ kind, line }) => (kind === CARD || kind === WITHOUT) && !gone.has(line));
}

/**
 * Send what waits; returns how many lines, -1 if the node does not know this device any more.
 * Throws if it is away.
 */
export async function handOver(token, again = false) {
  const all = (await lines()).filter(({ refused }) => again || !refused || refused.code === "visit_in_future");
  for (const proof of new Set(all.map((one) => one.proof))) {
    const these = all.filter((one) => one.proof === proof);
    for (let from = 0; from < these.length; from += AT_ONCE) {
      if (!(await send(these.slice(from, from + AT_ONCE), token))) return -1;
    }
  }
  return all.length;
}

async function send(some, token) {
  const marked = await Promise.all(some.map(({ line }) => shelf.change(line, (known) => known && { ...known, tried: true })));
  const there = marked.filter(Boolean); // one may have been taken back just now
  if (!there.length) return true;
  const [{ who, proof }] = there;
  const answer = await fetch("/caisse/visites", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Passkoop-Jeton": token },
    body: JSON.stringify({ who, proof, lines: there.map(({ who, proof, kept, tried, refused, ...line }) => line) }),
    signal: AbortSignal.timeout(20_000),
  });
  if (answer.status === 401 || answer.status === 403) return false;
  if (answer.status === 400 || answer.status === 413) {
    await Promise.all(there.map(({ line }) => refuse(line, { code: "bad_request" })));
    return true;
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  for (const { line, fate, code, says } of (await answer.json()).lines) {
    if (fate === "refused") await refuse(line, { code, says });
    else await forget(line);
  }
  return true;
}

const refuse = (line, refused) => shelf.change(line, (known) => known && { ...known, refused });
