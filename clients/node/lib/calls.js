import { unwatch, watch } from './aborts.js';
import * as frames from './frames.js';
import { IncomingStream } from './incoming-stream.js';
import { IpcError, textOf } from './status.js';
import { checkTimeout } from './timeout.js';
import { WaitingCalls } from './waiting-calls.js';

/** The calls of this end, requests and streams, that wait for their answers. One timer serves all. */
export class OutgoingCalls {
  #session;
  #pending = new WaitingCalls();
  #nextId = 1;
  #sent = 0;
  #timer;
  #due = Infinity;

  constructor(session) {
    this.#session = session;
  }

  nextId() {
    return this.#nextId++;
  }

  get size() {
    return this.#pending.size;
  }

  /** @param timeout in milliseconds; Infinity for none @param wantsMetadata resolves to { message, metadata } then */
  request(service, message, timeout, signal, metadata, wantsMetadata = false) {
    return new Promise((resolve, reject) => {
      const millis = checkTimeout(timeout);
      checkSignal(signal, service);
      this.#session.checkOpen();
      const id = this.nextId();
      const isAlone = this.#pending.size === 0;
      this.#session.send(
        (out) => frames.request(out, id, service, message, metadata, millis === Infinity ? undefined : millis), 'request', service, isAlone);
      const call = new PendingRequest(this, id, service, millis, resolve, reject, wantsMetadata);
      this.expect(call);
      if (signal !== undefined) {
        call.watch(signal);
      }
    });
  }

  stream(service, message, options) {
    return new IncomingStream(this, this.#session, service, message, options);
  }

  /** Expects the answer of a call that was sent. */
  expect(call) {
    call.number = ++this.#sent;
    this.#pending.add(call);
    if (call.deadline < this.#due) {
      this.#dueAt(call.deadline);
    }
  }

  get(id) {
    return this.#pending.get(id);
  }

  remove(id) {
    return this.#pending.remove(id);
  }

  /** Ends a call before its answer, and tells the peer. */
  giveUp(call, status) {
    if (this.#pending.remove(call.id) !== undefined) {
      this.#session.send((out) => frames.signal(out, frames.KIND.CANCEL, call.id, status));
    }
  }

  /** The timer is not set anew for each answer: mostly it finds that nothing is overdue. */
  #dueAt(time) {
    this.#due = time;
    clearTimeout(this.#timer);
    if (time !== Infinity) {
      this.#timer = setTimeout(this.#expire, Math.max(1, Math.ceil(time - performance.now())));
      this.#timer.unref(); // the socket keeps the process alive
    }
  }

  #expire = () => {
    const now = performance.now();
    const calls = this.#pending.all();
    this.#dueAt(calls.reduce((next, { deadline }) => (deadline > now && deadline < next ? deadline : next), Infinity));
    calls.filter(({ deadline }) => deadline <= now).forEach((call) => call.timeOut());
  };

  /** The connection has ended. @param taken how many calls the peer says that it has taken */
  failAll(reason, taken) {
    const calls = this.#pending.all();
    this.#pending = new WaitingCalls();
    this.#dueAt(Infinity);
    for (const call of calls) {
      call.fail(new IpcError(reason.status, reason.detail, call.number > taken ? 'REJECTED' : 'UNKNOWN'));
    }
  }
}

class PendingRequest {
  #calls;
  #service;
  #millis;
  #resolve;
  #reject;
  #signal;
  #onAbort;
  #metadata;

  constructor(calls, id, service, millis, resolve, reject, wantsMetadata) {
    this.#calls = calls;
    this.id = id;
    this.number = 0;
    this.deadline = performance.now() + millis;
    this.#service = service;
    this.#millis = millis;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#metadata = wantsMetadata ? {} : undefined;
  }

  get wantsMetadata() {
    return this.#metadata !== undefined;
  }

  metadataReceived(metadata) {
    this.#metadata = metadata;
  }

  /** Gives the request up when the signal is aborted. */
  watch(signal) {
    this.#signal = signal;
    this.#onAbort = () =>
      this.#giveUp('CANCELLED', `request ${this.#service}: given up; the handler may still have run`, { cause: signal.reason });
    watch(signal, this.#onAbort);
  }

  timeOut() {
    this.#giveUp('TIMEOUT', `request ${this.#service}: no reply within ${this.#millis} ms; the handler may still have run`);
  }

  #giveUp(status, what, options = undefined) {
    this.#calls.giveUp(this, status);
    this.fail(new IpcError(status, what, 'UNKNOWN', options));
  }

  complete(reply) {
    unwatch(this.#signal, this.#onAbort);
    this.#resolve(this.wantsMetadata ? { message: reply, metadata: this.#metadata } : reply);
  }

  fail(error) {
    unwatch(this.#signal, this.#onAbort);
    this.#reject(error);
  }
}

export function checkSignal(signal, what) {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError(`signal: expected an AbortSignal, actual=${textOf(signal)}`);
  } else if (signal?.aborted) {
    throw new IpcError('CANCELLED', `${what}: given up before it was sent`, 'NOT_SENT', { cause: signal.reason });
  }
}
