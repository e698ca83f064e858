/** So many calls, one after the other, are found without a Map. A power of two. */
const RECENT = 256;

/** Calls by their ids, which come in order: most are found by the last bits of the id, where a Map would be built anew again and again. */
export class WaitingCalls {
  #recent = [];
  #older = new Map();
  #size = 0;

  get size() {
    return this.#size;
  }

  /** @param call has an `id` that no call had before */
  add(call) {
    const place = placeOf(call.id);
    const older = this.#recent[place];
    if (older !== undefined) {
      this.#older.set(older.id, older);
    }
    this.#recent[place] = call;
    this.#size++;
  }

  /** @param id from a peer: any number or bigint */
  get(id) {
    const call = this.#recent[placeOf(id)];
    return call?.id === id ? call : this.#older.get(id);
  }

  /** Answers the call that was there, if any. */
  remove(id) {
    const place = placeOf(id);
    const recent = this.#recent[place];
    const call = recent?.id === id ? recent : this.#older.get(id);
    if (call === undefined) {
      return undefined;
    } else if (call === recent) {
      this.#recent[place] = undefined;
    } else {
      this.#older.delete(id);
    }
    this.#size--;
    return call;
  }

  /** All, in the order of their ids. */
  all() {
    return [...this.#older.values(), ...this.#recent.filter((call) => call !== undefined)].sort((a, b) => a.id - b.id);
  }
}

function placeOf(id) {
  return Number(id) & (RECENT - 1);
}
