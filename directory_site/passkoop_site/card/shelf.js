// What this device keeps: answers of the host by their address, and what somebody asked to keep.
// A browser that keeps nothing (a private window, say) shows the page all the same.

const PATIENCE = 8000; // milliseconds for an index
const LONG = 60_000; // for a part of the lists

const fetched = async (address, options, patience) => {
  const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(patience) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
};

export class Shelf {
  constructor(name) {
    this.name = name;
  }

  async #open() {
    this.opened ??= globalThis.caches ? await caches.open(this.name).catch(() => null) : null;
    return this.opened;
  }

  async #match(address) {
    return (await this.#open())?.match(address);
  }

  async #put(address, body) {
    await (await this.#open())?.put(address, new Response(body)).catch(() => {});
  }

  /** Return JSON as the host has it now; throws without network. */
  async newest(address) {
    return (await fetched(address, { cache: "no-cache" }, PATIENCE)).json();
  }

  /** Return JSON as the host has it now, else as it was the last time, else nothing. */
  async newestOrKept(address) {
    try {
      const value = await this.newest(address);
      await this.putJson(address, value);
      return value;
    } catch {
      return this.json(address);
    }
  }

  /** Return a file that never changes: kept, or from the host. */
  async bytes(address) {
    const kept = await this.#match(address);
    const answer = kept ?? (await fetched(address, {}, LONG));
    const data = new Uint8Array(await answer.arrayBuffer());
    if (!kept) await this.#put(address, data);
    return data;
  }

  async json(address) {
    return (await this.#match(address))?.json();
  }

  putJson(address, value) {
    return this.#put(address, JSON.stringify(value));
  }

  /** Forget all but some addresses. */
  async forgetBut(addresses) {
    const shelf = await this.#open();
    const wanted = new Set(addresses.map((one) => new URL(one, location.href).href));
    for (const { url } of (await shelf?.keys()) ?? []) if (!wanted.has(url)) await shelf.delete(url);
  }
}
