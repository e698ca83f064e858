import { isUtf8 } from 'node:buffer';
import { malformed } from '../status.js';

export const INDEFINITE = -1;
/** Texts up to here are mostly keys, names and words: they are looked up among those that were read lately. */
const SHORT_BYTES = 24;
const RECENT = new Array(1_024).fill('');

/** Reads the parts of CBOR items: heads, arguments, strings. Errors name the offset from where the set begins. */
export class Reader {
  constructor(buffer, at = 0, end = buffer.length) {
    this.reset(buffer, at, end);
  }

  /** Reads other bytes from now on, up to `end`. */
  reset(buffer, at, end) {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
    this.start = at;
  }

  fail(why, at = this.at) {
    return malformed(`ValueSet: ${why} (at byte ${at - this.start})`);
  }

  unexpected(head, wanted) {
    return this.fail(`wanted ${wanted}, found head 0x${head.toString(16)}`, this.at - 1);
  }

  need(bytes) {
    if (this.end - this.at < bytes) {
      throw this.fail('truncated', bytes <= 8 ? this.end : this.at);
    }
  }

  /** The first byte of an item: major type and additional information, which is none of the reserved ones. */
  head() {
    this.need(1);
    const head = this.buffer[this.at++];
    const info = head & 31;
    if (info > 27) {
      this.#checkRare(head, info);
    }
    return head;
  }

  #checkRare(head, info) {
    if (info < 31) {
      throw this.fail(`additional information ${info} is reserved`, this.at - 1);
    }
    const major = head >>> 5;
    if (major < 2 || major === 6) {
      throw this.fail('indefinite length is not allowed here', this.at - 1);
    }
  }

  /** The argument of a head as a number; past 2^53 it is not exact, which a length and a tag need not be. */
  argument(head) {
    const info = head & 31;
    if (info < 24) {
      return info;
    } else if (info === 24) {
      this.need(1);
      return this.buffer[this.at++];
    } else if (info === 25) {
      this.need(2);
      this.at += 2;
      return this.buffer[this.at - 2] << 8 | this.buffer[this.at - 1];
    } else if (info === 26) {
      this.need(4);
      this.at += 4;
      return u32(this.buffer, this.at - 4);
    }
    return Number(this.argument8());
  }

  /** The argument of 8 bytes, exactly. */
  argument8() {
    this.need(8);
    this.at += 8;
    return this.buffer.readBigUInt64BE(this.at - 8);
  }

  /** The argument of a head as a bigint. */
  bigArgument(head) {
    return (head & 31) === 27 ? this.argument8() : BigInt(this.argument(head));
  }

  /** How many elements follow, of so many bytes each at least; INDEFINITE until a break. */
  length(head, leastBytes) {
    if ((head & 31) === 31) {
      return INDEFINITE;
    }
    const length = this.argument(head);
    if (length * leastBytes > this.end - this.at) {
      throw this.fail('truncated');
    }
    return length;
  }

  /** Whether a break comes next; it is read then. */
  atBreak() {
    this.need(1);
    if (this.buffer[this.at] !== 0xff) {
      return false;
    }
    this.at++;
    return true;
  }

  /** Calls `read` for each element of a container that has so many, or ends with a break. */
  each(length, read) {
    if (length === INDEFINITE) {
      while (!this.atBreak()) {
        read();
      }
    } else {
      for (let i = 0; i < length; i++) {
        read();
      }
    }
  }

  /** A text whose head was read. */
  text(head) {
    const length = this.length(head, 1);
    return length === INDEFINITE ? this.#chunks(head, true).toString('utf8') : this.textOf(length);
  }

  /** A text of so many bytes, which are there. */
  textOf(length) {
    const from = this.at;
    this.at += length;
    const short = length <= SHORT_BYTES ? shortAscii(this.buffer, from, length) : undefined;
    return short ?? this.#long(from);
  }

  #long(from) {
    this.#checkUtf8(from);
    return this.buffer.toString('utf8', from, this.at);
  }

  #checkUtf8(from) {
    if (!isUtf8(this.buffer.subarray(from, this.at))) {
      const invalid = firstInvalid(this.buffer, from, this.at);
      throw this.fail(`byte 0x${this.buffer[invalid].toString(16)} is not UTF-8`, invalid);
    }
  }

  /** A byte string whose head was read, as a copy. */
  bytes(head) {
    const length = this.length(head, 1);
    if (length === INDEFINITE) {
      return this.#chunks(head, false);
    }
    this.at += length;
    return Buffer.from(this.buffer.subarray(this.at - length, this.at));
  }

  /** Chunks are definite and of the same type; each of a text is valid by itself. */
  #chunks(outer, isText) {
    const chunks = [];
    while (!this.atBreak()) {
      const head = this.head();
      if (head >>> 5 !== outer >>> 5 || (head & 31) === 31) {
        const found = `head 0x${head.toString(16)}`;
        throw this.fail(`chunk of another type in a string of indefinite length: ${found}`, this.at - 1);
      }
      const length = this.length(head, 1);
      const from = this.at;
      this.at += length;
      if (isText) {
        this.#checkUtf8(from);
      }
      chunks.push(this.buffer.subarray(from, this.at));
    }
    return Buffer.concat(chunks);
  }
}

/** An unsigned number of 32 bits. */
export function u32(buffer, at) {
  return (buffer[at] << 24 | buffer[at + 1] << 16 | buffer[at + 2] << 8 | buffer[at + 3]) >>> 0;
}

/** The ASCII text of these bytes; undefined when they are not ASCII. */
function shortAscii(buffer, from, length) {
  if (length === 0) {
    return '';
  }
  const slot = (length * 31 + buffer[from] * 7 + buffer[from + (length >>> 1)] * 53 + buffer[from + length - 1] * 257) & (RECENT.length - 1);
  const recent = RECENT[slot];
  if (recent.length === length && isSame(recent, buffer, from)) {
    return recent;
  }
  for (let at = from; at < from + length; at++) {
    if (buffer[at] >= 0x80) {
      return undefined;
    }
  }
  const text = buffer.toString('latin1', from, from + length);
  RECENT[slot] = text;
  return text;
}

function isSame(text, buffer, from) {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[from + i]) {
      return false;
    }
  }
  return true;
}

/** Where the first sequence begins that is not UTF-8; there is one. */
function firstInvalid(buffer, from, to) {
  let at = from;
  while (at < to) {
    const length = sequenceLength(buffer[at]);
    if (length === 0 || at + length > to || !isUtf8(buffer.subarray(at, at + length))) {
      return at;
    }
    at += length;
  }
  return at;
}

function sequenceLength(first) {
  if (first < 0x80) {
    return 1;
  } else if (first < 0xc2 || first > 0xf4) {
    return 0;
  }
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
