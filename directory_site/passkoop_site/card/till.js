// « Ma coop »: a co-op without a node reads visitors' cards here, with a sheet of paper beside. The
// device remembers which co-op it stands in; of those who come it keeps nothing.

import { listen } from "../browser/reader.js";
import { ANYONE, judged, listsOfPage } from "./judge.js";
import { Scanner } from "./scanner.js";
import { Shelf } from "./shelf.js";
import { install, speak } from "./speech.js";
import { day, fill, view } from "./view.js";
import { allCoops } from "./welcome.js";

const MOST = 8; // names offered at once
const IDLE = 60_000; // milliseconds that an answer stays for whoever comes next to see
const PLACE = "/v/ma-coop-choisie"; // no file of the host: a name on the shelf
const $ = (wanted) => document.querySelector(wanted);
const shelf = new Shelf("passkoop-ma-coop");
let lists, scanner, here = null, timer = 0, turn = 0;

async function choose() {
  $("#pret").hidden = $("#reponse").hidden = true;
  $("#presentation").hidden = $("#choisir").hidden = false;
  const told = $("#trouvees").dataset;
  const coops = await allCoops(document.body.dataset.coops);
  if (!coops) return void ($("#trouvees").textContent = told.away);
  const field = $("#coop");
  const offer = () => {
    const wanted = plain(field.value);
    const found = coops.filter((one) => plain(`${one.name} ${one.place}`).includes(wanted));
    const some = wanted ? found.slice(0, MOST) : [];
    $("#trouvees").textContent = wanted && !some.length ? told.none : "";
    $("#noms").replaceChildren(...some.map((one) => button(one)));
  };
  field.addEventListener("input", offer);
  field.focus();
  offer(); // somebody may have typed before the list was here
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

function button(coop) {
  const item = fill($("#nom-coop").content.cloneNode(true), coop).firstElementChild;
  item.querySelector("button").addEventListener("click", async () => {
    await shelf.putJson(PLACE, { slug: coop.slug, name: coop.name, policy: coop.policy });
    await ready(coop);
  });
  return item;
}

async function ready(coop) {
  here = coop;
  $("#presentation").hidden = true;
  $("#nom").textContent = coop.name;
  next();
  // What could not be fetched is said when a card needs it.
  await lists.storeFor([]).then(sayAge, () => {});
  await lists.ahead().catch(() => {});
}

function sayAge() {
  const { directoryAt, isAway } = lists;
  $("#age").hidden = !directoryAt;
  fill($("#age"), { directory: day(directoryAt) });
  $("#seule").hidden = !isAway;
}

/** Take the answer away: the next card. */
function next() {
  clearTimeout(timer);
  $("#reponse").hidden = true;
  $("#reponse").replaceChildren();
  $("#pret").hidden = false;
  $("#texte").value = "";
  $("#nom").focus({ preventScroll: true });
  if (scanner.camera.on) scanner.start();
}

async function show(texts) {
  if (!here) return;
  const mine = ++turn;
  scanner.camera.watching = false;
  clearTimeout(timer);
  $("#etat").textContent = $("#etat").dataset.busy;
  const about = await judged(texts, lists, rulesFor);
  if (mine !== turn) return;
  $("#etat").textContent = "";
  $("#pret").hidden = true;
  const place = $("#reponse");
  place.replaceChildren(view(about.said, about));
  place.hidden = false;
  place.querySelector("[data-act=suivante]").addEventListener("click", next);
  place.querySelector("h1").focus({ preventScroll: true });
  timer = setTimeout(next, IDLE);
}

/** The rules that this co-op published, for everybody but its own members; visits are on paper. */
function rulesFor({ home }, store) {
  const isOwn = store.listing(home).some(({ rows }) => rows.get(home).slug === here.slug);
  return isOwn || !here.policy ? ANYONE : { ...here.policy, visits: [0, 0] };
}

async function begin() {
  await speak();
  lists = listsOfPage();
  scanner = new Scanner(show);
  install();
  listen(({ keys, codes }) => show([...new Set([codes, keys])].filter(Boolean)));
  $("#changer").addEventListener("click", choose);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("#reponse").hidden) next();
  });
  $("#texte").addEventListener("change", (event) => {
    if (event.target.value.includes("#")) show([event.target.value]);
  });
  const chosen = await shelf.json(PLACE);
  if (!chosen) return choose();
  // The rules that the co-op has published since.
  const coops = await allCoops(document.body.dataset.coops);
  await ready(coops?.find(({ slug }) => slug === chosen.slug) ?? chosen);
}

begin();
