/** A stream over a connection that reconnects: until its first item has come it is opened again, as a call is repeated. */
export class RepeatedStream {
  #makeRepeats;
  #repeats;
  #usable;
  #open;
  #goesOn;
  #current;
  #received = false;
  #over = false;
  #last = Promise.resolve();

  /** @param usable a promise of an open session @param open a stream of it @param goesOn whether the connection is open */
  constructor(makeRepeats, usable, open, goesOn) {
    this.#makeRepeats = makeRepeats;
    this.#usable = usable;
    this.#open = open;
    this.#goesOn = goesOn;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  /** One after the other until the first item is there, so that all ask the same link. */
  async next() {
    if (this.#received) {
      return this.#current.next();
    }
    const result = this.#last.then(() => (this.#received ? this.#current.next() : this.#first()));
    this.#last = result.catch(() => {}); // it is the result's own failure
    return result;
  }

  async #first() {
    this.#repeats ??= this.#makeRepeats();
    for (let pause = 0; !this.#over; pause = this.#repeats.next()) {
      try {
        this.#current ??= this.#open(await this.#usable(this.#repeats.deadline, pause));
        if (this.#over) {
          break; // it was left while there was no link
        }
        const result = await this.#current.next();
        this.#received = true;
        return result;
      } catch (error) {
        this.#current = undefined;
        if (this.#over) {
          break;
        } else if (!this.#goesOn() || !this.#repeats.allow(error)) {
          this.#over = true;
          throw this.#repeats.honest(error);
        }
      }
    }
    return { value: undefined, done: true };
  }

  async return(value) {
    this.#over = true;
    await this.#current?.return();
    return { value, done: true };
  }
}
