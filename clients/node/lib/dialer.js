import { basename } from 'node:path';
import { unwatch, watch } from './aborts.js';
import { newCounters } from './counters.js';
import { checkMaxMessage } from './greeting.js';
import { AppIdentity } from './identity/app-identity.js';
import { CapabilityGrant } from './identity/grant.js';
import { Offers } from './offers.js';
import { SerialQueue } from './serial-queue.js';
import { Session } from './session.js';
import { traceOf } from './status.js';
import { checkTimeout } from './timeout.js';

export const REQUEST_MILLIS = 30_000;
const MOST_GRANTS = 8;

/** What both ends are given, checked. */
export function settingOf(options) {
  const { identity, access } = options;
  if (identity !== undefined && !(identity instanceof AppIdentity)) {
    throw new TypeError('identity: expected an AppIdentity');
  } else if (access !== undefined && typeof access !== 'function') {
    throw new TypeError('access: expected a function of the peer and a name');
  }
  const application = options.application ?? basename(process.argv[1] ?? process.title);
  if (typeof application !== 'string' || !application.isWellFormed()) {
    throw new TypeError(`application: expected text, actual=${traceOf(application)}`);
  }
  return {
    maxMessageBytes: checkMaxMessage(options.maxMessageBytes),
    application,
    requestTimeout: checkTimeout(options.requestTimeout ?? REQUEST_MILLIS),
    exact: options.exact ?? false,
    onError: onErrorOf(options),
    identity,
    access,
  };
}

/** One that fails harms nothing of what it is told. */
function onErrorOf({ onError }) {
  if (onError === undefined) {
    return undefined;
  } else if (typeof onError !== 'function') {
    throw new TypeError(`onError: expected a function, actual=${typeof onError}`);
  }
  return async (error, where) => {
    try {
      await onError(error, where);
    } catch (failure) {
      process.emitWarning(`onError failed: ${traceOf(failure)}`, 'ValiseWarning');
    }
  };
}

function grantsOf({ grants = [], identity }) {
  if (grants.length > MOST_GRANTS || !grants.every((grant) => grant instanceof CapabilityGrant)) {
    throw new TypeError(`grants: expected ${MOST_GRANTS} of CapabilityGrant at most`);
  } else if (grants.length > 0 && identity === undefined) {
    throw new TypeError('grants: they are for an application that proves who it is; give an identity too');
  }
  return grants;
}

/** Makes the sessions of a client, one after the other: all have the same settings, offers and event handlers. */
export class Dialer {
  #open;
  #setting;

  /**
   * @param open takes limits, `deadline` and `signal`; answers a promise of a connected `socket` and its `endpoint`
   * @param timeout how long one attempt may take, in milliseconds
   */
  constructor(open, options, timeout) {
    this.#open = open;
    this.timeout = timeout;
    this.offers = new Offers().addAll(options);
    this.#setting = {
      ...settingOf(options), grants: grantsOf(options), offers: this.offers, eventQueue: new SerialQueue(), counters: newCounters(),
    };
  }

  get requestTimeout() {
    return this.#setting.requestTimeout;
  }

  /** A session that has been greeted. @param told is given the session before it hears anything */
  async dial(signal, told) {
    const limits = { deadline: performance.now() + this.timeout, signal };
    const { socket, endpoint } = await this.#open(limits);
    const session = new Session(socket, { ...this.#setting, endpoint });
    told(session);
    const onAbort = () => session.close('CANCELLED', `connecting to ${endpoint}: given up`);
    watch(signal, onAbort);
    try {
      const greeting = session.greet(limits.deadline - performance.now());
      if (signal?.aborted) {
        onAbort();
      }
      await greeting;
      return session;
    } catch (error) {
      session.close(error.status, error.reason);
      throw error;
    } finally {
      unwatch(signal, onAbort);
    }
  }
}
