/** So many that were run are forgotten at once. */
const MANY = 1_024;

/** Runs the handlers of events one at a time, in their order; one for all links of a connection. */
export class SerialQueue {
  #waiting = [];
  #next = 0;
  #running = false;

  /** @param task runs now, or when those before it are done; it answers nothing or a promise, and never fails */
  run(task) {
    this.#waiting.push(task);
    if (!this.#running) {
      this.#runAll();
    }
  }

  async #runAll() {
    this.#running = true;
    while (this.#next < this.#waiting.length) {
      if (this.#next === MANY) {
        this.#waiting.splice(0, MANY);
        this.#next = 0;
      }
      const done = this.#waiting[this.#next++]();
      if (done !== undefined) {
        await done;
      }
    }
    this.#waiting = [];
    this.#next = 0;
    this.#running = false;
  }
}
