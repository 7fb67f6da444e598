import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { decode } from '../cbor.js';
import { parsePolicy } from '../documents.js';
import { sha256 } from '../keys.js';
import { TrustStore } from '../trust.js';
import { verdict } from '../verdict.js';
import {
  card, DAY, descriptor, directory, keyPair, NOW, root, signMany, statusList,
} from './making.mjs';

const pairs = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(keyPair));
const [coop, key, fed, key2, coop2, fed2, coop3, fed3] = pairs;
const VISITS = { inPeriod: 0, isToday: false };

let store;
beforeEach(() => {
  store = new TrustStore();
  store.pair(coop.id);
});

const add = (data, when) =>
  store.add(data, { now: NOW, ...when }).catch((error) => error.message);
const OPEN = parsePolicy(new Map([['who', 1]]));
const verify = (text, options) =>
  verdict(text, store, { now: NOW, policy: OPEN, visits: VISITS, ...options });
const reasons = async (text, options) => (await verify(text, options)).reasons;
const lower = async (a, b, payloadOf) => {
  const [ha, hb] = [await sha256(payloadOf(a)), await sha256(payloadOf(b))];
  return ha < hb ? [a, b] : [b, a];
};
const payloadOf = (data) => decode(data).content[2];

/** Follow a federation that lists these co-ops. */
async function follow(signer, coops, when) {
  const { id, data } = await root([signer], [signer]);
  store.followed.add(id);
  assert.equal(await add(data), 'accepted');
  assert.equal(await add(directory([signer], id, coops, when)), 'accepted');
  return id;
}

test('a good card is welcome, and names its holder', async () => {
  assert.equal(await add(descriptor(coop, [[key]])), 'accepted');
  assert.equal(await add(statusList(key)), 'accepted');
  assert.deepEqual(await verify(`https://membre.coop/v#${card(key)}`), {
    outcome: 'welcome',
    reasons: [],
    holder: {
      ...{ name: 'Maïté', category: 0, ref: '07'.repeat(8), index: 0, kid: key.kid },
      ...{ coop: coop.id, home: coop.id, iat: NOW - DAY, exp: NOW + 400 * DAY, listedAt: NOW - DAY },
    },
  });
});

test('documents that arrive at once are taken in one by one', async () => {
  const words = await Promise.all([
    add(descriptor(coop, [[key]])),
    add(descriptor(coop, [[key]])),
    add(statusList(key, { iat: NOW - 5, statuses: { 5: 1 } })),
    add(statusList(key, { iat: NOW - 9 })),
  ]);
  assert.deepEqual(words, ['accepted', 'known', 'accepted', 'older']);
  const newer = statusList(key, { iat: NOW });
  const answers = await Promise.all([verify(card(key, { index: 5 })), add(newer)]);
  assert.deepEqual(answers[0].reasons, ['revoked']);
  assert.equal(answers[1], 'accepted');
});

test('bytes that the caller changes afterwards do not matter', async () => {
  const data = descriptor(coop, [[key]]);
  const word = add(data);
  data.fill(0);
  assert.equal(await word, 'accepted');
});

test('a document that is refused changes nothing', async () => {
  await add(descriptor(coop, [[key]]));
  await add(statusList(key, { statuses: { 1: 1 } }));
  const snapshot = () => JSON.stringify(
    [store.descriptors, store.lists, store.roots, store.directories, store.parked, store.newest],
    (_, value) => (value instanceof Map ? [...value] : value),
  );
  const before = snapshot();
  for (const [data, code] of [
    [descriptor(coop2, [[key]]), 'not_listed'],
    [descriptor(coop, [[key2]], { 6: NOW + 601 }), 'from_the_future'],
    [descriptor(coop, [[key2]], { 6: NOW - 2 * DAY }), 'older'],
    [descriptor(coop, [[key, 1, 0]]), 'bad_shape'],
    [descriptor(coop, [[key], [key]]), 'bad_shape'],
    [descriptor(coop, [[{ ...key, sign: key2.sign }]], { 6: NOW }), 'bad_proof'],
    [descriptor({ ...coop, sign: key.sign }, [[key2]]), 'bad_signature'],
    [descriptor(coop, [], { page: 'x'.repeat(33000) }), 'too_large'],
    [statusList(key2), 'wrong_key'],
    [statusList(key, { kid: key2.kid }), 'wrong_key'],
    [statusList({ ...key, sign: key2.sign }), 'bad_signature'],
    [statusList(key, { size: 257, iat: NOW }), 'bad_shape'],
    [statusList(key, { size: 16388, iat: NOW }), 'too_large'],
    [(await root([fed], [fed])).data, 'unknown_federation'],
    [directory([fed], '00'.repeat(10), []), 'unknown_federation'],
    [new Uint8Array(), 'malformed'],
    [new Uint8Array(70000), 'too_large'],
  ]) {
    assert.equal(await add(data), code);
    assert.equal(snapshot(), before, code);
  }
});

test('of two descriptors of one second the lower hash holds, whichever comes first', async () => {
  const rivals = [descriptor(coop, [[key]]), descriptor(coop, [[key2]])];
  const [low, high] = await lower(...rivals, payloadOf);
  const seen = [];
  for (const order of [[low, high], [high, low]]) {
    store = new TrustStore();
    store.pair(coop.id);
    const words = [await add(order[0]), await add(order[1])];
    const [{ keys, former }] = store.descriptors.values();
    seen.push([keys[0].kid, former.map(({ kid }) => kid)]);
    const word = order[0] === low ? 'known+equivocation' : 'accepted+equivocation';
    assert.deepEqual(words, ['accepted', word]);
  }
  assert.deepEqual(seen[0], seen[1]);
  assert.equal(seen[0][1].length, 1);
});

test('of lists of one second two hold, and the worse status counts', async () => {
  await add(descriptor(coop, [[key]]));
  const contents = [{ 1: 2, 2: 1 }, { 1: 1 }, { 3: 1 }];
  const lists = contents.map((statuses) => statusList(key, { statuses }));
  const hashes = await Promise.all(lists.map((list) => sha256(payloadOf(list))));
  const sorted = lists.map((_, i) => i).sort((a, b) => (hashes[a] < hashes[b] ? -1 : 1));
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
    store.lists.clear();
    for (const i of order) await add(lists[i]);
    const [held] = store.lists.values();
    assert.deepEqual(held.map(({ hash }) => hash), sorted.slice(0, 2).map((i) => hashes[i]));
    assert.match(await add(lists[sorted[2]]), /^known\+equivocation$/);
    assert.equal(await add(lists[sorted[0]]), 'known');
  }
});

test('of a longer and a shorter list of one second each speaks as far as it goes', async () => {
  await add(descriptor(coop, [[key]]));
  await add(statusList(key, { statuses: { 1: 2 } }));
  await add(statusList(key, { statuses: { 1: 3, 2000: 2 }, size: 512 }));
  assert.deepEqual(await reasons(card(key, { index: 1 })), ['revoked']);
  assert.deepEqual(await reasons(card(key, { index: 2000 })), ['suspended']);
  assert.deepEqual(await reasons(card(key, { index: 3000 })), ['index_unknown']);
  assert.deepEqual(await reasons(card(key, { index: 3000, iat: NOW })), ['index_ahead']);
});

test('when a key is withdrawn, the lists it signed are dropped', async () => {
  await add(descriptor(coop, [[key], [key2]]));
  await add(statusList(key2, { kid: key.kid }));
  assert.deepEqual(await reasons(card(key)), []);
  await add(descriptor(coop, [[key], [key2, 2, NOW]], { 6: NOW }));
  assert.deepEqual(await reasons(card(key)), ['no_list']);
  assert.deepEqual(await reasons(card(key2)), ['key_withdrawn']);
});

test('a key that is no longer listed is former: its cards are withdrawn', async () => {
  await add(descriptor(coop, [[key]]));
  await add(descriptor(coop, [[key2]], { 6: NOW - 50 }));
  assert.deepEqual(await reasons(card(key)), ['key_withdrawn']);
  assert.equal(await add(statusList(key)), 'wrong_key');
  assert.equal(await add(statusList(key2, { kid: key.kid })), 'wrong_key');
  await add(descriptor(coop, [[key]], { 6: NOW }));
  assert.deepEqual(await reasons(card(key)), ['no_list']);
});

test('a retired key is good for what it signed before', async () => {
  await add(descriptor(coop, [[key, 1, NOW - DAY], [key2]]));
  assert.equal(await add(statusList(key, { iat: NOW - DAY + 1 })), 'wrong_key');
  assert.equal(await add(statusList(key, { iat: NOW - DAY })), 'accepted');
  assert.deepEqual(await reasons(card(key)), []);
  assert.deepEqual(await reasons(card(key, { iat: NOW - DAY + 1 })), ['key_retired']);
});

test('what a relay brings too soon is parked, and taken in when it is due', async () => {
  await add(descriptor(coop, [[key]], { 6: NOW }));
  const later = (iat) => descriptor(coop, [[key2]], { 6: iat });
  assert.equal(await add(later(NOW + 20), { paced: true }), 'parked');
  assert.equal(await add(later(NOW + 10), { paced: true }), 'parked');
  await store.addParked(NOW + 599);
  assert.equal(store.descriptors.get(coop.id).iat, NOW);
  await store.addParked(NOW + 600);
  assert.equal(store.descriptors.get(coop.id).iat, NOW + 10);
  assert.equal(store.parked.size, 0);
  await add(statusList(key2, { iat: NOW }));
  assert.equal(await add(statusList(key2, { iat: NOW + 59 }), { paced: true }), 'parked');
  assert.equal(await add(statusList(key2, { iat: NOW + 60 }), { paced: true }), 'accepted');
  await store.addParked(NOW + 120);
  assert.equal(store.parked.size, 0);
});

test('roots are taken in one by one, each signed for the last and for itself', async () => {
  const first = await root([fed], [fed]);
  store.followed.add(first.id);
  const next = (signers, keys, version) => root(signers, keys, { version, federation: first.id });
  assert.equal(await add((await next([fed], [fed], 2)).data), 'version_gap');
  assert.equal(await add((await root([fed2], [fed])).data), 'threshold_not_met');
  assert.equal(await add(first.data), 'accepted');
  assert.equal(await add(first.data), 'known');
  assert.equal(await add((await next([fed2], [fed2], 2)).data), 'threshold_not_met');
  assert.equal(await add((await next([fed], [fed2], 2)).data), 'threshold_not_met');
  assert.equal(await add((await next([fed, fed2, fed2], [fed2], 2)).data), 'accepted');
  assert.equal(await add(first.data), 'older');
  assert.equal(await add((await next([fed2], [fed2], 4)).data), 'version_gap');
});

test('a threshold counts keys, not signatures', async () => {
  const first = await root([fed, fed], [fed, fed2], { threshold: 2 });
  store.followed.add(first.id);
  assert.equal(await add(first.data), 'threshold_not_met');
  const again = await root([fed2, fed], [fed, fed2], { threshold: 2 });
  assert.equal(await add(again.data), 'accepted');
});

test('a directory whose key was replaced is unconfirmed, and gives way', async () => {
  const id = await follow(fed, [[coop2]], { iat: NOW + 500 });
  await add(descriptor(coop2, [[key]]));
  await add(statusList(key));
  assert.deepEqual(await reasons(card(key)), []);
  const second = await root([fed, fed2], [fed2], { version: 2, federation: id });
  assert.equal(await add(second.data), 'accepted');
  assert.deepEqual(await reasons(card(key)), ['old_directory']);
  assert.equal((await verify(card(key))).holder.directoryAt, NOW + 500);
  assert.equal(await add(directory([fed], id, [[coop2]])), 'unknown_federation');
  assert.equal(await add(directory([fed2], id, [[coop2]], { iat: NOW + 499 })), 'older');
  assert.equal(await add(directory([fed2], id, [[coop2]], { iat: NOW + 501 })), 'accepted');
  assert.deepEqual(await reasons(card(key)), []);
});

test('a directory speaks for its own federation only', async () => {
  const [a, b] = [await root([fed], [fed]), await root([fed2], [fed2])];
  for (const { id, data } of [a, b]) {
    store.followed.add(id);
    await add(data);
  }
  assert.equal(await add(directory([fed], b.id, [])), 'unknown_federation');
  assert.equal(await add(directory([{ ...fed, sign: fed2.sign }], a.id, [])), 'threshold_not_met');
  const typed = { typ: 'application/passkoop-directory+cose', aad: 'passkoop/directory/1' };
  assert.equal(await add(signMany([fed], new Uint8Array([1, 1]), typed)), 'malformed');
});

test('standings follow directories, pairings and blocks', async () => {
  const standing = () => store.standing(coop2.id);
  assert.equal(standing(), 'unknown');
  await follow(fed, [[coop2]]);
  assert.equal(standing(), 'listed');
  await follow(fed2, [[coop2, { suspended: true }]]);
  assert.equal(standing(), 'disputed');
  store.pair(coop2.id);
  assert.equal(standing(), 'disputed');
  store.pair(coop3.id, [coop2.id]);
  assert.equal(standing(), 'replaced');
  assert.equal(store.presentId(coop2.id), coop3.id);
  store.blocked.add(coop2.id);
  assert.equal(standing(), 'blocked');
  store.own = coop2.id;
  assert.equal(standing(), 'own');
});

test('a directory says who replaced whom, unless another keeps the old one', async () => {
  const old = Buffer.from(coop2.id, 'hex');
  await follow(fed, [[coop3, { replaces: [old] }]]);
  assert.equal(store.standing(coop2.id), 'replaced');
  assert.equal(store.presentId(coop2.id), coop3.id);
  await follow(fed3, [[coop2]]);
  assert.equal(store.standing(coop2.id), 'listed');
  assert.equal(store.presentId(coop2.id), coop2.id);
});

test('replacements in a circle come to an end', () => {
  store.replacedBy.set('a', 'b').set('b', 'a');
  assert.equal(store.presentId('a'), 'a');
  store.replacedBy.set('c', 'a');
  assert.equal(store.presentId('c'), 'a');
});

test('reasons are sorted by how bad they are', async () => {
  await add(descriptor(coop, [[key]]));
  const text = card(key, { category: 2, exp: NOW - 300 });
  assert.deepEqual(await reasons(text), ['expired', 'visitor_elsewhere', 'no_list']);
  assert.equal((await verify(text)).outcome, 'refused');
  store.own = coop.id;
  assert.deepEqual(await reasons(text), ['expired', 'no_list']);
});

test('time has its leeways', async () => {
  await add(descriptor(coop, [[key]]));
  await add(statusList(key, { iat: NOW - 10 * DAY }));
  const text = card(key, { iat: NOW - 20 * DAY, exp: NOW + DAY });
  assert.deepEqual(await reasons(text), []);
  assert.deepEqual(await reasons(text, { now: NOW + 1 }), ['old_list']);
  assert.deepEqual(await reasons(text, { now: NOW + DAY + 299 }), ['old_list']);
  assert.deepEqual(await reasons(text, { now: NOW + DAY + 300 }), ['expired', 'old_list']);
  assert.deepEqual(await reasons(text, { now: NOW - 21 * DAY }), ['clock_slow']);
  const early = card(key, { iat: NOW + 301 });
  assert.deepEqual(await reasons(early), ['not_yet_valid']);
  assert.deepEqual(await reasons(card(key, { iat: NOW + 300 })), []);
});

test('a key that two co-ops list is disputed, and withdrawn if one of them says so', async () => {
  store.pair(coop2.id);
  await add(descriptor(coop, [[key]]));
  await add(descriptor(coop2, [[key]]));
  await add(statusList(key));
  assert.deepEqual(await reasons(card(key)), ['issuer_disputed']);
  await add(descriptor(coop2, [[key, 2, NOW]], { 6: NOW }));
  assert.deepEqual(await reasons(card(key)), ['key_withdrawn']);
});

test('the host is asked in the order of the policy', async () => {
  await add(descriptor(coop, [[key]]));
  await add(statusList(key));
  const id = Buffer.from(coop.id, 'hex');
  const asked = async (rules, visits) => {
    const policy = parsePolicy(new Map(Object.entries({ who: 1, ...rules })));
    return reasons(card(key), { policy, visits: { ...VISITS, ...visits } });
  };
  assert.deepEqual(await asked({}), []);
  assert.deepEqual(await asked({ who: 0, refuse: [id] }), ['not_welcome']);
  assert.deepEqual(await asked({ refuse: [id], countries: ['BE'] }), ['coop_not_welcome']);
  assert.deepEqual(await asked({ accept: [new Uint8Array(10)] }), ['coop_not_welcome']);
  assert.deepEqual(await asked({ accept: [], countries: [] }), []);
  assert.deepEqual(await asked({ countries: ['BE'] }, { isToday: true }), ['country_not_welcome']);
  const visits = [2, 90];
  assert.deepEqual(await asked({ visits }, { inPeriod: 2, isToday: true }), ['already_today']);
  assert.deepEqual(await asked({ visits }, { inPeriod: 2 }), ['limit_reached']);
  assert.deepEqual(await asked({ visits }, { inPeriod: 1 }), ['last_visit']);
  assert.deepEqual(await asked({ visits }, { inPeriod: 0 }), []);
});

test('documents that are Buffers of Node are taken in like others, and stay as they were', async () => {
  const document = Buffer.from(descriptor(coop, [[key]]));
  const before = document.toString('hex');
  assert.equal(await add(document), 'accepted');
  assert.equal(document.toString('hex'), before);
  assert.equal(await add(Buffer.from(statusList(key, {}))), 'accepted');
});
