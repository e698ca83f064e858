import { lengthOfName } from './frames.js';
import { rootHandler, rootService } from './objects/served.js';

const KINDS = ['SERVICE', 'STREAM', 'OBJECT', 'EVENT'];

/** What an end offers by name: services, streams and event handlers; what it has not itself, another may have. */
export class Offers {
  constructor(parent = undefined) {
    this.parent = parent;
    this.services = new Map();
    this.events = new Map();
  }

  /** Adds all of options `services`, `streams` and `events`, objects of functions by name, and `objects` by interface. */
  addAll({ services = {}, streams = {}, events = {}, objects = {} }) {
    Object.entries(services).forEach(([name, handler]) => this.service(name, handler));
    Object.entries(streams).forEach(([name, handler]) => this.stream(name, handler));
    Object.entries(events).forEach(([name, handler]) => this.event(name, handler));
    Object.entries(objects).forEach(([name, object]) => this.service(rootService(name), rootHandler(name, object)));
    return this;
  }

  service(name, handler) {
    this.#add(name, { handler: checked('service', name, handler), isStream: false, exact: undefined, isBuiltIn: false });
  }

  stream(name, handler) {
    this.#add(name, { handler: checked('stream', name, handler), isStream: true, exact: undefined, isBuiltIn: false });
  }

  /** One of valise.*, whose messages are read exactly. */
  builtIn(name, handler) {
    this.services.set(name, { handler, isStream: false, exact: true, isBuiltIn: true });
  }

  event(name, handler) {
    checkName('event', name);
    this.events.set(name, checked('event', name, handler));
  }

  #add(name, offer) {
    checkName('service', name);
    if (this.services.has(name)) {
      throw new RangeError(`service ${name}: it is offered already`);
    }
    this.services.set(name, offer);
  }

  findService(name) {
    return this.services.get(name) ?? this.parent?.findService(name);
  }

  findEvent(name) {
    return this.events.get(name) ?? this.parent?.findEvent(name);
  }

  /** The answer of valise.schema: sorted by name within each kind, without types, since functions have none here. */
  schema() {
    const services = [...this.services]
      .filter(([, { isBuiltIn }]) => !isBuiltIn)
      .map(([name, { isStream }]) => ({ name, kind: kindOf(name, isStream) }));
    const events = [...this.events.keys()].map((name) => ({ name, kind: 'EVENT' }));
    const offers = [...services, ...events].sort((one, other) =>
      KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || (one.name < other.name ? -1 : 1));
    return { offers, types: [] };
  }

  names() {
    return [...new Set([...this.services.keys(), ...(this.parent?.names() ?? [])])].sort();
  }
}

function kindOf(name, isStream) {
  if (isStream) {
    return 'STREAM';
  }
  return name.startsWith(rootService('')) ? 'OBJECT' : 'SERVICE';
}

function checkName(what, name) {
  lengthOfName(name);
  if (name.startsWith('valise.')) {
    throw new RangeError(`${what} ${name}: names that begin with valise. are reserved`);
  }
}

function checked(what, name, handler) {
  if (typeof handler !== 'function') {
    throw new TypeError(`${what} ${name}: expected a function, actual=${typeof handler}`);
  }
  return handler;
}
