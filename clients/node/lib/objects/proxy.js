import { inspect } from 'node:util';
import { IpcError } from '../status.js';
import { CALL, objectsOf, STREAM } from './references.js';
import { rootService } from './served.js';

/** What stands behind each proxy; not reachable through it. */
const BEHIND = new WeakMap();
/** A promise of a proxy would ask it for `then`; printing and JSON for the others. */
const LOCAL = new Set(['then', 'toJSON', 'constructor']);

/** Functions of this package answer every name; this one is sent when a remote object is called as a function. */
const FUNCTION = 'call';

function make(behind) {
  const proxy = new Proxy(() => {}, {
    get: (target, name) => member(proxy, name),
    apply: (target, self, args) => invoke(proxy, FUNCTION, args),
    set: () => false,
  });
  BEHIND.set(proxy, behind);
  return proxy;
}

function member(proxy, name) {
  if (name === Symbol.asyncIterator) {
    return () => streamOf(proxy);
  } else if (name === Symbol.toStringTag) {
    return 'RemoteObject';
  } else if (name === inspect.custom || name === 'toString') {
    return () => BEHIND.get(proxy).text;
  }
  return typeof name === 'symbol' || LOCAL.has(name) ? undefined : (...args) => invoke(proxy, name, args);
}

/** The object that the peer exports by an interface: it has no lease, and outlives links. */
export function rootProxy(connection, name) {
  const service = rootService(name);
  return make({
    text: `${name} at ${connection.endpoint}`,
    lease: undefined,
    timeout: connection.requestTimeout,
    call: (options, how) => connection.onSession(service, options.timeout, options.signal, (session, left) =>
      how(objectsOf(session), service, {}, { ...options, timeout: left })),
  });
}

/** An object that the peer has sent. */
export function leasedProxy(session, lease) {
  return make({
    text: `object ${lease.id} at ${session.endpoint}`,
    lease,
    timeout: session.connection.requestTimeout,
    call: (options, how) => {
      checkHeld(lease);
      return whileUsed(lease, () => how(lease.owner, CALL, { o: lease.id }, options));
    },
  });
}

function checkHeld(lease) {
  if (lease.isReleased) {
    throw new IpcError('SERVICE_NOT_FOUND', `object ${lease.id}: this end has released its reference`, 'NOT_SENT');
  }
}

async function whileUsed(lease, call) {
  lease.calls++;
  try {
    return await call();
  } finally {
    lease.owner.done(lease);
  }
}

/** The lease behind a proxy, undefined for the root objects and for what is no proxy. */
export function leaseOf(value) {
  return typeof value === 'function' ? BEHIND.get(value)?.lease : undefined;
}

/** Whether it is an object of another process. */
export function isRemote(value) {
  return typeof value === 'function' && BEHIND.has(value);
}

function behind(proxy) {
  const found = BEHIND.get(proxy);
  if (found === undefined) {
    throw new TypeError('expected a remote object');
  }
  return found;
}

/** Calls a method of a remote object, with options: a name that a proxy cannot have, a timeout, a signal. */
export async function invoke(proxy, method, args = [], { timeout, signal } = {}) {
  const { call, timeout: usual } = behind(proxy);
  return call({ timeout: timeout ?? usual, signal }, (objects, service, address, options) => objects.call(service, address, method, args, options));
}

/** The same object by another of its interfaces. */
export async function as(proxy, name, { timeout, signal } = {}) {
  const { call, timeout: usual } = behind(proxy);
  return call({ timeout: timeout ?? usual, signal }, (objects, service, address, options) => objects.as(service, address, name, options));
}

/** The peer can forget the object: this end does not call it any more. */
export function release(proxy) {
  const { lease } = behind(proxy);
  if (lease !== undefined && !lease.isReleased) {
    lease.owner.release(lease);
  }
}

/** What a publisher of the peer publishes. */
async function* streamOf(proxy) {
  const { lease } = behind(proxy);
  if (lease === undefined) {
    throw new IpcError('UNSUPPORTED', 'an exported object is called, not iterated', 'NOT_SENT');
  }
  checkHeld(lease);
  lease.calls++;
  try {
    for await (const { v } of lease.owner.session.calls.stream(STREAM, { o: lease.id }, {})) {
      yield lease.owner.in(v);
    }
  } finally {
    lease.owner.done(lease);
  }
}
