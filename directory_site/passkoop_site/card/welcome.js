// Where a card is welcome: the co-ops whose published rules say so, by country and region.

import { unwelcome } from "../verifier/verdict.js";
import { Shelf } from "./shelf.js";

const AT_ONCE = 60; // co-ops of the card's own country that are listed without being asked for
const NEVER = { inPeriod: 0, isToday: false };
const shelf = new Shelf("passkoop-coops");

/** Return all co-ops of the directory, as it was the last time if there is no network, or nothing. */
export async function allCoops(address) {
  const told = await shelf.newestOrKept(address);
  if (!told) return null;
  const columns = ["slug", "name", "place", "country", "region"];
  const split = columns.map((one) => told[one].split("\n"));
  return told.policy.map((number, at) => ({
    ...Object.fromEntries(columns.map((one, i) => [one, split[i][at]])),
    policy: told.policies[number],
  }));
}

/** Return those that welcome the members of a co-op, without this one. */
export const welcoming = (coops, { coop, country, slug }) =>
  coops.filter(
    (one) => one.policy && one.slug !== slug && !refuses(one.policy, coop, country),
  );

const refuses = (policy, coop, country) =>
  Boolean(unwelcome({ ...policy, visits: [0, 0] }, coop, country, NEVER));

/** Return them as lists, one a country, that of the card first and open. */
export function listed(coops, country, pages) {
  const names = new Intl.DisplayNames(document.documentElement.lang, { type: "region" });
  const groups = Object.entries(byCountry(coops));
  groups.sort(([a], [b]) => (b === country) - (a === country) || names.of(a).localeCompare(names.of(b)));
  return groups.map(([code, ones]) => {
    const isOpen = code === country && ones.length <= AT_ONCE;
    const details = element("details", { className: "where" });
    const title = element("span", { textContent: names.of(code), translate: false });
    const count = element("span", { className: "dim", textContent: String(ones.length) });
    details.append(element("summary", {}, title, count));
    const open = () => details.append(...regions(ones, pages));
    if (isOpen) open();
    else details.addEventListener("toggle", open, { once: true });
    details.open = isOpen;
    return details;
  });
}

function byCountry(coops) {
  const found = {};
  for (const one of coops) (found[one.country] ??= []).push(one);
  return found;
}

function regions(coops, pages) {
  const found = new Map();
  for (const one of coops) found.set(one.region, [...(found.get(one.region) ?? []), one]);
  const sorted = [...found].sort(([a], [b]) => !b - !a || a.localeCompare(b));
  return sorted.flatMap(([region, ones]) => {
    const list = element("ul", { className: "lines" }, ...ones.map((one) => line(one, pages)));
    return region ? [element("h3", { textContent: region, translate: false }), list] : [list];
  });
}

function line({ slug, name, place }, pages) {
  const link = element("a", { href: `${pages}${slug}/`, textContent: name });
  const where = element("span", { className: "small dim", textContent: place });
  return element("li", { className: "row", translate: false }, link, where);
}

function element(tag, facts, ...children) {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(...children);
  return made;
}
