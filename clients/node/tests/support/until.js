import { setImmediate } from 'node:timers/promises';

/** Takes steps until a condition holds; ends with its test at the latest. */
export async function until(t, condition, step = setImmediate) {
  while (!condition()) {
    t.signal.throwIfAborted();
    await step();
  }
}
