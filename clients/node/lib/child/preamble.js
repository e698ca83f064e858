/** What each end of standard streams writes before its first frame (docs/protocol.md, "pipe"). */
import { unwatch, watch } from '../aborts.js';
import { IpcError } from '../status.js';
import { startTimer } from '../timeout.js';

export const PREAMBLE = Buffer.from('\0valise pipe 1\n', 'ascii');
const MOST_NOISE_BYTES = 65_536;
const MOST_EXCERPT_CHARS = 400;

/**
 * Reads up to the end of the other end's preamble, and not further: what follows is still in the stream. What precedes it,
 * such as what a program prints before it is ready, is skipped.
 *
 * @param limits deadline and signal @param gone makes the error when the stream has ended without it, of what was skipped
 */
export function awaitPreamble(input, { deadline, signal }, gone) {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const settle = (done, result) => {
      clearTimeout(timer);
      unwatch(signal, onAbort);
      input.off('data', onData).off('end', onEnd).off('error', onEnd).off('close', onEnd);
      input.pause();
      done(result);
    };
    const onData = (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const at = heard.indexOf(PREAMBLE);
      if (at >= 0) {
        settle(resolve);
        input.unshift(heard.subarray(at + PREAMBLE.length));
      } else if (heard.length > MOST_NOISE_BYTES + PREAMBLE.length) {
        settle(reject, gone(excerpt(heard)));
      }
    };
    const onEnd = () => settle(reject, gone(excerpt(heard)));
    const onAbort = () => settle(reject, new IpcError('CANCELLED', 'given up before the other end was ready', 'NOT_SENT'));
    const timer = startTimer(deadline - performance.now(),
      () => settle(reject, new IpcError('TIMEOUT', 'the other end of the standard streams has said nothing in time', 'NOT_SENT')));
    watch(signal, onAbort);
    input.on('data', onData).on('end', onEnd).on('error', onEnd).on('close', onEnd);
  });
}

function excerpt(bytes) {
  const text = bytes.subarray(-MOST_EXCERPT_CHARS).toString('utf8').trim();
  return text === '' ? '' : `; it printed: ${text}`;
}
