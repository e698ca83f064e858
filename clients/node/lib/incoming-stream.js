import { unwatch, watch } from './aborts.js';
import { checkSignal } from './calls.js';
import * as frames from './frames.js';
import { IpcError, malformed } from './status.js';

const DEFAULT_WINDOW = 32;
const DONE = Object.freeze({ value: undefined, done: true });

/**
 * One stream of the peer, as an async iterator. It is opened by the first next(); the peer may be ahead of the iteration
 * by `window` items at most.
 */
export class IncomingStream {
  #calls;
  #session;
  #message;
  #metadata;
  #signal;
  #window;
  #state = 'new';
  #items = [];
  #waiting = [];
  #credit = 0;
  #consumed = 0;
  #failure;
  #onAbort;
  /** As a request has: a stream has none. */
  deadline = Infinity;

  constructor(calls, session, service, message, { window = DEFAULT_WINDOW, signal, metadata } = {}) {
    if (!Number.isSafeInteger(window) || window < 1) {
      throw new RangeError(`window: limit=1 or more items, actual=${String(window)}`);
    }
    this.#calls = calls;
    this.#session = session;
    this.service = service;
    this.#message = message;
    this.#metadata = metadata;
    this.#signal = signal;
    this.#window = window;
    this.#onAbort = () =>
      this.#giveUp(new IpcError('CANCELLED', `stream ${service}: given up`, 'UNKNOWN', { cause: signal.reason }));
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    if (this.#state === 'new') {
      this.#open();
    }
    if (this.#items.length > 0) {
      return this.#take();
    } else if (this.#state === 'over') {
      return this.#last();
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Ends the iteration; the peer is told. */
  async return(value) {
    if (this.#state === 'new') {
      this.#state = 'over';
    }
    this.#giveUp(undefined);
    return { value, done: true };
  }

  #open() {
    this.#state = 'over'; // unless it gets as far as the peer
    checkSignal(this.#signal, `stream ${this.service}`);
    this.#session.checkOpen();
    this.id = this.#calls.nextId();
    this.#session.send((out) => frames.streamOpen(out, this.id, this.#window, this.service, this.#message, this.#metadata), 'stream', this.service);
    this.#state = 'open';
    this.#credit = this.#window;
    watch(this.#signal, this.#onAbort);
    this.#calls.expect(this);
  }

  #take() {
    this.#consumed++;
    if (this.#state === 'open' && this.#consumed * 2 >= this.#window) {
      this.#session.send((out) => frames.credit(out, this.id, this.#consumed));
      this.#credit += this.#consumed;
      this.#consumed = 0;
    }
    return { value: this.#items.shift(), done: false };
  }

  /** A failure is reported once. */
  #last() {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) {
      throw failure;
    }
    return DONE;
  }

  #giveUp(failure) {
    this.#items = [];
    if (this.#state === 'open') {
      this.#calls.giveUp(this, 'CANCELLED');
      this.#end(failure);
    }
  }

  #end(failure) {
    this.#state = 'over';
    this.#failure = failure;
    unwatch(this.#signal, this.#onAbort);
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      Promise.resolve().then(() => this.#last()).then(resolve, reject);
    }
  }

  // ---- what the peer says

  received(item) {
    if (this.#credit === 0) {
      throw malformed(`stream ${this.service}: the peer sent more than was asked for`);
    }
    this.#credit--;
    this.#items.push(item);
    this.#waiting.shift()?.resolve(this.#take());
  }

  ended() {
    this.#end(undefined);
  }

  /** As an answer to a request does: a stream has no reply. */
  complete() {
    this.fail(new IpcError('PROTOCOL_ERROR', `stream ${this.service}: the peer answered with a reply`));
  }

  fail(error) {
    this.#end(error);
  }
}
