import { Typed } from '../cbor/values.js';
import { IpcError } from '../status.js';
import { ExportTable } from './exports.js';
import { namesOf } from './marks.js';
import { leaseOf, leasedProxy } from './proxy.js';
import { offerObjects } from './served.js';

export const CALL = 'objects.call';
export const STREAM = 'objects.stream';
export const RELEASE = 'objects.release';
/** So many fit into the smallest message that an end may take. */
const MOST_IN_A_RELEASE = 128;

const OF_SESSIONS = new WeakMap();

/** The objects of a session; those that it holds end with it. */
export function objectsOf(session) {
  let objects = OF_SESSIONS.get(session);
  if (objects === undefined) {
    objects = new References(session);
    OF_SESSIONS.set(session, objects);
    offerObjects(session.connection.offers);
    session.ended.then(() => objects.exports.end());
  }
  return objects;
}

function isPlain(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function idOf(value) {
  const id = value instanceof Typed ? value.value : value;
  if (typeof id !== 'bigint' && !Number.isSafeInteger(id)) {
    throw new IpcError('TYPE_MISMATCH', `id of an object: expected an integer, actual=${String(id)}`);
  }
  return BigInt(id);
}

/** What the two ends of one session hold of each other. */
class References {
  #session;
  /** What the peer has sent and this end has not released, by id: `ref` to its proxy, and how often it was received. */
  #leases = new Map();
  #released = new Map();
  #collected = new FinalizationRegistry((lease) => {
    lease.isGarbage = true;
    this.#releaseUnused(lease);
  });

  constructor(session) {
    this.#session = session;
    this.exports = new ExportTable();
  }

  get session() {
    return this.#session;
  }

  // ---- values

  /** A value as it is sent. @param sent is added the ids of objects of this end in it @param used the leases in it, which are held until done() */
  out(value, sent, used) {
    const lease = leaseOf(value);
    if (lease !== undefined && lease.owner === this) {
      used?.push(lease);
      lease.calls += used === undefined ? 0 : 1;
      return { yours: lease.id };
    }
    const names = lease === undefined ? namesOf(value) : [];
    if (names !== undefined) {
      const id = this.exports.add(value, names);
      sent.push(id);
      return { mine: id };
    } else if (Array.isArray(value)) {
      return value.map((element) => this.out(element, sent, used));
    } else if (value instanceof Map) {
      return new Map([...value].map(([key, of]) => [key, this.out(of, sent, used)]));
    } else if (value !== null && typeof value === 'object' && isPlain(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, this.out(of, sent, used)]));
    }
    return value === undefined ? null : value;
  }

  /** A value as the application has it: references are proxies, and its own objects themselves. */
  in(value) {
    if (Array.isArray(value)) {
      return value.map((element) => this.in(element));
    } else if (value === null || typeof value !== 'object' || !isPlain(value)) {
      return value;
    }
    const keys = Object.keys(value);
    if (keys.length === 1 && keys[0] === 'mine') {
      return this.#lease(idOf(value.mine));
    } else if (keys.length === 1 && keys[0] === 'yours') {
      return this.exports.held(idOf(value.yours)).target;
    }
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, this.in(of)]));
  }

  #lease(id) {
    let lease = this.#leases.get(id);
    const known = lease?.ref.deref();
    if (known === undefined) {
      lease = { owner: this, id, count: 0, calls: 0, isReleased: false, isGarbage: false, ref: undefined };
      const proxy = leasedProxy(this.#session, lease);
      lease.ref = new WeakRef(proxy);
      this.#leases.set(id, lease);
      this.#collected.register(proxy, lease, lease);
    }
    lease.count++;
    return lease.ref.deref();
  }

  // ---- calls

  /** Calls an object of the peer; `address` says which. */
  async call(service, address, method, args, { timeout, signal }) {
    const sent = [];
    const used = [];
    try {
      // in this order: an object would have the arguments first
      const message = new Map([...Object.entries(address), ['m', `${method}/${args.length}`]]);
      args.forEach((argument, at) => message.set(String(at), this.out(argument, sent, used)));
      const reply = await this.#session.calls.request(service, message, timeout, signal);
      return 'r' in reply ? this.in(reply.r) : undefined;
    } catch (error) {
      if (!(error instanceof IpcError) || error.delivery !== 'UNKNOWN') {
        this.takeBack(sent);
      }
      throw error;
    } finally {
      used.forEach((lease) => this.done(lease));
    }
  }

  /** Asks an object of the peer for another of its interfaces. */
  async as(service, address, name, { timeout, signal }) {
    return this.in(await this.#session.calls.request(service, { ...address, as: name }, timeout, signal));
  }

  /** The peer does not hold what did not arrive. */
  takeBack(sent) {
    sent.forEach((id) => this.exports.release(id, 1));
  }

  // ---- releases

  /** A call that used a lease has ended. */
  done(lease) {
    lease.calls--;
    this.#releaseUnused(lease);
  }

  release(lease) {
    lease.isReleased = true;
    this.#collected.unregister(lease);
    this.#releaseUnused(lease);
  }

  #releaseUnused(lease) {
    if ((!lease.isGarbage && !lease.isReleased) || lease.calls > 0 || lease.count === 0) {
      return;
    }
    if (this.#leases.get(lease.id) === lease) {
      this.#leases.delete(lease.id);
    }
    if (this.#released.size === 0) {
      setImmediate(() => this.#sendReleases());
    }
    this.#released.set(lease.id, (this.#released.get(lease.id) ?? 0) + lease.count);
    lease.count = 0;
  }

  #sendReleases() {
    const all = [...this.#released];
    this.#released.clear();
    for (let at = 0; at < all.length && this.#session.isOpen; at += MOST_IN_A_RELEASE) {
      const some = all.slice(at, at + MOST_IN_A_RELEASE);
      this.#session.sendEvent(RELEASE, {
        ids: BigInt64Array.from(some, ([id]) => id), counts: BigInt64Array.from(some, ([, count]) => BigInt(count)),
      });
    }
  }
}
