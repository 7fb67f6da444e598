// /v: what is known of the card that was in the address, and the cards that this device keeps.

import { judged, listsOfPage } from "./judge.js";
import { cards, drop, keep } from "./kept.js";
import { Scanner } from "./scanner.js";
import { install, speak } from "./speech.js";
import { view } from "./view.js";
import { allCoops, listed, welcoming } from "./welcome.js";

const $ = (wanted) => document.querySelector(wanted);
let lists, scanner, turn = 0;
const shown = document.createElement("div"); // what was said last
shown.className = "loose";

async function show(texts) {
  const mine = ++turn;
  scanner.stop();
  say("busy");
  const about = await judged(texts, lists);
  if (mine !== turn) return; // another card came meanwhile
  const part = view(about.said, about);
  shown.replaceChildren(part);
  $("#sans").hidden = true;
  $("#sans").after(shown);
  shown.querySelector("[data-act=autre]").addEventListener("click", another);
  document.documentElement.classList.remove("reading");
  say();
  await offerToKeep(about);
  shown.querySelector("h1").focus({ preventScroll: true });
  await sayWhere(about);
}

/** Go back to where a card is read. */
function another() {
  turn += 1;
  shown.remove();
  $("#accueil").hidden = true;
  $("#sans").hidden = false;
  $("#lire").focus();
}

/** Keep, or take away: only what is good is kept; whatever is kept can be taken away. */
async function offerToKeep({ said: { holder, outcome }, text }) {
  const [keeping, dropping] = ["garder", "retirer"].map((act) => shown.querySelector(`[data-act=${act}]`));
  const id = holder && `${holder.coop}/${holder.ref}`;
  const settle = async (kept) => {
    const isKept = kept.some((one) => one.text === text);
    keeping.hidden = isKept || !holder || outcome === "refused" || outcome === "unverified";
    dropping.hidden = !isKept;
    shown.querySelector("[data-if=kept]").hidden = !isKept;
    await others(kept, text);
  };
  keeping.addEventListener("click", async () => {
    await settle(await keep({ id, text, name: holder.name }));
    say("kept");
  });
  dropping.addEventListener("click", async () => {
    const kept = (await cards()).find((one) => one.text === text);
    await settle(await drop(kept?.id));
    say("gone");
  });
  await settle(await cards());
}

/** A family's cards: each with a button. */
async function others(kept, text) {
  shown.querySelector(".cartes")?.remove();
  if (!kept.some((one) => one.text !== text)) return;
  const nav = $("#plusieurs").content.firstElementChild.cloneNode(true);
  nav.classList.add("cartes");
  for (const one of kept) {
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "button", textContent: one.name, translate: false,
    });
    if (one.text === text) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => show([one.text]));
    const item = document.createElement("li");
    item.append(button);
    nav.querySelector("ul").append(item);
  }
  shown.prepend(nav);
}

/** Where the card is welcome, unless it is good nowhere or for its own co-op alone. */
async function sayWhere({ said: { holder, outcome }, store }) {
  const place = $("#accueil");
  place.hidden = true;
  if (!holder || outcome === "refused") return;
  const [row] = store.listing(holder.home).map(({ rows }) => rows.get(holder.home));
  const { country } = row ?? store.descriptors.get(holder.home);
  const coops = await allCoops(document.body.dataset.coops);
  if (!coops) return;
  const { pages } = document.body.dataset;
  const found = welcoming(coops, { coop: holder.coop, country, slug: row?.slug });
  $("#ou").replaceChildren(...listed(found, country, pages));
  place.querySelector("[data-none]").hidden = found.length > 0;
  place.hidden = false;
}

function say(what = "") {
  $("#etat").textContent = what && $("#etat").dataset[what];
}

async function begin() {
  const { text, take } = window.passkoop;
  await speak();
  lists = listsOfPage();
  scanner = new Scanner(show);
  install();
  addEventListener("hashchange", () => {
    const next = take();
    if (next) show([whole(next)]);
  });
  if (text) return show([whole(text)]);
  const [last] = await cards();
  if (last) await show([last.text]);
}

/** The text of a card as it stands in its code. */
const whole = (text) => `https://membre.coop/v#${text}`;

begin();
