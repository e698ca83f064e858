import * as frames from './frames.js';
import { malformed } from './status.js';

const { FLAG, HEADER_BYTES } = frames;
/** The longest frame of the transports, in bytes. */
export const LONGEST_FRAME = 65_536;
const TOTAL_BYTES = 4;

/** Completes the last frame of a writer: in one piece, or in FRAGMENTs. */
export function endFrame(out) {
  if (frames.lengthOf(out) <= LONGEST_FRAME) {
    frames.end(out);
    return;
  }
  const whole = Buffer.from(frames.undo(out));
  for (let at = 0; at < whole.length;) {
    const isFirst = at === 0;
    const part = whole.subarray(at, at + LONGEST_FRAME - HEADER_BYTES - (isFirst ? TOTAL_BYTES : 0));
    at += part.length;
    frames.fragment(out, (isFirst ? FLAG.FIRST : 0) | (at === whole.length ? FLAG.LAST : 0), isFirst ? whole.length : undefined, part);
    frames.end(out);
  }
}

const NOTHING = Buffer.alloc(0);
/** What is held is at most so many times as long as what has come. */
const GROWTH = 4;

/** Puts a fragmented frame together. Memory grows with the bytes that have come, not with what was announced, or with the fragments. */
export class Reassembly {
  /** @param limit the longest frame, in bytes */
  constructor(limit) {
    this.limit = limit;
    this.#forget();
  }

  #forget() {
    this.whole = NOTHING;
    this.total = 0;
    this.length = 0;
  }

  /** Adds a FRAGMENT that was begun; answers the whole frame with the last. */
  add(frame) {
    if ((frame.flags & FLAG.FIRST) !== 0) {
      this.#begin(frame);
    }
    const part = frame.rest();
    const length = this.length + part.length;
    if (length > this.total) {
      throw malformed(`fragments: announced=${this.total} bytes, actual=${length}`);
    } else if (length > this.whole.length) {
      const longer = Buffer.allocUnsafeSlow(Math.min(this.total, GROWTH * length));
      this.whole.copy(longer, 0, 0, this.length);
      this.whole = longer;
    }
    part.copy(this.whole, this.length);
    this.length = length;
    return (frame.flags & FLAG.LAST) === 0 ? undefined : this.#end();
  }

  #begin(frame) {
    if (frame.length < HEADER_BYTES + TOTAL_BYTES) {
      throw malformed(`first fragment: minimum=${TOTAL_BYTES} bytes, actual=${frame.length - HEADER_BYTES}`);
    }
    this.#forget();
    this.total = frame.u32();
    if (this.total < HEADER_BYTES || this.total > this.limit) {
      throw malformed(`fragmented frame: limit=${this.limit} bytes (maxMessageBytes), announced=${this.total}`);
    }
  }

  #end() {
    if (this.length !== this.total) {
      throw malformed(`fragments: announced=${this.total} bytes, actual=${this.length}`);
    }
    const { whole } = this;
    this.#forget();
    return whole;
  }
}
