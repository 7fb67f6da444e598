// The till stays on one page, so that camera and sound stay on: answers of the node are pages, of
// which only the body is taken. Without this script each of them is a page of its own.

import { Camera } from "../browser/camera.js";
import { describe } from "./device.js";
import { listen } from "../browser/reader.js";
import { signal, unlock } from "./signals.js";

const ZONES = ["ok", "note", "no", "unk"];
const token = document.querySelector("meta[name=passkoop-jeton]")?.content ?? "";
const $ = (wanted) => document.querySelector(wanted);
let alone = null; // how to go on while the node is away, where the browser lets it

// Said to who cannot see; stays while the pages change, else it is not heard.
const said = Object.assign(document.createElement("div"), { className: "hide" });
said.setAttribute("role", "status");
said.setAttribute("aria-live", "assertive");

let busy = false, timer = 0, started = false, lock = null;
const camera = new Camera(codesIn, (text) => scan({ keys: text, codes: "" }));

async function go(url, options = {}) {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  try {
    const { html, page, url: at } = await (alone?.ask ?? ask)(new URL(url, location.href), options);
    if (!new URL(at).pathname.startsWith("/caisse")) return location.assign(at);
    show(page ?? new DOMParser().parseFromString(html, "text/html"), at);
  } catch {
    sayAway();
  } finally {
    busy = false;
  }
}

async function ask(url, options) {
  const answer = await fetch(url, options);
  return { html: await answer.text(), url: answer.url };
}

function sayAway() {
  const away = $("#absente, #rien");
  if (!away) return;
  away.hidden = false;
  said.textContent = away.textContent;
}

function show(page, url) {
  document.title = page.title;
  document.body.className = page.body.className;
  for (const one of [...document.body.children]) if (one !== said) one.remove();
  document.body.prepend(...page.body.children);
  history.replaceState(null, "", url);
  settle();
}

/** What is to be done with each new page. */
function settle(first = false) {
  const zone = zoneShown();
  const focus = first && !zone ? null : $("[aria-invalid=true]") ?? $("main [autofocus]:not(#texte)") ?? $("main h1");
  if (focus?.tabIndex < 0) focus.tabIndex = -1;
  focus?.focus({ preventScroll: true });
  if (focus?.tagName === "H1") scrollTo(0, 0);
  if (zone) {
    signal(zone);
    said.textContent = $("#reponse")?.innerText ?? "";
    const stay = Number($("#reponse")?.dataset.stay); // seconds that a plain welcome stays
    if (stay && zone === "ok" && $("[data-act=suivant]") && !$("#montant, .veil")) {
      timer = setTimeout(() => go("/caisse"), stay * 1000);
    }
  } else {
    said.textContent = "";
  }
  describe();
  alone?.fill();
  const start = $("#commencer");
  if (start) start.hidden = started;
  const finder = $("#viseur");
  camera.watching = Boolean(finder && camera.on);
  const blind = $("[data-camera=away]");
  if (blind) blind.hidden = !camera.on || Boolean(camera.detector);
  if (camera.watching) {
    finder.replaceChildren(camera.video);
    camera.video.play().catch(() => {});
  }
}

function zoneShown() {
  return ZONES.find((one) => document.body.classList.contains(one));
}

function scan({ keys, codes }) {
  const zone = zoneShown();
  // Somebody still waits for the cashier's word.
  if (zone === "note" || zone === "no") return $(".acts .main")?.focus();
  camera.watching = false;
  // Where a reader is tried, the same text is only looked at.
  const path = location.pathname === "/caisse/douchette" ? location.pathname : "/caisse";
  go(path, { method: "POST", body: new URLSearchParams({
    texte: keys, touches: codes === keys ? "" : codes, _jeton: token,
  }) });
}

async function codesIn(blob) {
  const answer = await fetch("/caisse/image", {
    method: "POST", body: blob,
    headers: { "Content-Type": "image/jpeg", "X-Passkoop-Jeton": alone?.token() ?? token },
  });
  return answer.ok ? (await answer.json()).codes : [];
}

/** « Commencer »: one touch opens what browsers keep shut until then. */
async function start() {
  started = true;
  unlock();
  try {
    await camera.start($("#viseur")?.dataset.zxing);
  } catch (error) {
    const why = $(`[data-camera=${error?.name}]`) ?? $("[data-camera=other]");
    if (why) why.hidden = false;
  }
  settle();
  await stayAwake();
}

async function stayAwake() {
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // no matter: the screen may sleep
  }
}

document.addEventListener("visibilitychange", () => {
  if (started && !document.hidden) stayAwake();
});

document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  const url = new URL(button?.getAttribute("formaction") ?? form.action, location.href);
  if (!url.pathname.startsWith("/caisse") || form.method === "get" || form.target) return;
  event.preventDefault();
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  const plain = form.enctype !== "multipart/form-data";
  go(url, { method: "POST", body: plain ? new URLSearchParams(body) : body });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#commencer")) return start();
  const link = event.target.closest("a[href^='/caisse']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || "full" in link.dataset) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("change", (event) => {
  if (event.target.id === "photo") event.target.form.requestSubmit();
});

// Whoever touches the page wants to read it: it stays.
for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => clearTimeout(timer));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("a[data-act=suivant], a[data-act=repasser]")) go("/caisse");
});

document.body.append(said);
listen(scan);
settle(true);
if (window.isSecureContext && navigator.locks) {
  import("./alone.js").then((module) => (alone = module).begin(token, go), sayAway);
}
