// /v is one address for all: the page is shown in the language of whoever opens it. Each language has
// a page of its own, which speaks without this script, too. And how the page stays on a device.

const CHOSEN = "passkoop-langue";

/** Put the page in the wanted language in the place of this one. */
export async function speak() {
  const offered = new Map([...document.querySelectorAll("#langues a")].map((one) => [one.lang, one]));
  const isFirst = document.querySelector("#langues [aria-current]")?.dataset.first === "1";
  const wanted = remembered() ?? (isFirst ? wishes().find((one) => offered.has(one)) : null);
  const page = offered.get(wanted);
  if (page && wanted !== document.documentElement.lang) await turn(page.href).catch(() => {});
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#langues a");
    if (link) remember(link.lang);
  });
}

const wishes = () => navigator.languages.map((one) => one.slice(0, 2).toLowerCase());

async function turn(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(8000) });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  const manifest = document.querySelector("link[rel=manifest]");
  manifest.href = page.querySelector("link[rel=manifest]").getAttribute("href");
  document.body.replaceWith(document.adoptNode(page.body));
}

function remembered() {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function remember(language) {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // then it asks again next time
  }
}

/** Have the browser open this page without network, and offer to put it on the home screen. */
export function install() {
  const { worker, scope } = document.body.dataset;
  navigator.serviceWorker?.register(worker, { scope, updateViaCache: "none" }).catch(() => {});
  addEventListener("beforeinstallprompt", (event) => {
    const button = document.getElementById("installer");
    if (!button) return;
    event.preventDefault();
    button.hidden = false;
    button.addEventListener("click", () => event.prompt(), { once: true });
  });
}
