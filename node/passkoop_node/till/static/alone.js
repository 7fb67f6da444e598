// The till while the node is away: it answers each address and form of the till as the node would,
// by what is kept. Who was shown is in memory alone; visits wait in the queue.

import { judge, prepare, ruleOf, withoutCard } from "./judging.js";
import { clock, install, kept, renew } from "./keep.js";
import * as queue from "./queue.js";
import { Screens } from "./screens.js";

const MOST = 300; // answers in memory
const ADDRESS = /^\/caisse(?:\/r\/([0-9a-f]{16}))?(?:\/([\w-]+))?$/;
const shown = new Map(); // by line
const PATIENCE = 5000; // milliseconds for the node to answer
const $ = (wanted) => document.querySelector(wanted);
let isAway = false, scanned = null, known = "", go = null;

/** What proves to the node that a form is ours; another one after somebody entered anew. */
export const token = () => known;

/** Begin to keep what is needed. `then` opens a page of the till. */
export function begin(itsToken, then) {
  [known, go] = [itsToken, then];
  install();
  look({ soon: true });
  addEventListener("online", () => look({ soon: true }));
  if ($("#coquille")) go(location.href);
}

const look = (how) => renew(hear, how);

/** Act on what the node said when it was asked for what is new. */
async function hear(told) {
  isAway = told === "away";
  known = told.token ?? known;
  await fill();
  kept().then((held) => held && prepare(held)).catch(() => {});
  if (told === "left" && $("#seule")) location.assign("/caisse");
  if (told.token && $("#seule") && $(".ready, #file")) go(location.href);
}

/** Return {html or page, url}: of the node, or of this device while it is away. */
export async function ask(url, { method, body }) {
  const isScan = method === "POST" && url.pathname === "/caisse";
  if (isScan) {
    // Numbered here, so that a scan whose answer is lost counts once.
    const texts = [body.get("texte"), body.get("touches")].filter(Boolean);
    scanned = { line: queue.newLine(), texts };
    body.set("ligne", scanned.line);
  }
  const isOurs = isAway || shown.has(ADDRESS.exec(url.pathname)?.[1]);
  const found = isOurs ? null : await fromNode(url, { method, body }).catch(() => null);
  if (!found) return answer(url, body, !isOurs);
  const line = ADDRESS.exec(new URL(found.url).pathname)?.[1];
  if (isScan && line) scanned.line = line;
  return found;
}

async function fromNode(url, options) {
  options.body?.set("_jeton", known);
  const isSlow = url.pathname.endsWith("/photo");
  const answer = await fetch(url, { ...options, signal: isSlow ? undefined : AbortSignal.timeout(PATIENCE) });
  const html = await answer.text();
  // A proxy before the node answers in its place; our own pages carry a policy.
  if (answer.status >= 502 && !answer.headers.has("Content-Security-Policy")) return null;
  known = /name="passkoop-jeton" content="(\w+)"/.exec(html)?.[1] ?? known;
  return { html, url: answer.url };
}

async function answer(url, body, asked) {
  const held = await kept();
  if (!held) throw new Error("nothing is kept here");
  isAway ||= asked;
  const at = clock(held.state);
  const [, line, act] = ADDRESS.exec(url.pathname) ?? [];
  const form = Object.fromEntries(body ?? []);
  const desk = new Desk(held, at, asked, body !== undefined);
  const page = line ? await desk.about(line, act ?? "", form) : await desk.plainly(act ?? "", form);
  if (asked || !isAway) look({ soon: true });
  const here = page.body.dataset.line;
  const path = here ? `/caisse/r/${here}` : act === "attente" ? "/caisse/attente" : "/caisse";
  return { page, url: new URL(path, location.href).href };
}

class Desk {
  constructor(held, at, asked, isPost) {
    Object.assign(this, { held, at, asked, isPost, screens: new Screens(held, at) });
  }

  async plainly(act, form) {
    if (act === "" && this.isPost) return this.#scan(form);
    if (act === "attente") return this.screens.waiting();
    if (act !== "sans-carte") return this.#ready(act && "not_now");
    const one = { ...withoutCard(this.held, this.at), line: queue.newLine() };
    const isRefused = one.outcome === 2;
    if (!this.isPost && !isRefused) return this.screens.without(one.offer);
    if (isRefused || !one.offer.needs.length) {
      return this.#show({ ...one, name: (form.nom ?? "").trim().slice(0, 100) });
    }
    // Nobody can be written down here: welcomed all the same, with their name as the reason.
    this.#remember(Object.assign(one, { at: this.at, state: "open" }));
    return this.#marked(this.screens.anyway(one), one);
  }

  async about(line, act, form) {
    let one = shown.get(line);
    if (!one && scanned?.line === line && !["annuler", "montant"].includes(act)) {
      one = { ...(await judge(scanned.texts, this.held, this.at)), line, at: this.at, state: "open", asked: true };
      this.#remember(one);
    }
    const may = one?.state === "open";
    const welcomes = may && (one.outcome < 2 || (act === "essai" && one.offer));
    if (act === "annuler") {
      await queue.cancel(line, this.#stamp());
      if (one) one.state = "cancelled";
      return this.#ready("cancelled");
    }
    if (act === "montant") return this.#amount(one, line, form.montant ?? "");
    if (!one || act === "mettre-a-jour" || act === "carte") return this.#ready("not_now");
    if (act === "pas-aujourd-hui") one.state = may ? "dismissed" : one.state;
    if (["cancelled", "dismissed"].includes(one.state)) return this.#ready();
    if (act === "accueillir" || act === "essai") {
      if (welcomes && one.offer?.needs.length) return this.#marked(this.screens.anyway(one), one);
      if (welcomes) return this.#note(one);
    }
    if (act === "quand-meme" && may) {
      const reason = (form.raison ?? "").trim().slice(0, 500);
      return this.isPost && reason ? this.#note(one, reason) : this.#marked(this.screens.anyway(one, this.isPost), one);
    }
    return this.#answer(one);
  }

  async #scan({ texte = "", touches = "", ligne }) {
    const texts = [...new Set([texte, touches])].filter((text) => text.trim()).map((text) => text.slice(0, 2000));
    if (!texts.length) return this.#ready();
    return this.#show({ ...(await judge(texts, this.held, this.at)), line: ligne || queue.newLine(), asked: this.asked });
  }

  async #show(one) {
    const same = (other) => one.ref && other.ref === one.ref && other.home === one.home && other.state === "noted";
    one.earlier = [...shown.values()].findLast(same)?.at ?? one.earlier;
    Object.assign(one, { at: this.at, state: "open" });
    this.#remember(one);
    // Where there is no room left, the cashier sees the answer all the same.
    if (one.outcome === 0) await this.#keep(one).catch(() => {});
    return this.#answer(one);
  }

  #remember(one) {
    shown.set(one.line, one);
    if (shown.size > MOST) shown.delete(shown.keys().next().value);
  }

  async #note(one, reason = "") {
    await this.#keep(one, reason);
    return this.held.state.amounts ? this.#answer(one) : this.#ready("noted");
  }

  async #keep(one, reason = "") {
    const { line, kind, home, ref, category, outcome, codes, at } = one;
    const name = one.noCard ? one.name : "";
    const rule = ruleOf(one, this.held, reason);
    await queue.add({ line, at, kind, home, ref, category, outcome, reasons: codes.filter((code) => !code.startsWith("dues_")), rule, name, reason, asked: Boolean(one.asked), ...this.#who() });
    one.state = "noted";
  }

  async #amount(one, line, typed) {
    const found = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(typed.replace(/[\s€]/g, ""));
    if (!found) return one ? this.#answer(one, { wrong: true, typed }) : this.#ready("amount");
    const cents = 100 * Number(found[1]) + Number((found[2] ?? "").padEnd(2, "0"));
    await queue.setAmount(line, cents, this.#stamp());
    return this.#ready("noted");
  }

  #answer(one, how = {}) {
    return this.#marked(this.screens.answer(one, { amounts: this.held.state.amounts, ...how }), one);
  }

  #marked(page, { line }) {
    page.body.dataset.line = line;
    return page;
  }

  #ready(said) {
    const noted = [...shown.values()].filter(({ state }) => state === "noted");
    return this.screens.ready(noted.slice(-6).reverse(), said);
  }

  #who() {
    return { who: this.held.state.who, proof: this.held.state.proof };
  }

  #stamp() {
    return { at: this.at, ...this.#who() };
  }
}

/** Fill in what only this device knows: how many visits wait, and which. */
export async function fill() {
  if ($(".ready") && !$("#seule")) look();
  const lines = await queue.lines();
  const strip = $("#attente");
  if (strip) {
    const { one, many } = strip.dataset;
    strip.hidden = !lines.length;
    strip.querySelector("span").textContent = (lines.length === 1 ? one : many).replace("#", lines.length);
  }
  const list = $("#lignes");
  if (list) await fillList(list, lines);
}

async function fillList(list, lines) {
  const held = await kept();
  const send = $("#envoyer");
  send.onclick = () => look({ again: true });
  $("#aucune").hidden = lines.length > 0;
  send.hidden = !lines.length;
  if (!held) return;
  const screens = new Screens(held, clock(held.state)), { says } = held.words;
  list.replaceChildren(...lines.map((line) => {
    const row = $("#ligne").content.cloneNode(true);
    row.querySelector("time").textContent = screens.moment(line.at);
    row.querySelector("span").textContent = says.kinds[line.kind];
    row.querySelector("p").textContent = line.refused ? says.refused.replace("%(why)s", line.refused.says ?? "") : says.to_send;
    row.querySelector(".row").hidden = !line.refused;
    row.querySelector("button").onclick = async () => {
      await queue.forget(line.line);
      await fill();
    };
    return row;
  }));
}
