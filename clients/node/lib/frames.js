/** The layout of frames (docs/protocol.md, "Frames"). */
import { Decoder } from './cbor/decode.js';
import { writeMessage } from './cbor/encode.js';
import { Reader } from './cbor/reader.js';
import { Writer } from './cbor/writer.js';
import { malformed, numberOf } from './status.js';

export const KIND = Object.freeze({
  HELLO: 1, WELCOME: 2, REQUEST: 3, RESPONSE: 4, ERROR: 5, EVENT: 6, STREAM_OPEN: 7, STREAM_ITEM: 8, STREAM_END: 9,
  CREDIT: 10, CANCEL: 11, GOAWAY: 12, FRAGMENT: 13, CHALLENGE: 14, PROOF: 15,
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

// ---- writing: each function answers a writer with room for the length, and the frame behind it

function begin(kind, flags, status, id) {
  const out = new Writer();
  out.at = LENGTH_BYTES;
  out.byte(kind);
  out.byte(flags);
  out.u16(status);
  writeId(out, id);
  return out;
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
  const length = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  if (length < 1 || length > MOST_NAME_BYTES || !name.isWellFormed()) {
    throw new RangeError(`name of a service or event: limit=1 to ${MOST_NAME_BYTES} bytes of UTF-8, actual=${String(name)}`);
  }
  out.byte(length);
  out.utf8(name, length);
}

export function hello(id, about) {
  const out = begin(KIND.HELLO, 0, 0, id);
  out.u32(MAGIC);
  out.u16(LOWEST_VERSION);
  out.u16(HIGHEST_VERSION);
  writeMessage(out, about);
  return out;
}

export function welcome(id, version, about) {
  const out = begin(KIND.WELCOME, 0, 0, id);
  out.u16(version);
  writeMessage(out, about);
  return out;
}

/** @param millis how long the caller waits, or undefined without limit */
export function request(id, service, message, metadata, millis) {
  const flags = (metadata === undefined ? 0 : FLAG.METADATA) | (millis === undefined ? 0 : FLAG.DEADLINE);
  const out = begin(KIND.REQUEST, flags, 0, id);
  if (millis !== undefined) {
    writeId(out, Math.round(millis * NANOS_PER_MILLI));
  }
  return named(out, service, message, metadata);
}

export function streamOpen(id, credit, service, message, metadata) {
  const out = begin(KIND.STREAM_OPEN, metadata === undefined ? 0 : FLAG.METADATA, 0, id);
  out.u64(BigInt(credit));
  return named(out, service, message, metadata);
}

export function event(name, message) {
  return named(begin(KIND.EVENT, 0, 0, 0), name, message, undefined);
}

function named(out, name, message, metadata) {
  writeName(out, name);
  if (metadata !== undefined) {
    writeMessage(out, metadata);
  }
  writeMessage(out, message);
  return out;
}

/** A RESPONSE or STREAM_ITEM. */
export function message(kind, id, content) {
  const out = begin(kind, 0, 0, id);
  writeMessage(out, content);
  return out;
}

/** A STREAM_END or CANCEL. */
export function signal(kind, id, status) {
  return begin(kind, 0, numberOf(status), id);
}

export function credit(id, more) {
  const out = begin(KIND.CREDIT, 0, 0, id);
  out.u64(BigInt(more));
  return out;
}

/** An ERROR or GOAWAY. */
export function text(kind, flags, status, id, said) {
  const out = begin(kind, flags, numberOf(status), id);
  out.raw(Buffer.from(said).subarray(0, MOST_TEXT_BYTES));
  return out;
}

// ---- reading

export function header(frame) {
  if (frame.length < HEADER_BYTES) {
    throw malformed(`frame: minimum=${HEADER_BYTES} bytes, actual=${frame.length}`);
  }
  return { kind: frame[0], flags: frame[1], status: frame.readUInt16BE(2), id: readId(frame, 4) };
}

/** A number, or a bigint where that would not be exact. */
function readId(frame, at) {
  const high = frame.readUInt32BE(at);
  return high < 2 ** 21 ? high * 2 ** 32 + frame.readUInt32BE(at + 4) : frame.readBigUInt64BE(at);
}

/** What follows the header, read in order. */
export class Body {
  constructor(frame) {
    this.frame = frame;
    this.at = HEADER_BYTES;
  }

  #take(bytes) {
    const missing = this.at + bytes - this.frame.length;
    if (missing > 0) {
      throw malformed(`frame: it ends ${missing} bytes too early`);
    }
    this.at += bytes;
    return this.at - bytes;
  }

  u16() {
    return this.frame.readUInt16BE(this.#take(2));
  }

  u32() {
    return this.frame.readUInt32BE(this.#take(4));
  }

  /** Milliseconds from a number of nanoseconds; past 2^53 ns, which is 104 days, they are rounded. */
  millis() {
    const at = this.#take(8);
    return (this.frame.readInt32BE(at) * 2 ** 32 + this.frame.readUInt32BE(at + 4)) / NANOS_PER_MILLI;
  }

  i64() {
    return this.frame.readBigInt64BE(this.#take(8));
  }

  name() {
    const length = this.frame[this.#take(1)];
    const at = this.#take(length);
    if (length === 0) {
      throw malformed('name of a service or event: minimum=1 byte, actual=0');
    }
    try {
      return new Reader(this.frame, at).textOf(length);
    } catch (cause) {
      throw malformed(`name of a service or event: not UTF-8 (${cause.reason})`);
    }
  }

  message(exact) {
    const decoder = new Decoder(this.frame, this.at, exact);
    const message = decoder.message();
    this.at = decoder.in.at;
    return message;
  }

  /** The message that ends the frame. */
  last(exact) {
    const message = this.message(exact);
    if (this.at < this.frame.length) {
      throw malformed(`frame: ${this.frame.length - this.at} bytes too many after its last value`);
    }
    return message;
  }

  text() {
    return this.frame.toString('utf8', this.at, Math.min(this.frame.length, this.at + MOST_TEXT_BYTES));
  }
}
