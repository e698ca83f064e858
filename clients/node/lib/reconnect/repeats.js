import { IpcError } from '../status.js';

/** Whether a failure means that there was no server, or none any more. */
export function isLoss(status) {
  return status === 'CONNECTION_CLOSED' || status === 'PEER_DIED' || status === 'ENDPOINT_NOT_FOUND';
}

/** What is known of one call that may take several attempts. */
export class Repeats {
  #policy;
  #service;
  #delay;
  #mayHaveRun = false;

  /** @param timeout of all attempts together, in milliseconds */
  constructor(policy, service, timeout) {
    this.#policy = policy;
    this.#service = service;
    this.#delay = policy.firstDelay;
    this.deadline = performance.now() + timeout;
  }

  /** How many milliseconds are left for the next attempt. */
  get left() {
    return Math.max(1, this.deadline - performance.now());
  }

  /** The pause before the next attempt. */
  next() {
    const now = this.#delay;
    this.#delay = Math.min(2 * now, this.#policy.maxDelay);
    return now;
  }

  /** Whether another attempt harms nothing, can help, and has time left. */
  allow(error) {
    if (!(error instanceof IpcError) || !isLoss(error.status)) {
      return false;
    }
    const unknown = error.delivery === 'UNKNOWN';
    this.#mayHaveRun ||= unknown;
    return (!unknown || this.#policy.idempotent.has(this.#service)) && this.deadline - performance.now() > this.#delay;
  }

  /** The failure to tell: the last attempt may not have been sent, and yet an earlier one have run. */
  honest(error) {
    return this.#mayHaveRun && error instanceof IpcError && error.delivery !== 'UNKNOWN'
      ? new IpcError(error.status, error.reason, 'UNKNOWN', { cause: error })
      : error;
  }
}
