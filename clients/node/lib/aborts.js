/** Of each signal that calls wait for, what is to be done when it is aborted. */
const WATCHED = new WeakMap();

/**
 * Has a function called when a signal, if there is one, is aborted. A signal has one listener for all calls: Node.js takes more than ten
 * for a leak, and warns.
 */
export function watch(signal, onAbort) {
  if (signal === undefined) {
    return;
  }
  let watched = WATCHED.get(signal);
  if (watched === undefined) {
    const all = new Set();
    const listener = () => {
      WATCHED.delete(signal);
      all.forEach((tell) => tell());
    };
    watched = { all, listener };
    WATCHED.set(signal, watched);
    signal.addEventListener('abort', listener, { once: true });
  }
  watched.all.add(onAbort);
}

export function unwatch(signal, onAbort) {
  const watched = WATCHED.get(signal); // none for undefined
  if (watched?.all.delete(onAbort) && watched.all.size === 0) {
    WATCHED.delete(signal);
    signal.removeEventListener('abort', watched.listener);
  }
}
