// The cards that somebody asked this device to keep: nothing is kept that nobody asked for.

import { Shelf } from "./shelf.js";

const shelf = new Shelf("passkoop-cartes");
const PLACE = "/v/cartes-gardees"; // no file of the host: a name on the shelf

/** Return [{id, text, name}], the one that was kept last first. */
export const cards = async () => (await shelf.json(PLACE)) ?? [];

export async function keep(card) {
  const others = (await cards()).filter(({ id }) => id !== card.id);
  await shelf.putJson(PLACE, [card, ...others]);
  navigator.storage?.persist?.().catch(() => {});
  return cards();
}

export async function drop(id) {
  await shelf.putJson(PLACE, (await cards()).filter((one) => one.id !== id));
  return cards();
}
