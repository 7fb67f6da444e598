// What the till keeps to go on while the node is away, renewed while it is there; and the visits
// that wait, handed over when it is back.

import { handOver } from "./queue.js";
import { Shelf } from "./shelf.js";

const HERE = "/caisse/hors-ligne";
const EVERY = 60_000; // milliseconds between two looks while all is well
const SOONEST = 15_000; // between two while people come
const LISTS_SELDOM = 600; // seconds: a network's lists change every minute, and are long
const LISTS_SPEED = 1000; // bytes for each second between two of them; those of a few friends are short
const LONGEST = 15_000; // between two tries while the node is away
const shelf = new Shelf("passkoop-caisse");
let last = -SOONEST, timer = 0, wait = 1000, running = null;

/** What is kept, or nothing: nobody has entered here, or the day of who had is over. */
export async function kept() {
  const [state, lists, visits, words] = await Promise.all(["state", "lists", "visits", "words"].map((one) => shelf.get(one)));
  if (!state || !lists || !visits || !words) return null;
  return state.until && clock(state) > state.until ? null : { state, lists, visits, words };
}

/** The node's time, as far as this device knows it: seconds. */
export const clock = (state) =>
  Math.max(Math.floor(Date.now() / 1000) + state.offset, state.now);

/** Look whether something is new, and say what the node answered: {token}, "left" or "away". */
export function renew(tell, { soon = false, again = false } = {}) {
  if (running || (!soon && !again && performance.now() - last < SOONEST)) return running;
  last = performance.now();
  running = (async () => {
    const told = await look(again).catch(() => "away");
    running = null;
    const isLate = told === "away" || told.again;
    wait = isLate ? Math.min(2 * wait, LONGEST) : 1000;
    clearTimeout(timer);
    // To look is to be there: somebody who entered with a password is not kept in by it.
    if (isLate || told.isDevice) {
      timer = setTimeout(() => renew(tell, { soon: true }), isLate ? wait : EVERY);
    }
    await tell(told);
  })();
  return running;
}

/** One tab at a time. What waits goes first: what is kept then counts it. */
const look = (again) => navigator.locks.request("passkoop-caisse", async () => {
  const answer = await ask(".json", 8000);
  if (answer.status === 401 || answer.status === 403) {
    await wipe();
    return "left";
  }
  const { token, ...state } = await read(answer).json();
  const told = { token, isDevice: !state.until };
  try {
    const sent = await handOver(token, again);
    if (sent < 0) return "left";
    await bring(state, sent > 0);
  } catch {
    told.again = true; // the node is there: whatever failed is tried again, the till is not alone
  }
  return told;
});

async function bring(state, counts) {
  state.offset = state.now - Math.floor(Date.now() / 1000);
  const before = await shelf.get("state");
  const isNew = (part) => before?.who !== state.who || before[part] !== state[part];
  const came = { state };
  const isEarly = before?.who === state.who && state.now < before.listsDue;
  if (isNew("lists") && !isEarly) {
    const file = read(await ask("/listes"));
    came.lists = { from: Number(file.headers.get("X-Passkoop-Listes")) || null, data: await file.arrayBuffer() };
    state.listsDue = state.now + Math.min(LISTS_SELDOM, came.lists.data.byteLength / LISTS_SPEED);
  } else {
    Object.assign(state, { lists: before.lists, listsDue: before.listsDue });
  }
  if (counts || isNew("visits")) came.visits = await usable(await read(await ask("/visites")).json());
  if (isNew("pages")) came.words = await read(await ask("/pages")).json();
  await shelf.put(came);
}

const ask = (path, patience = 60_000) => fetch(HERE + path, { signal: AbortSignal.timeout(patience) });

function read(answer) {
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

/** Keep the key in a form in which it can be used, but not be read. */
async function usable({ secret, ...rest }) {
  const bytes = Uint8Array.from(secret.match(/../g), (one) => parseInt(one, 16));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { ...rest, key };
}

/** Forget all but the visits that were not sent. */
export const wipe = () => shelf.put({ state: undefined, lists: undefined, visits: undefined, words: undefined });

/** Have the browser open the till without the node. Where it cannot, all else goes on. */
export async function install() {
  await navigator.serviceWorker?.register("/caisse/sw.js", { scope: "/caisse", updateViaCache: "none" }).catch(() => {});
}
