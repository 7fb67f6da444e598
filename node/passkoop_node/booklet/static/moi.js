// One's own page on a telephone: the card is kept for when there is no network.

const WORKER = "/moi/sw.js";

/** Where nobody has entered, no card stays. */
async function forget() {
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.filter((name) => name.startsWith("moi-passkoop-")).map((name) => caches.delete(name)));
  const here = await navigator.serviceWorker?.getRegistration("/moi");
  await here?.unregister();
}

async function keep() {
  await navigator.serviceWorker?.register(WORKER, { scope: "/moi", updateViaCache: "none" });
  // The first time the page came before the worker: it is fetched once more, to be kept.
  await navigator.serviceWorker?.ready;
  for (const name of await caches.keys()) {
    if (!name.startsWith("moi-passkoop-")) continue;
    const answer = await fetch("/moi/carte", { redirect: "error" });
    if (answer.ok) await (await caches.open(name)).put("/moi/carte", answer);
  }
  const says = document.querySelector("#sans-reseau");
  if (says) says.hidden = false;
}

const task = document.body.querySelector("[data-moi=personne]") ? forget : document.querySelector("[data-moi=carte]") && keep;
task?.().catch(() => {}); // where the browser cannot, all else goes on
