// What a browser keeps, by name: IndexedDB with promises.

const done = (request) => new Promise((yes, no) => {
  request.onsuccess = () => yes(request.result);
  request.onerror = () => no(request.error);
});

/** A shelf; it lets go of its database when another page wants to empty it. */
export class Shelf {
  constructor(name) {
    this.name = name;
  }

  async #open() {
    if (this.db) return this.db;
    const opening = indexedDB.open(this.name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("it");
    const db = await done(opening);
    this.db = db;
    db.onversionchange = db.onclose = () => {
      db.close();
      this.db = null;
    };
    return db;
  }

  /** Do something in one transaction; what it wrote is on the disk when this is done. */
  async #within(mode, work) {
    const transaction = (await this.#open()).transaction("it", mode, { durability: "strict" });
    const ended = new Promise((yes, no) => {
      transaction.oncomplete = yes;
      transaction.onabort = transaction.onerror = () => no(transaction.error);
    });
    ended.catch(() => {});
    const result = await work(transaction.objectStore("it"));
    await ended;
    return result;
  }

  get(name) {
    return this.#within("readonly", (it) => done(it.get(name)));
  }

  all() {
    return this.#within("readonly", (it) => done(it.getAll()));
  }

  /** Put down, or take away what is undefined. */
  put(things) {
    return this.#within("readwrite", (it) => {
      for (const [name, value] of Object.entries(things)) {
        if (value === undefined) it.delete(name);
        else it.put(value, name);
      }
    });
  }

  /** Put what `change` makes of what is there (undefined: nothing is); undefined takes it away. */
  change(name, change) {
    return this.#within("readwrite", async (it) => {
      const value = change(await done(it.get(name)));
      if (value === undefined) it.delete(name);
      else it.put(value, name);
      return value;
    });
  }
}
