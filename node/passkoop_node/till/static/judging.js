// What a card means while the node is away: as the node itself would say it, by what is kept.

import { documentsIn } from "../verifier/bundle.js";
import { concat, hex, unhex, utf8 } from "../verifier/cbor.js";
import { TrustStore, verdict } from "../verifier/index.js";
import { named } from "../verifier/keys.js";
import { visits as waiting } from "./queue.js";

const OUTCOMES = ["welcome", "remark", "refused", "unverified"];
const REFUSED = 2, UNVERIFIED = 3, VISITOR = 2, WORD = 1, TRY = 2;
const OWN = 0, CARD = 1, WITHOUT = 2; // kinds of visits
const MUCH = 1_000_000; // bytes of documents: not before they are needed
const DAY = 86_400;
let believed = { of: null, store: null }; // store: a promise

export const dayOf = (at, state) => Math.floor((at + state.zone) / DAY);

/** What the texts of one scan mean; of several, the one that says most is meant. */
export async function judge(texts, held, at) {
  const badge = texts.find((text) => /^\d{4,32}$/.test(text.trim()));
  if (badge) {
    return { outcome: UNVERIFIED, codes: ["badge_elsewhere"], offer: offer(held, at), kind: WITHOUT, isBadge: true };
  }
  const store = await storeOf(held);
  const found = [];
  for (const text of texts.length ? texts : [""]) found.push(await one(text, store, held, at));
  return found.sort((a, b) => rank(a) - rank(b))[0];
}

/** Take the documents in before somebody waits: four seconds for a thousand co-ops. */
export async function prepare(held) {
  if (held.lists.data.byteLength < MUCH) await storeOf(held);
}

/** What somebody without a card gets. */
export function withoutCard(held, at) {
  const offered = offer(held, at);
  return { outcome: held.words.tables.outcomes[offered.code], codes: [offered.code], offer: offered, kind: WITHOUT, noCard: true };
}

/** Under which rule a visit is noted. */
export function ruleOf({ outcome, offer, own }, { words: { tables } }, anyway) {
  if (anyway) return "anyway";
  if (offer) return tables.outcomes[offer.code] === REFUSED ? "anyway" : tables.rules[offer.kind];
  if (outcome >= REFUSED) return "anyway";
  return own ? "own" : "network";
}

async function one(text, store, held, at) {
  const { rules, own } = held.visits;
  const asked = { now: at, policy: rules, visits: { inPeriod: 0, isToday: false } };
  let said = await verdict(text, store, asked);
  const today = dayOf(at, held.state);
  const { holder } = said;
  if (!holder) {
    return { outcome: OUTCOMES.indexOf(said.outcome), codes: said.reasons, kind: WITHOUT, offer: instead(said, held, at) };
  }
  const isOwn = holder.coop === own;
  const keys = await keysOf(holder, store, held);
  const here = (await waiting()).filter((line) => line.ref === holder.ref).map((line) => line.at);
  const known = keys.flatMap((key) => held.visits.came[key] ?? []);
  const came = [...new Set([...known, ...here.map((moment) => dayOf(moment, held.state))])];
  const since = today - (Math.max(rules.visits[1], 1) - 1);
  asked.visits = { inPeriod: came.filter((day) => day >= since && day < today).length, isToday: came.includes(today) };
  said = await verdict(text, store, asked);
  const { name: coopName, place } = store.descriptors.get(holder.home);
  const result = { holder, name: holder.name, own: isOwn, coopName, place, came, earlier: here.findLast((moment) => dayOf(moment, held.state) === today) };
  if (!isOwn || holder.category !== VISITOR) {
    const owing = isOwn ? keys.map((key) => held.visits.owing?.[key]).find(Boolean) : null;
    return {
      ...result, ...withDues(said, owing, today, held), owing, kind: isOwn ? OWN : CARD,
      home: holder.coop, ref: holder.ref, category: holder.category,
      offer: isOwn ? null : instead(said, held, at, came),
    };
  }
  // A visitor's card of ours: its holder's trial decides.
  const { outcomes } = held.words.tables;
  const guest = keys.map((key) => held.visits.guests[key]).find(Boolean);
  const trial = offer(held, at, guest, came);
  const codes = [...said.reasons, guest ? trial.code : "guest_unknown"].sort((a, b) => outcomes[b] - outcomes[a]);
  return {
    ...result, codes, outcome: outcomes[codes[0]], kind: WITHOUT, ref: guest ? holder.ref : null,
    offer: said.outcome === "refused" ? instead(said, held, at, came, guest) : trial,
  };
}

/** What is to be said of the dues of a member of ours, beside what the card says. */
function withDues({ outcome, reasons }, owing, today, { words: { tables: { outcomes } } }) {
  const known = OUTCOMES.indexOf(outcome);
  if (!owing || today < owing[0]) return { outcome: known, codes: reasons };
  const isHeld = owing[2] && reasons.includes("suspended");
  const code = today < owing[1] ? "dues_grace" : isHeld ? "dues_suspended" : "dues_lapsed";
  const codes = code === "dues_suspended" ? [code, ...reasons] : [...reasons, code];
  return { outcome: Math.max(known, outcomes[code]), codes: codes.sort((a, b) => outcomes[b] - outcomes[a]) };
}

function rank({ holder, codes: [code] }) {
  const order = ["key_withdrawn", "forged", "newer_format", "unknown_issuer", "damaged"];
  return holder ? 0 : order.includes(code) ? order.indexOf(code) + 1 : order.length + 1;
}

function instead({ outcome, reasons }, held, at, came = [], guest) {
  const { outcomes, as_if_without } = held.words.tables;
  const refusals = reasons.filter((code) => outcomes[code] === REFUSED);
  const may = outcome === "unverified" || (outcome === "refused" && refusals.every((code) => as_if_without.includes(code)));
  return may ? offer(held, at, guest, came) : null;
}

function offer({ visits: { rules }, words: { tables }, state }, at, guest, came = []) {
  const [kind, allowed, last] = guest ?? [rules.without, rules.limit, null];
  const today = dayOf(at, state);
  const used = came.filter((day) => day < today).length;
  if (kind === 0) return { code: "without_refused", kind, needs: [] };
  if (kind === WORD) {
    const left = rules.card_from - 1 - used;
    const code = rules.card_from <= 1 || left > 1 ? "word" : left === 1 ? "word_last" : "card_asked";
    return { code, kind, used, left: rules.card_from, needs: [] };
  }
  const lastDay = kind === TRY ? null : (last ?? today + allowed - 1);
  const left = kind === TRY ? allowed - used : lastDay - today + 1;
  const code = left <= 0 ? "trial_over" : came.includes(today) ? "trial_today"
    : left === 1 ? "trial_last" : guest ? "trial" : "trial_first";
  return { code, kind, used, left: Math.max(0, left), lastDay, needs: guest || left <= 0 ? [] : tables.needs[kind] };
}

/** The names under which the node counts a holder's visits, for this device. */
async function keysOf({ coop, ref }, store, { visits: { key, salt, own } }) {
  const known = new Set([coop, ...store.replacedBy.keys(), ...store.descriptors.keys()]);
  const bearers = [...known].filter((id) => id === coop || (id !== own && store.presentId(id) === coop));
  return Promise.all(bearers.map(async (id) => {
    const name = await crypto.subtle.sign("HMAC", key, concat(utf8("passkoop/visitor/1"), unhex(id), unhex(ref)));
    const salted = await crypto.subtle.digest("SHA-256", concat(unhex(salt), new Uint8Array(name, 0, 16)));
    return hex(new Uint8Array(salted, 0, 8));
  }));
}

/** The trust store that the documents and what people here decided make, as on the node. */
async function storeOf({ lists, visits, state }) {
  const { followed, paired, replaced, former } = visits;
  const of = JSON.stringify([state.lists, followed, paired, replaced, former]);
  if (believed.of !== of) believed = { of, store: load(lists.data, visits) };
  return believed.store;
}

async function load(data, { own, followed, paired, replaced, former }) {
  const store = new TrustStore();
  store.own = own;
  for (const id of followed) store.followed.add(id);
  for (const id of [...paired, ...replaced.map(([old]) => old)]) store.pair(id);
  for (const document of documentsIn(new Uint8Array(data))) {
    await store.add(document, { now: Infinity }).catch((error) => {
      if (error.name === "NotSupportedError") throw error; // this browser knows no such signatures
    });
  }
  for (const [coop, keys] of Object.entries(former)) {
    const descriptor = store.descriptors.get(coop);
    for (const key of keys) {
      if (descriptor && !descriptor.keys.some((one) => one.key === key)) {
        descriptor.former.push({ ...(await named(unhex(key))), coop });
      }
    }
  }
  for (const [old, present] of replaced) store.pair(present, [old]);
  store.paired = new Set([...store.paired].filter((id) => paired.includes(id)));
  return store;
}
