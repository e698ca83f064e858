/** setTimeout takes no longer ones. */
const LONGEST_TIMEOUT = 2_147_483_647;

export function checkTimeout(timeout) {
  if (timeout !== Infinity && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMEOUT)) {
    throw new RangeError(`timeout: limit=more than 0 to ${LONGEST_TIMEOUT} ms, or Infinity, actual=${String(timeout)}`);
  }
  return timeout;
}

/** How long what was taken may still run, in milliseconds. */
export function checkGrace(grace) {
  if (grace !== Infinity && !(typeof grace === 'number' && grace >= 0 && grace <= LONGEST_TIMEOUT)) {
    throw new RangeError(`grace: limit=0 to ${LONGEST_TIMEOUT} ms, or Infinity, actual=${String(grace)}`);
  }
  return grace;
}

/** Calls a function after so many milliseconds; never for Infinity, which setTimeout takes for 1. Answers what clearTimeout takes. */
export function startTimer(millis, action) {
  return millis === Infinity ? undefined : setTimeout(action, Math.min(Math.max(1, millis), LONGEST_TIMEOUT));
}

/** Whether a promise resolves within so many milliseconds. */
export async function within(millis, promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = startTimer(millis, () => resolve(false));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
