/** How the peer's calls of objects are served (docs/protocol.md, "Remote objects"). */
import { sessionOf } from '../dispatcher.js';
import { IpcError } from '../status.js';
import { namesOf } from './marks.js';
import { invoke, isRemote } from './proxy.js';
import { CALL, idOf, objectsOf, RELEASE, STREAM } from './references.js';

export function rootService(name) {
  return `object:${name}`;
}

/** The handler of the service by which an exported object is called. */
export function rootHandler(name, object) {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null) {
    throw new TypeError(`object ${name}: expected an object or a function, actual=${String(object)}`);
  }
  return (message, call) => serve(object, [name, ...namesOf(object) ?? []], message, call);
}

/** Has an end serve what is called by reference. */
export function offerObjects(offers) {
  if (offers.findService(CALL) === undefined) {
    offers.service(CALL, (message, call) => {
      const { target, names } = objectsOf(sessionOf(call)).exports.held(idOf(message.o));
      return serve(target, names, message, call);
    });
    offers.stream(STREAM, stream);
    offers.event(RELEASE, ({ ids = [], counts = [] }, event) => {
      const { exports } = objectsOf(sessionOf(event));
      ids.forEach((id, at) => exports.release(BigInt(id), Number(counts[at] ?? 0)));
    });
  }
}

async function serve(target, names, message, call) {
  const objects = objectsOf(sessionOf(call));
  if (typeof message.as === 'string') {
    if (!names.includes(message.as)) {
      throw new IpcError('UNSUPPORTED', `the object does not offer ${message.as}; it offers ${names.join(', ')}`);
    }
    return { mine: objects.exports.add(target, names) };
  }
  const { method, args } = asked(target, message);
  const result = await method.apply(target, args.map((argument) => objects.in(argument)));
  if (call.signal.aborted) {
    throw new IpcError('CANCELLED', 'the caller has given up'); // it would not release what it were sent
  }
  const sent = [];
  try {
    return result === undefined ? {} : { r: objects.out(result, sent) };
  } catch (error) {
    objects.takeBack(sent);
    throw error;
  }
}

/** The method that a call names, and its arguments. Nothing that all objects have can be called. */
function asked(target, message) {
  const parts = /^(.+)\/(\d{1,3})$/.exec(typeof message.m === 'string' ? message.m : '');
  const name = parts?.[1] ?? '';
  const method = isRemote(target) ? (...args) => invoke(target, name, args) : methodOf(target, name);
  if (parts === null || typeof method !== 'function') {
    throw new IpcError('UNSUPPORTED', `the object has no method ${String(message.m)} in this version`);
  }
  const args = Array.from({ length: Number(parts[2]) }, (_, at) => message[at] ?? null);
  return { method, args };
}

/** A function answers every name. */
function methodOf(target, name) {
  if (typeof target === 'function') {
    return target;
  }
  return name in Object.prototype || name.startsWith('_') ? undefined : target[name];
}

async function* stream(message, call) {
  const objects = objectsOf(sessionOf(call));
  const { target } = objects.exports.held(idOf(message.o));
  if (typeof target[Symbol.asyncIterator] !== 'function') {
    throw new IpcError('UNSUPPORTED', 'the object publishes nothing; call it');
  }
  for await (const value of target) {
    yield { v: objects.out(value, []) };
  }
}
