// What a text means, by the lists that this page could get.

import { verdict } from "../verifier/index.js";
import { Lists, NoLists } from "./lists.js";

/** Whom a page welcomes that stands in no co-op: everybody's members. */
export const ANYONE = { who: 1, countries: [], accept: [], refuse: [], visits: [0, 0] };

/** Return the lists of the site whose page this is. */
export function listsOfPage() {
  const { lists, believed, paired } = document.body.dataset;
  return new Lists({ lists, federations: believed, coops: paired });
}

/**
 * Return {said, text, store, coopName, directoryAt, isAway} of the first of some texts that names a holder, else
 * of the first one.
 * @param policyOf what the rules are for a holder, by the trust store
 */
export async function judged(texts, lists, policyOf = () => ANYONE) {
  const about = { text: texts[0], coopName: "" };
  try {
    const store = await lists.storeFor(texts);
    const asked = { now: Math.floor(Date.now() / 1000), visits: { inPeriod: 0, isToday: false } };
    const by = (text, policy) => verdict(text, store, { ...asked, policy });
    const found = [];
    for (const text of texts) found.push([await by(text, ANYONE), text]);
    let [said, text] = found.find(([one]) => one.holder) ?? found[0];
    if (said.holder) said = await by(text, policyOf(said.holder, store));
    const coopName = said.holder ? store.descriptors.get(said.holder.home).name : "";
    const directoryAt = lists.directoryAt;
    return { said, store, ...about, text, coopName, directoryAt, isAway: lists.isAway };
  } catch (error) {
    const trouble =
      error.name === "NotSupportedError" ? "old_browser" : error instanceof NoLists ? "no_lists" : "";
    if (!trouble) throw error;
    return { said: { outcome: "unverified", trouble, reasons: [] }, ...about, isAway: lists.isAway };
  }
}
