// The search of the list: it reads one file, and asks nobody.
const form = document.getElementById("chercher");
const found = document.getElementById("trouve");
const said = document.getElementById("compte");
const STEP = 48;
const plain = (text) =>
  text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

const before = [...found.children].filter((node) => node !== said);
let coops = null;
let asked = 0;

async function load() {
  if (coops) return coops;
  const index = await (await fetch(form.dataset.index)).json();
  const [slugs, names, places, codes] = ["slug", "name", "place", "postcode"].map((key) => index[key].split("\n"));
  coops = index.flags.map((flags, at) => ({
    slug: slugs[at],
    name: names[at],
    place: places[at],
    code: codes[at],
    region: index.regions[index.region[at]],
    stage: index.stages[flags & 7],
    kind: index.kinds[(flags >> 3) & 7],
    online: Boolean(flags & 64),
    vegetable: (flags >> 7) + 1,
    words: plain(`${names[at]} ${places[at]}`).split(" "),
  }));
  return coops;
}

// How well a co-op answers; 0: not at all. A postcode finds its own, then its neighbours.
function rank(coop, words) {
  let sum = 1;
  for (const word of words) {
    if (/^\d{2,}$/.test(word)) {
      if (coop.code.startsWith(word)) sum += 3;
      else if (word.length >= 4 && coop.code.slice(0, 2) === word.slice(0, 2)) sum += 1;
      else return 0;
    } else if (coop.words.includes(word)) sum += 3;
    else if (coop.words.some((one) => one.startsWith(word))) sum += 2;
    else if (word.length > 3 && coop.words.some((one) => one.includes(word))) sum += 1;
    else return 0;
  }
  return sum;
}

const element = (name, facts, ...inside) => {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...inside);
  return made;
};

const label = (field, key) => [...form.elements[field].options].find((one) => one.value === key)?.text ?? "";

function card(coop) {
  const link = element("a", { href: `${form.dataset.root}${coop.slug}/`, textContent: coop.name, translate: false });
  const country = label("region", coop.region) || label("pays", coop.region.split(".")[0]);
  const where = element("span", { className: "small dim where" }, coop.place ? `${coop.place}, ${country}` : country);
  const tags = [label("accueil", coop.kind), coop.online ? found.dataset.online : "", label("etape", coop.stage)];
  return element(
    "li",
    { className: `label paper stack v${coop.vegetable}` },
    element("div", { className: "row apart" }, element("h2", {}, link), where),
    element("p", { className: "row tags" }, ...tags.filter(Boolean).map((text) => element("span", { className: "tag", textContent: text }))),
  );
}

function show(list, upTo) {
  const items = list.slice(0, upTo).map(card);
  const shown = [element("ul", { className: "loose list" }, ...items)];
  if (list.length > upTo) {
    const more = element("button", { className: "button", type: "button", textContent: found.dataset.more });
    more.addEventListener("click", () => {
      show(list, upTo + STEP);
      found.querySelectorAll(".list a")[upTo]?.focus();
    });
    shown.push(more);
  }
  found.replaceChildren(said, ...shown);
}

async function search() {
  const wanted = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, value.trim()]));
  const turn = ++asked;
  if (!Object.values(wanted).some(Boolean)) {
    said.textContent = "";
    found.replaceChildren(said, ...before);
    return;
  }
  const words = plain(wanted.q ?? "").split(" ").filter(Boolean);
  const all = await load();
  if (turn !== asked) return;
  const list = all
    .filter((coop) => !wanted.pays || coop.region.split(".")[0] === wanted.pays)
    .filter((coop) => !wanted.region || coop.region === wanted.region)
    .filter((coop) => !wanted.accueil || coop.kind === wanted.accueil)
    .filter((coop) => !wanted.etape || coop.stage === wanted.etape)
    .filter((coop) => !wanted["en-ligne"] || coop.online)
    .map((coop) => [rank(coop, words), coop])
    .filter(([much]) => much)
    .sort((one, other) => other[0] - one[0])
    .map(([, coop]) => coop);
  show(list, STEP);
  const { none, one, many } = found.dataset;
  said.textContent = list.length === 0 ? none : (list.length === 1 ? one : many).replace("#", list.length.toLocaleString(document.documentElement.lang));
}

function remember() {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  const query = asked.toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
}

for (const [key, value] of new URLSearchParams(location.search)) {
  const field = form.elements[key];
  if (!field) continue;
  if (field.type === "checkbox") field.checked = value === "1";
  else field.value = value;
}
form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  remember();
  search();
});
form.addEventListener("input", () => {
  remember();
  search();
});
form.querySelector("a").addEventListener("click", (event) => {
  event.preventDefault();
  form.querySelectorAll("input, select").forEach((field) => (field.type === "checkbox" ? (field.checked = false) : (field.value = "")));
  remember();
  search();
});
search();
