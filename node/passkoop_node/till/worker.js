// The service worker: it opens the till's page while the node is away. It holds files that are the
// same for everybody and an empty page, nothing else. BASE, FILES and SHELL come from the node.

const MINE = "passkoop-";
const KEPT = MINE + BASE.split("/").pop();
const PATIENCE = 8000; // milliseconds for the node to answer

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([...FILES, SHELL])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(MINE) && name !== KEPT).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.method === "GET" && pathname.startsWith(`${BASE}/`)) event.respondWith(file(request));
});

async function page(request) {
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  // A proxy before the node answers in its place; our own pages carry a policy.
  const isAway = !answer || (answer.status >= 502 && !answer.headers.has("Content-Security-Policy"));
  if (!isAway) return answer;
  return (await caches.match(SHELL)) ?? answer ?? Response.error();
}

/** A file whose address changes with its content: once here, it is good. */
async function file(request) {
  const kept = await caches.open(KEPT);
  const held = await kept.match(request);
  if (held) return held;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone()); // what only some tills need
  return answer;
}
