/** Shapes: functions that say whether a decoded value has one (SPEC 6.1). */
import { isBytes, isMap, need, utf8 } from './cbor.js';

export const HIDDEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

export const bytes = (size) => (v) => isBytes(v) && v.length === size;
export const int = (least, most) => (v) => Number.isInteger(v) && v >= least && v <= most;
export const match = (pattern) => (v) => typeof v === 'string' && pattern.test(v);
export const text = (least, most) => (v) =>
  match(/^/)(v) && !HIDDEN.test(v) && int(least, most)(utf8(v).length);
export const list = (most, is) => (v) =>
  Array.isArray(v) && v.length <= most && v.every((item) => is(item));
export const tuple = (...each) => (v) =>
  Array.isArray(v) && v.length === each.length && each.every((is, i) => is(v[i]));
export const maybe = (is) => (v) => v === undefined || is(v);

export const time = int(0, 2 ** 40 - 1);
export const [key, id] = [bytes(32), bytes(10)];
export const name = text(1, 100);
export const country = match(/^[A-Z]{2}$/);
export const addresses = maybe(list(8, match(/^(?=.{9,200}$)https?:\/\/[ -~]*$/)));

/** Return the fields of a map, as an object; with `size`, of a map without others. */
export function fields(map, shapes, size) {
  need(isMap(map) && (!size || map.size === size), 'bad_shape');
  const values = {};
  for (const [field, is] of Object.entries(shapes)) {
    values[field] = map.get(Number(field) || field);
    need(is(values[field]), 'bad_shape');
  }
  return values;
}
