import * as frames from './frames.js';
import { IncomingStream } from './incoming-stream.js';
import { IpcError } from './status.js';

/** The calls of this end, requests and streams, that wait for their answers. */
export class OutgoingCalls {
  #session;
  #pending = new Map();
  #nextId = 1;
  #sent = 0;

  constructor(session) {
    this.#session = session;
  }

  nextId() {
    return this.#nextId++;
  }

  get size() {
    return this.#pending.size;
  }

  /** @param timeout in milliseconds; Infinity for none */
  request(service, message, { timeout, signal, metadata }) {
    return new Promise((resolve, reject) => {
      const id = this.nextId();
      const millis = checkTimeout(timeout);
      checkSignal(signal, service);
      this.#session.checkOpen();
      const frame = frames.request(id, service, message, metadata, millis === Infinity ? undefined : millis);
      this.#session.checkSize(frame, `request ${service}`);
      const call = new PendingRequest(this, id, service, resolve, reject);
      call.watch(millis, signal);
      this.send(call, frame);
    });
  }

  stream(service, message, options) {
    return new IncomingStream(this, this.#session, service, message, options);
  }

  /** Sends the frame of a call, and expects its answer from then on. */
  send(call, frame) {
    call.number = ++this.#sent;
    this.#pending.set(call.id, call);
    this.#session.send(frame);
  }

  get(id) {
    return this.#pending.get(id);
  }

  remove(id) {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }

  /** Ends a call before its answer, and tells the peer. */
  giveUp(call, status) {
    if (this.#pending.delete(call.id)) {
      this.#session.send(frames.signal(frames.KIND.CANCEL, call.id, status));
    }
  }

  /** The connection has ended. @param taken how many calls the peer says that it has taken */
  failAll(reason, taken) {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) {
      call.fail(new IpcError(reason.status, reason.detail, call.number > taken ? 'REJECTED' : 'UNKNOWN'));
    }
  }
}

class PendingRequest {
  #calls;
  #resolve;
  #reject;
  #timer;
  #signal;
  #onAbort;

  constructor(calls, id, service, resolve, reject) {
    this.#calls = calls;
    this.id = id;
    this.service = service;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  watch(millis, signal) {
    if (millis !== Infinity) {
      const what = `request ${this.service}: no reply within ${millis} ms; the handler may still have run`;
      this.#timer = setTimeout(() => this.#giveUp('TIMEOUT', what), millis);
    }
    if (signal !== undefined) {
      this.#signal = signal;
      this.#onAbort = () =>
        this.#giveUp('CANCELLED', `request ${this.service}: given up; the handler may still have run`, signal.reason);
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  }

  #giveUp(status, what, cause = undefined) {
    this.#calls.giveUp(this, status);
    this.fail(new IpcError(status, what, 'UNKNOWN', cause === undefined ? undefined : { cause }));
  }

  #unwatch() {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  complete(reply) {
    this.#unwatch();
    this.#resolve(reply);
  }

  fail(error) {
    this.#unwatch();
    this.#reject(error);
  }
}

/** setTimeout takes no longer ones. */
const LONGEST_TIMEOUT = 2_147_483_647;

export function checkTimeout(timeout) {
  if (timeout !== Infinity && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    throw new RangeError(`timeout: limit=more than 0 to ${LONGEST_TIMEOUT} ms, or Infinity, actual=${String(timeout)}`);
  }
  return timeout;
}

export function checkSignal(signal, what) {
  if (signal?.aborted) {
    throw new IpcError('CANCELLED', `${what}: given up before it was sent`, 'NOT_SENT', { cause: signal.reason });
  }
}
