/** What a co-op says of itself on its page of a directory (SPEC 6.2.1). */
import { isMap } from './cbor.js';
import { HIDDEN, int, list, match, tuple } from './shapes.js';

// Readers: they return what is kept of a value, undefined if it is left out.
const kept = (is) => (v) => (is(v) ? v : undefined);

const text = (most, allowed) => (v) => {
  const isText = typeof v === 'string' && [...v].length <= most;
  return isText && !HIDDEN.test(v.replaceAll(allowed, '')) ? v.trim() : undefined;
};
const line = (most) => text(most, '');
const paragraphs = (most) => text(most, '\n');

function lines(v) {
  if (!list(12, (one) => line(300)(one) !== undefined)(v)) return undefined;
  return v.map(line(300)).filter((one) => one);
}

const span = (v) => tuple(int(0, 1440), int(0, 1440))(v) && v[0] < v[1];
const week = (v) => list(7, list(4, span))(v) && v.length === 7;
const MICRO = 1_000_000;
const position = tuple(int(-90 * MICRO, 90 * MICRO), int(-180 * MICRO, 180 * MICRO));

const WORDS = {
  summary: paragraphs(600),
  joining: paragraphs(3000),
  gifts: paragraphs(3000),
  hours: paragraphs(300),
  gains: lines,
  steps: lines,
};

const PAGE = {
  region: line(60),
  leads: kept(match(/^(site|join|shop|mail|facebook)$/)),
  position: kept(position),
  stage: kept(int(1, 5)),
  online: kept((v) => typeof v === 'boolean'),
  hours: kept(week),
};
for (const field of ['site', 'join', 'shop', 'facebook', 'give']) PAGE[field] = line(300);
for (const field of ['mail', 'phone', 'address', 'postcode']) PAGE[field] = line(300);

function read(map, readers) {
  const found = {};
  for (const [field, reader] of Object.entries(readers)) {
    const value = reader(map.get(field));
    if (value !== undefined && value.length !== 0) found[field] = value;
  }
  return found;
}

/** Return what is understood of the map `page` of a descriptor. */
export function readPage(map) {
  const page = read(map, PAGE);
  for (const [language, words] of map) {
    if (!match(/^[a-z]{2}$/)(language) || !isMap(words)) continue;
    const said = read(words, WORDS);
    if (Object.keys(said).length) page[language] = said;
  }
  return page;
}
