// The service worker of a member's own page: it keeps the page of the card, and nothing else of
// them, for when there is no network. BASE, FILES, CARD and GONE come from the node.

const MINE = "moi-passkoop-";
const KEPT = MINE + BASE.split("/").pop();
const PATIENCE = 8000; // milliseconds for the node to answer

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  const kept = await caches.open(KEPT);
  for (const name of await caches.keys()) {
    if (!name.startsWith(MINE) || name === KEPT) continue;
    const card = await (await caches.open(name)).match(CARD);
    // The card of a former version still opens: without its files it is plain, and good.
    if (card && !(await kept.match(CARD))) await kept.put(CARD, card);
    await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (FILES.includes(pathname)) event.respondWith(file(request));
});

async function page(request, pathname) {
  const kept = await caches.open(KEPT);
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  // A proxy before the node answers in its place; our own pages carry a policy.
  const isAway = !answer || (answer.status >= 502 && !answer.headers.has("Content-Security-Policy"));
  if (isAway) return (await card(kept)) ?? answer ?? Response.error();
  if (answer.headers.has(GONE)) await kept.delete(CARD);
  else if (pathname === CARD && answer.ok) await kept.put(CARD, answer.clone());
  return answer;
}

/** The page of the card as it was kept; it says that there is no network. */
async function card(kept) {
  const held = await kept.match(CARD);
  if (!held) return null;
  const text = (await held.text()).replace('id="hors-ligne" hidden', 'id="hors-ligne"');
  return new Response(text, { headers: held.headers });
}

const file = async (request) => (await (await caches.open(KEPT)).match(request)) ?? fetch(request);
