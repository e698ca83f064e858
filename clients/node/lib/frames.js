/** The layout of frames (docs/protocol.md, "Frames"). */
import { Decoder } from './cbor/decode.js';
import { writeMessage } from './cbor/encode.js';
import { u32 } from './cbor/reader.js';
import { malformed, numberOf } from './status.js';

export const KIND = Object.freeze({
  HELLO: 1, WELCOME: 2, REQUEST: 3, RESPONSE: 4, ERROR: 5, EVENT: 6, STREAM_OPEN: 7, STREAM_ITEM: 8, STREAM_END: 9,
  CREDIT: 10, CANCEL: 11, GOAWAY: 12, FRAGMENT: 13, CHALLENGE: 14, PROOF: 15, REPLY_METADATA: 16,
});

export const FLAG = Object.freeze({ METADATA: 1, DEADLINE: 2, REJECTED: 4, DRAIN: 4, FIRST: 1, LAST: 2, OPTIONAL: 0x80 });

export const HEADER_BYTES = 12;
export const MAGIC = 0x564c5345;
export const LOWEST_VERSION = 1;
export const HIGHEST_VERSION = 2;
/** A transport frame is preceded by its length in this many bytes. */
export const LENGTH_BYTES = 4;
const MOST_TEXT_BYTES = 2_000;
const MOST_NAME_BYTES = 255;
const NANOS_PER_MILLI = 1_000_000;

/** The version that is spoken with a peer that speaks these; 0 when there is none in common. */
export function versionFor(lowest, highest) {
  const version = Math.min(highest, HIGHEST_VERSION);
  return version >= Math.max(lowest, LOWEST_VERSION) ? version : 0;
}

// ---- writing: each function appends a frame to a writer, with its length before it; `end` or `undo` follows

function begin(out, kind, flags, status, id) {
  out.need(LENGTH_BYTES + HEADER_BYTES);
  out.frame = out.length; // an offset: the writer may go on in another buffer
  const { buffer } = out;
  const at = out.at + LENGTH_BYTES;
  buffer[at] = kind;
  buffer[at + 1] = flags;
  buffer[at + 2] = status >>> 8;
  buffer[at + 3] = status;
  out.at = at + 4;
  writeId(out, id);
}

/** How many bytes the last frame has, without its length. */
export function lengthOf(out) {
  return out.length - out.frame - LENGTH_BYTES;
}

/** Completes the last frame. */
export function end(out) {
  out.put32(out.from + out.frame, lengthOf(out));
}

/** Removes the last frame; its bytes are valid until something else is written. */
export function undo(out) {
  const at = out.from + out.frame;
  const removed = out.buffer.subarray(at + LENGTH_BYTES, out.at);
  out.at = at;
  return removed;
}

function writeId(out, id) {
  if (typeof id === 'bigint') {
    out.u64(id);
  } else {
    out.u32(Math.floor(id / 2 ** 32));
    out.u32(id % 2 ** 32);
  }
}

function writeName(out, name) {
  if (typeof name === 'string' && name.length > 0 && out.counted(name)) {
    return;
  }
  const length = lengthOfName(name);
  out.byte(length);
  out.utf8(name, length);
}

/** In bytes; fails for what is no name. */
export function lengthOfName(name) {
  const length = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  if (length < 1 || length > MOST_NAME_BYTES || !name.isWellFormed()) {
    throw new RangeError(`name of a service or event: limit=1 to ${MOST_NAME_BYTES} bytes of UTF-8, actual=${String(name)}`);
  }
  return length;
}

export function hello(out, id, about) {
  begin(out, KIND.HELLO, 0, 0, id);
  out.u32(MAGIC);
  out.u16(LOWEST_VERSION);
  out.u16(HIGHEST_VERSION);
  writeMessage(out, about);
}

export function welcome(out, id, version, about) {
  begin(out, KIND.WELCOME, 0, 0, id);
  out.u16(version);
  writeMessage(out, about);
}

/** @param millis how long the caller waits, or undefined without limit */
export function request(out, id, service, message, metadata, millis) {
  const flags = (metadata === undefined ? 0 : FLAG.METADATA) | (millis === undefined ? 0 : FLAG.DEADLINE);
  begin(out, KIND.REQUEST, flags, 0, id);
  if (millis !== undefined) {
    writeId(out, Math.round(millis * NANOS_PER_MILLI));
  }
  named(out, service, message, metadata);
}

export function streamOpen(out, id, credit, service, message, metadata) {
  begin(out, KIND.STREAM_OPEN, metadata === undefined ? 0 : FLAG.METADATA, 0, id);
  out.u64(BigInt(credit));
  named(out, service, message, metadata);
}

export function event(out, name, message) {
  begin(out, KIND.EVENT, 0, 0, 0);
  named(out, name, message, undefined);
}

function named(out, name, message, metadata) {
  writeName(out, name);
  if (metadata !== undefined) {
    writeMessage(out, metadata);
  }
  writeMessage(out, message);
}

/** A RESPONSE, STREAM_ITEM, CHALLENGE or PROOF. */
export function message(out, kind, id, content) {
  begin(out, kind, 0, 0, id);
  writeMessage(out, content);
}

/** A REPLY_METADATA, which peers may skip. */
export function replyMetadata(out, id, metadata) {
  begin(out, KIND.REPLY_METADATA, FLAG.OPTIONAL, 0, id);
  writeMessage(out, metadata);
}

/** A STREAM_END or CANCEL. */
export function signal(out, kind, id, status) {
  begin(out, kind, 0, numberOf(status), id);
}

export function credit(out, id, more) {
  begin(out, KIND.CREDIT, 0, 0, id);
  out.u64(BigInt(more));
}

/** An ERROR or GOAWAY. */
export function text(out, kind, flags, status, id, said) {
  begin(out, kind, flags, numberOf(status), id);
  out.raw(Buffer.from(said).subarray(0, MOST_TEXT_BYTES));
}

/** A frame that was written before, without its length. */
export function copy(out, frame) {
  out.need(LENGTH_BYTES);
  out.frame = out.length;
  out.at += LENGTH_BYTES;
  out.raw(frame);
}

/** A part of a frame that is too long for one. @param total of the whole, in the first part */
export function fragment(out, flags, total, part) {
  begin(out, KIND.FRAGMENT, flags, 0, 0);
  if (total !== undefined) {
    out.u32(total);
  }
  out.raw(part);
}

// ---- reading

/** Reads frames, one after the other: the header, then what follows it in order. */
export class FrameReader {
  #decoder = new Decoder();
  #in = this.#decoder.in;

  constructor() {
    this.kind = 0;
    this.flags = 0;
    this.status = 0;
    /** A number, or a bigint where that would not be exact. */
    this.id = 0;
    /** Of the whole frame, in bytes. */
    this.length = 0;
  }

  /** Begins a frame: the bytes of a buffer from `at` to `end`. */
  begin(buffer, at, end) {
    this.length = end - at;
    if (this.length < HEADER_BYTES) {
      throw malformed(`frame: minimum=${HEADER_BYTES} bytes, actual=${this.length}`);
    }
    this.kind = buffer[at];
    this.flags = buffer[at + 1];
    this.status = buffer[at + 2] << 8 | buffer[at + 3];
    const high = u32(buffer, at + 4);
    this.id = high < 2 ** 21 ? high * 2 ** 32 + u32(buffer, at + 8) : buffer.readBigUInt64BE(at + 4);
    this.#in.reset(buffer, at + HEADER_BYTES, end);
  }

  #take(bytes) {
    const missing = this.#in.at + bytes - this.#in.end;
    if (missing > 0) {
      throw malformed(`frame: it ends ${missing} bytes too early`);
    }
    this.#in.at += bytes;
    return this.#in.at - bytes;
  }

  u16() {
    return this.#in.buffer.readUInt16BE(this.#take(2));
  }

  u32() {
    return u32(this.#in.buffer, this.#take(4));
  }

  /** Milliseconds from a number of nanoseconds; past 2^53 ns, which is 104 days, they are rounded. */
  millis() {
    const at = this.#take(8);
    return ((u32(this.#in.buffer, at) | 0) * 2 ** 32 + u32(this.#in.buffer, at + 4)) / NANOS_PER_MILLI;
  }

  i64() {
    return this.#in.buffer.readBigInt64BE(this.#take(8));
  }

  name() {
    const length = this.#in.buffer[this.#take(1)];
    this.#in.at = this.#take(length);
    if (length === 0) {
      throw malformed('name of a service or event: minimum=1 byte, actual=0');
    }
    try {
      return this.#in.textOf(length);
    } catch (cause) {
      throw malformed(`name of a service or event: not UTF-8 (${cause.reason})`);
    }
  }

  message(exact) {
    return this.#decoder.message(exact);
  }

  /** The message that ends the frame. */
  last(exact) {
    const message = this.#decoder.message(exact);
    if (this.#in.at < this.#in.end) {
      throw malformed(`frame: ${this.#in.end - this.#in.at} bytes too many after its last value`);
    }
    return message;
  }

  text() {
    const { buffer, at, end } = this.#in;
    return buffer.toString('utf8', at, Math.min(end, at + MOST_TEXT_BYTES));
  }

  /** All that is left, not copied. */
  rest() {
    const { buffer, at, end } = this.#in;
    return buffer.subarray(at, end);
  }
}
