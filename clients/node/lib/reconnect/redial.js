import { unwatch, watch } from '../aborts.js';
import { IpcError } from '../status.js';
import { startTimer } from '../timeout.js';
import { isLoss } from './repeats.js';

/** Each pause is shorter by up to this part, at random: the clients of one server do not come all at once. */
const JITTER = 0.2;
const MOST_DOUBLINGS = 40;

/** Dials for a connection: one attempt at a time. What needs a link waits for its outcome, within its own time. */
export class Redial {
  #target;
  #policy;
  #waiting = new Set();
  #wanted = false;
  #attempting;
  #timer;
  #due = Infinity;
  #attempts = 0;
  #lastEnd = 0;
  #connectedAt = performance.now();
  #failingSince;
  #lastFailure;
  #stopped;

  /** @param target openSession() is one or undefined; dial(signal) is a promise of one, which adopt(session) takes; giveUp(reason) ends the connection */
  constructor(target, policy) {
    this.#target = target;
    this.#policy = policy;
  }

  /** The connection wants a link although no call waits for one. */
  want() {
    if (this.#stopped === undefined) {
      this.#wanted = true;
      if (this.#attempting === undefined) {
        this.#forgetPauses();
        this.#dueAt(performance.now() + this.#pause());
      }
    }
  }

  /** Resolves to a session; at the latest at the deadline rejects with why there is none. */
  wait(deadline, pause, signal) {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) {
        reject(ended(this.#stopped));
        return;
      }
      this.#add({ resolve, reject }, deadline, signal);
      if (this.#attempting === undefined) {
        this.#forgetPauses();
        const rested = this.#attempts === 0 ? 0 : this.#lastEnd + this.#policy.firstDelay;
        this.#dueAt(Math.max(performance.now() + pause, rested));
      }
    });
  }

  #add({ resolve, reject }, deadline, signal) {
    const fail = (error) => waiter.done(() => reject(error));
    const onAbort = () => fail(new IpcError('CANCELLED', 'given up while there was no link', 'NOT_SENT', { cause: signal.reason }));
    const timer = startTimer(deadline - performance.now(), () => fail(tooLate(this.#lastFailure)));
    const waiter = {
      done: (then) => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        unwatch(signal, onAbort);
        then();
      },
      resolve: (session) => waiter.done(() => resolve(session)),
      fail,
    };
    this.#waiting.add(waiter);
    watch(signal, onAbort);
  }

  /** Ends it with the connection. */
  stop(reason) {
    this.#stopped = reason;
    clearTimeout(this.#timer);
    this.#attempting?.abort();
    [...this.#waiting].forEach((waiter) => waiter.fail(ended(reason)));
  }

  // ---- the clock

  #pause() {
    const { firstDelay, maxDelay } = this.#policy;
    const pause = this.#attempts === 0 ? 0 : Math.min(maxDelay, firstDelay * 2 ** (this.#attempts - 1));
    return pause * (1 - JITTER * Math.random());
  }

  /** A link that lasted is followed by short pauses again. */
  #forgetPauses() {
    if (this.#failingSince === undefined && performance.now() - this.#connectedAt > this.#policy.maxDelay) {
      this.#attempts = 0;
    }
  }

  #dueAt(time) {
    if (time < this.#due) {
      this.#due = time;
      clearTimeout(this.#timer);
      this.#timer = startTimer(time - performance.now(), () => this.#attempt());
    }
  }

  // ---- attempts

  async #attempt() {
    this.#due = Infinity;
    const open = this.#target.openSession();
    if (open !== undefined) {
      this.#serve(open);
      return;
    } else if (this.#waiting.size === 0 && !this.#wanted) {
      return;
    }
    this.#attempts = Math.min(this.#attempts + 1, MOST_DOUBLINGS);
    this.#attempting = new AbortController();
    const begun = performance.now();
    try {
      const session = await this.#target.dial(this.#attempting.signal);
      this.#rest();
      this.#succeeded(session);
    } catch (error) {
      this.#rest();
      this.#failed(error, begun);
    }
  }

  #rest() {
    this.#attempting = undefined;
    this.#lastEnd = performance.now();
  }

  #serve(session) {
    this.#wanted = false;
    [...this.#waiting].forEach((waiter) => waiter.resolve(session));
  }

  #succeeded(session) {
    if (this.#stopped !== undefined) {
      session.close();
      return;
    }
    this.#lastFailure = undefined;
    this.#failingSince = undefined;
    this.#connectedAt = performance.now();
    this.#target.adopt(session);
    this.#serve(session);
  }

  #failed(error, begun) {
    if (this.#stopped !== undefined) {
      return;
    }
    const failure = error instanceof IpcError ? error : new IpcError('RESOURCE_EXHAUSTED', `dialling failed: ${error}`, 'NOT_SENT', { cause: error });
    this.#lastFailure = failure;
    this.#failingSince ??= begun;
    if (this.#lastEnd - this.#failingSince >= this.#policy.giveUpAfter) {
      this.#target.giveUp({ status: failure.status, byPeer: false, detail: `dialled in vain: ${failure.reason}` });
      return;
    } else if (!isLoss(failure.status) && failure.status !== 'TIMEOUT') {
      // The server is there and refuses: what waits is told so, as a first connect is.
      [...this.#waiting].forEach((waiter) => waiter.fail(new IpcError(failure.status, failure.reason, 'NOT_SENT', { cause: failure })));
    }
    if (this.#waiting.size > 0 || this.#wanted) {
      this.#dueAt(Math.min(this.#lastEnd + this.#pause(), this.#failingSince + this.#policy.giveUpAfter));
    }
  }
}

function ended({ status, detail }) {
  return new IpcError(status, `the connection has ended: ${detail}`, 'NOT_SENT');
}

function tooLate(last) {
  return last === undefined
    ? new IpcError('TIMEOUT', 'no connection within the time allowed', 'NOT_SENT')
    : new IpcError(last.status, `no connection within the time allowed: ${last.reason}`, 'NOT_SENT', { cause: last });
}
