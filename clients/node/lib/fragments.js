import { FLAG, HEADER_BYTES, KIND, LENGTH_BYTES } from './frames.js';
import { Writer } from './cbor/writer.js';
import { malformed } from './status.js';

/** The longest frame of the transports, in bytes. */
export const LONGEST_FRAME = 65_536;
const TOTAL_BYTES = 4;

/** The bytes to send for a frame: itself with its length, or FRAGMENTs. */
export function wire(frame) {
  const length = frame.at - LENGTH_BYTES;
  if (length > LONGEST_FRAME) {
    return fragments(frame.bytes().subarray(LENGTH_BYTES));
  }
  frame.buffer.writeUInt32BE(length, 0);
  return frame.bytes();
}

function fragments(whole) {
  const parts = [];
  for (let at = 0; at < whole.length;) {
    const first = at === 0;
    const room = LONGEST_FRAME - HEADER_BYTES - (first ? TOTAL_BYTES : 0);
    const part = whole.subarray(at, at + room);
    at += part.length;
    const out = new Writer();
    out.u32(HEADER_BYTES + (first ? TOTAL_BYTES : 0) + part.length);
    out.byte(KIND.FRAGMENT);
    out.byte((first ? FLAG.FIRST : 0) | (at === whole.length ? FLAG.LAST : 0));
    out.u16(0);
    out.u64(0n);
    if (first) {
      out.u32(whole.length);
    }
    parts.push(out.bytes(), part);
  }
  return Buffer.concat(parts);
}

/** Puts a fragmented frame together. Memory grows with what has come, not with what was announced. */
export class Reassembly {
  /** @param limit the longest frame, in bytes */
  constructor(limit) {
    this.limit = limit;
    this.#forget();
  }

  #forget() {
    this.parts = [];
    this.total = 0;
    this.length = 0;
  }

  /** Adds a FRAGMENT; answers the whole frame with the last. */
  add(flags, fragment) {
    let at = HEADER_BYTES;
    if ((flags & FLAG.FIRST) !== 0) {
      this.#begin(fragment);
      at += TOTAL_BYTES;
    }
    const part = fragment.subarray(at);
    if (this.length + part.length > this.total) {
      throw malformed(`fragments: announced=${this.total} bytes, actual=${this.length + part.length}`);
    }
    if (part.length > 0) {
      this.parts.push(part);
    }
    this.length += part.length;
    return (flags & FLAG.LAST) === 0 ? undefined : this.#end();
  }

  #begin(fragment) {
    if (fragment.length < HEADER_BYTES + TOTAL_BYTES) {
      throw malformed(`first fragment: minimum=${TOTAL_BYTES} bytes, actual=${fragment.length - HEADER_BYTES}`);
    }
    this.#forget();
    this.total = fragment.readUInt32BE(HEADER_BYTES);
    if (this.total < HEADER_BYTES || this.total > this.limit) {
      throw malformed(`fragmented frame: limit=${this.limit} bytes (maxMessageBytes), announced=${this.total}`);
    }
  }

  #end() {
    if (this.length !== this.total) {
      throw malformed(`fragments: announced=${this.total} bytes, actual=${this.length}`);
    }
    const whole = Buffer.concat(this.parts);
    this.#forget();
    return whole;
  }
}
