/** What crosses by reference: functions, what can be iterated later, and objects that are marked so. */
const MARKED = new WeakMap();

/**
 * Marks an object: from now on it crosses by reference, and its methods are called by the peer.
 *
 * @param names the interfaces that the peer can ask it for, such as acme.Named
 */
export function byReference(object, ...names) {
  if (object === null || typeof object !== 'object' || !names.every((name) => typeof name === 'string')) {
    throw new TypeError('byReference: expected an object and names of interfaces');
  }
  MARKED.set(object, names);
  return object;
}

/** The interfaces of what crosses by reference; undefined for what crosses by value. */
export function namesOf(value) {
  if (typeof value === 'function') {
    return [];
  } else if (value === null || typeof value !== 'object') {
    return undefined;
  }
  return MARKED.get(value) ?? (typeof value[Symbol.asyncIterator] === 'function' ? [] : undefined);
}
