import * as frames from './frames.js';

const { KIND } = frames;

/**
 * Carries what a handler yields to the peer, as far as the peer has asked for it. One item is taken from the handler
 * before there is credit for it: otherwise an end without items left would not be seen until the peer asked again.
 */
export class OutgoingStream {
  #inbound;
  #session;
  #credit;
  #iterator;
  #wake;

  constructor(inbound, session, credit) {
    this.#inbound = inbound;
    this.#session = session;
    this.#credit = credit;
  }

  /** The peer asks for more; past 2^53 it is any number. */
  request(more) {
    this.#credit = this.#credit + more > Number.MAX_SAFE_INTEGER ? Infinity : this.#credit + more;
    this.#wake?.();
  }

  /** Sends all items of an iterable, then the end; throws what the handler throws. */
  async run(items) {
    this.#iterator = (items?.[Symbol.asyncIterator] ?? items?.[Symbol.iterator])?.call(items);
    if (this.#iterator === undefined) {
      throw new TypeError(`service ${this.#inbound.call.service}: its handler returned nothing that can be iterated`);
    }
    try {
      await this.#pump();
    } catch (error) {
      await this.#close();
      throw error;
    }
    if (!this.#inbound.isOpen) {
      await this.#close();
    }
  }

  async #pump() {
    await this.#creditOrEnd(); // nothing is taken before the peer asks for the first
    while (this.#inbound.isOpen) {
      const { value, done } = await this.#iterator.next();
      if (done) {
        this.#inbound.answer((out) => frames.signal(out, KIND.STREAM_END, this.#inbound.id, 'OK'));
        return;
      }
      await this.#creditOrEnd();
      if (this.#inbound.isOpen) {
        this.#send(value);
        await this.#session.room();
      }
    }
  }

  #send(item) {
    this.#session.send((out) => frames.message(out, KIND.STREAM_ITEM, this.#inbound.id, item), 'item of stream', this.#inbound.call.service);
    this.#credit--;
  }

  async #creditOrEnd() {
    while (this.#credit < 1 && this.#inbound.isOpen) {
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets the handler clean up; what it throws then is told to the application alone. */
  async #close() {
    try {
      await this.#iterator.return?.();
    } catch (error) {
      this.#session.report(error, `stream ${this.#inbound.call.service}, when it was cancelled`);
    }
  }

  /** The peer wants no more, or is gone. */
  cancel() {
    this.#wake?.();
  }
}
