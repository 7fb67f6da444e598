// The service worker of /v: it opens the page of a card without network. Its scope begins with /v,
// and so do other pages of the site: what is not below /v/ is none of its business.
// ROOT, VERSION, PAGES and FILES come from whoever built the site.

const MINE = "passkoop-v-";
const KEPT = MINE + VERSION;
const HOME = `${ROOT}/v/`;

self.addEventListener("install", (event) => {
  const requests = [...PAGES, ...FILES].map((one) => new Request(one, { cache: "reload" }));
  event.waitUntil(
    caches.open(KEPT).then((kept) => kept.addAll(requests)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(MINE) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  const path = pathname === `${ROOT}/v` ? HOME : pathname;
  const isKept = PAGES.includes(path) || FILES.includes(path + search);
  // zxing-wasm is a megabyte: kept by who needed it.
  const isLater = path.startsWith(`${HOME}zxing/`);
  if (isKept) event.respondWith(held(path + (PAGES.includes(path) ? "" : search), request));
  else if (isLater) event.respondWith(heldLater(request));
});

async function held(address, request) {
  return (await (await caches.open(KEPT)).match(address)) ?? fetch(request);
}

async function heldLater(request) {
  const kept = await caches.open(KEPT);
  const answer = (await kept.match(request)) ?? (await fetch(request));
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
}
