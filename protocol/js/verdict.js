/** The verdict (SPEC 9). */
import { CARD, parseClaims } from './card.js';
import { hex, need, Refusal } from './cbor.js';
import { parseSigned, signersAmong } from './cose.js';
import { entryAt } from './documents.js';
import { isMeantAsCard, readings } from './text.js';
import { isGoodAt } from './trust.js';

// SPEC 11, by how the codes begin.
const UNVERIFIED = /^(not_a_card|damaged|newer_format|unknown_issuer)/;
const REMARK = /^(clock|no_list|index_ahead|old|suspension|issuer|already|last)/;
const DAMAGED = ['malformed', 'too_large'];
const OUTCOMES = ['unverified', 'refused', 'remark', 'welcome'];

function conclude(reasons, holder) {
  const rank = (code) => (UNVERIFIED.test(code) ? 0 : REMARK.test(code) ? 2 : 1);
  reasons.sort((a, b) => rank(a) - rank(b)); // stable
  return { outcome: OUTCOMES[reasons.length ? rank(reasons[0]) : 3], reasons, holder };
}

/**
 * Return {outcome, reasons, holder}: of the card its claims, the co-op that issued it (`home`), the
 * id that it bears now (`coop`), and the date of the status list.
 * @param asked {now, policy, visits}: a policy parsed; visits {inPeriod, isToday}
 */
export const verdict = (text, store, asked) => store.alone(() => judge(text, store, asked));

async function judge(text, store, asked) {
  let reason;
  for (const reading of readings(text)) {
    try {
      const { kid, payload, claims } = await authenticate(reading, store);
      return weigh(kid, payload, claims, store, asked);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reason ??= DAMAGED.includes(error.message) ? 'damaged' : error.message;
    }
  }
  reason ??= isMeantAsCard(text) ? 'damaged' : 'not_a_card';
  return conclude([reason]);
}

/** Return what is known of a card and its signers before its content is read. */
async function authenticate(bytes, store) {
  need(hex(bytes.subarray(0, 2)) === 'd284', 'not_a_card'); // 9.1
  const { payload, signatures } = parseSigned(bytes, CARD); // 9.2
  const { kid } = signatures[0];
  const known = store.claims(kid).filter(({ coop }) => store.standing(coop) !== 'unknown');
  need(known.length, 'unknown_issuer'); // 9.3
  const claims = await signersAmong(known, signatures);
  need(claims.length, 'forged'); // 9.4
  return { kid, payload, claims };
}

function weigh(kid, payload, claims, store, { now, policy, visits }) {
  const standing = ({ coop }) => store.standing(coop);

  const listed = claims.filter(({ state }) => state !== undefined); // 9.5
  const current = listed.filter((claim) => standing(claim) !== 'replaced');
  const taken = current.length ? current : listed;
  if (!taken.length || taken.some(({ state }) => state === 2)) return conclude(['key_withdrawn']);

  let card;
  try {
    card = parseClaims(payload);
  } catch {
    return conclude(['newer_format']); // 9.6
  }

  const ranks = { own: 0, paired: 1, listed: 2, disputed: 3 }; // 9.7
  const order = (claim) => `${ranks[standing(claim)] ?? 4}${claim.state}${claim.coop}`;
  const [home] = taken.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const { coop } = home;
  const present = store.presentId(coop);
  const reasons = [];
  const add = (code, when = true) => when && reasons.push(code);
  add('key_retired', !isGoodAt(home, card.iat));
  add('not_yet_valid', card.iat > Math.max(now, store.newest) + 300);
  add('expired', now >= card.exp + 300);
  add('clock_slow', store.newest > now + 600);

  const lists = store.lists.get(`${coop}/${kid}`) ?? []; // 9.8
  const statuses = lists.map(({ entries }) => entryAt(entries, card.index));
  const found = statuses.filter((status) => status !== undefined);
  if (!lists.length) {
    add('no_list');
  } else {
    const { iat } = lists[0];
    if (!found.length) add(card.iat > iat ? 'index_ahead' : 'index_unknown');
    else if (found.includes(1) || found.includes(3)) add('revoked');
    else add('suspended', found.includes(2));
    add('old_list', now > iat + 864000);
  }

  const how = standing(home);
  if (how !== 'own') {
    const listing = store.listing(coop); // 9.9
    for (const word of ['blocked', 'replaced', 'suspended']) add(`coop_${word}`, how === word);
    add('suspension_disputed', how === 'disputed');
    const isOld = ({ federation, exp, isConfirmed }) =>
      !isConfirmed || now >= exp || now >= store.roots.get(federation).exp;
    add('old_directory', how !== 'paired' && listing.length && listing.every(isOld));
    if (listing.length) card.directoryAt = Math.max(...listing.map(({ iat }) => iat));
    add('issuer_disputed', taken.some((claim) => claim.coop !== coop));

    const { country } = listing[0]?.rows.get(coop) ?? store.descriptors.get(coop); // 9.10
    const code = unwelcome(policy, present, country, visits);
    add(code, Boolean(code));
    add('visitor_elsewhere', card.category === 2);
  }
  return conclude(reasons, { ...card, kid, coop: present, home: coop, listedAt: lists[0]?.iat });
}

/** Return the first code that applies (SPEC 8), if any. */
export function unwelcome({ who, accept, refuse, countries, visits: [most] }, coop, country, visits) {
  if (who === 0) return 'not_welcome';
  const isAccepted = !accept.length || accept.includes(coop);
  if (!isAccepted || refuse.includes(coop)) return 'coop_not_welcome';
  if (countries.length && !countries.includes(country)) return 'country_not_welcome';
  if (visits.isToday) return 'already_today';
  if (most && visits.inPeriod >= most) return 'limit_reached';
  return most && visits.inPeriod === most - 1 ? 'last_visit' : undefined;
}
