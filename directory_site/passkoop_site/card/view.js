// What is known of a card, as parts of the page. All words stand in the page's templates.

import { qrModules, qrPath } from "../verifier/qr.js";

const QUIET = 4; // modules of white around a code
const NOON = 43_200; // cards end at noon after their last day (UTC), so that it is over everywhere
const STAFF = 3; // the last category that has a name of its own
const locale = () => document.documentElement.lang.replace(/^en$/, "en-GB");

const clone = (id) => document.getElementById(id).content.cloneNode(true);

export function day(seconds) {
  const told = new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeZone: "UTC" });
  const text = told.format(new Date(seconds * 1000));
  return locale() === "fr" ? text.replace(/^1 /, "1er ") : text;
}

/** Put facts into the places that are theirs. */
export function fill(part, facts) {
  for (const place of part.querySelectorAll("[data-fact]")) {
    place.textContent = facts[place.dataset.fact] ?? "";
  }
  return part;
}

const put = (part, place, ...what) =>
  part.querySelectorAll(`[data-place=${place}]`).forEach((one) => one.replaceChildren(...what));

/**
 * Return a part of a page that says what is known.
 * @param said what `verdict` says; or {trouble}, a code of the page's own
 * @param about {text, coopName, directoryAt, isAway}
 */
export function view(said, { text, coopName, directoryAt, isAway }) {
  const reasons = said.trouble ? [said.trouble] : said.reasons;
  const remarks = said.outcome === "remark" ? reasons : reasons.slice(1);
  const isGood = said.outcome === "welcome" || said.outcome === "remark";
  const { holder } = said;
  const facts = holder
    ? { name: holder.name, coop: coopName, day: day(holder.exp - NOON - 1) }
    : { coop: coopName };
  if (holder?.listedAt) facts.listed = day(holder.listedAt);
  const part = clone(isGood ? "bonne" : "autre");
  if (holder) {
    const known = holder.category <= STAFF ? holder.category : 0;
    put(part, "genre", clone(`genre-${known}`));
  } else {
    part.querySelector("[data-holder]")?.remove();
  }
  if (!isGood) put(part, "dit", clone(`dit-${reasons[0]}`));
  if (isGood) draw(part.querySelector(".qr"), text);
  const under = clone("sous");
  const notes = remarks.map((code) => document.getElementById(`note-${code}`)).filter(Boolean);
  if (notes.length) put(under, "notes", ...notes.map((one) => one.content.cloneNode(true)));
  else under.querySelector("[data-place=notes]").remove();
  if (directoryAt) facts.directory = day(directoryAt);
  const there = { listed: facts.listed, directory: directoryAt, away: isAway && directoryAt };
  for (const [name, is] of Object.entries(there)) {
    if (!is) under.querySelector(`[data-if=${name}]`).remove();
  }
  part.append(under);
  return fill(part, facts);
}

/** Draw the code of a card, black on white also in the dark. */
function draw(svg, text) {
  const rows = svg && qrModules(text);
  if (!rows) return svg?.remove();
  const side = rows.length + 2 * QUIET;
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  const [ground, code] = svg.querySelectorAll("path");
  ground.setAttribute("d", `M0 0h${side}v${side}H0z`);
  code.setAttribute("d", qrPath(rows, QUIET));
}
