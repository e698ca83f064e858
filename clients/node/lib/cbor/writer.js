import os from 'node:os';

const BIG_ENDIAN_MACHINE = os.endianness() === 'BE';
const FIRST_BYTES = 512;
const NOTHING = Buffer.alloc(0);
/** A new buffer is twice as long as the one before, up to this. */
const LONG_BYTES = 65_536;
/** The head of a shorter text has one byte. */
const SHORT_CHARS = 24;

/** Bytes that grow as CBOR items and numbers of frames are appended. What was taken out is not written again before `rewind`. */
export class Writer {
  /** What was taken out last of the beginning of the buffer. */
  #first = NOTHING;

  constructor() {
    this.buffer = Buffer.allocUnsafe(FIRST_BYTES);
    this.at = 0;
    /** Where begins what was not taken out. */
    this.from = 0;
  }

  /** How many bytes wait to be taken out. */
  get length() {
    return this.at - this.from;
  }

  /** Takes out what was written. */
  take() {
    const bytes = this.from === 0 && this.#first.length === this.at ? this.#first : this.buffer.subarray(this.from, this.at);
    if (this.from === 0) {
      this.#first = bytes;
    }
    if (this.buffer.length > LONG_BYTES) {
      this.buffer = Buffer.allocUnsafe(FIRST_BYTES);
      this.#first = NOTHING;
      this.at = 0;
    }
    this.from = this.at;
    return bytes;
  }

  /** All that was taken out is used up: its place is written again. */
  rewind() {
    this.at = 0;
    this.from = 0;
  }

  /** Forgets all but the first bytes of what was written. */
  cut(length) {
    this.at = this.from + length;
  }

  need(bytes) {
    if (this.at + bytes > this.buffer.length) {
      this.#grow(bytes);
    }
  }

  /** Goes on in another buffer: the parts of this one that were taken out may be in use. */
  #grow(bytes) {
    const { from, length } = this;
    const longer = Buffer.allocUnsafeSlow(Math.max(Math.min(2 * this.buffer.length, LONG_BYTES), 2 * (length + bytes)));
    this.buffer.copy(longer, 0, from, this.at);
    this.buffer = longer;
    this.#first = NOTHING;
    this.at = length;
    this.from = 0;
  }

  byte(value) {
    this.need(1);
    this.buffer[this.at++] = value;
  }

  u16(value) {
    this.need(2);
    const { buffer, at } = this;
    buffer[at] = value >>> 8;
    buffer[at + 1] = value;
    this.at = at + 2;
  }

  u32(value) {
    this.need(4);
    this.put32(this.at, value);
    this.at += 4;
  }

  /** Writes a number of 32 bits at a place that was written before. */
  put32(at, value) {
    const { buffer } = this;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
  }

  u64(value) {
    this.need(8);
    this.at = this.buffer.writeBigUInt64BE(value, this.at);
  }

  raw(bytes) {
    this.need(bytes.byteLength);
    this.buffer.set(bytes, this.at);
    this.at += bytes.byteLength;
  }

  /** The elements of a typed array. */
  elements(view, bigEndian) {
    this.raw(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    if (bigEndian !== BIG_ENDIAN_MACHINE && view.BYTES_PER_ELEMENT > 1) {
      const written = this.buffer.subarray(this.at - view.byteLength, this.at);
      written[`swap${view.BYTES_PER_ELEMENT * 8}`]();
    }
  }

  /** The shortest head. */
  head(major, argument) {
    if (argument < 24) {
      this.byte(major | argument);
    } else if (argument <= 0xff) {
      this.head1(major, argument);
    } else if (argument <= 0xffff) {
      this.head2(major, argument);
    } else if (argument <= 0xffff_ffff) {
      this.head4(major, argument);
    } else {
      this.head8(major, BigInt(argument));
    }
  }

  head1(major, argument) {
    this.byte(major | 24);
    this.byte(argument);
  }

  head2(major, argument) {
    this.byte(major | 25);
    this.u16(argument);
  }

  head4(major, argument) {
    this.need(5);
    this.buffer[this.at] = major | 26;
    this.put32(this.at + 1, argument);
    this.at += 5;
  }

  head8(major, argument) {
    this.byte(major | 27);
    this.u64(argument);
  }

  tag(number) {
    this.head(0xc0, number);
  }

  /** An integer of 64 bits with sign, with an argument of 8 bytes. */
  integer8(value) {
    this.head8(value < 0n ? 0x20 : 0, value < 0n ? ~value : value);
  }

  /** An integer of 64 bits with sign, with its shortest head. */
  shortest(value) {
    const argument = value < 0n ? ~value : value;
    const major = value < 0n ? 0x20 : 0;
    if (argument <= 0xffff_ffffn) {
      this.head(major, Number(argument));
    } else {
      this.head8(major, argument);
    }
  }

  single(value) {
    this.byte(0xfa);
    this.need(4);
    this.at = this.buffer.writeFloatBE(value, this.at);
  }

  double(value) {
    this.need(9);
    this.buffer[this.at] = 0xfb;
    this.at = this.buffer.writeDoubleBE(value, this.at + 1);
  }

  text(value) {
    if (value.length < SHORT_CHARS && this.#shortAscii(value, 0x60)) {
      return;
    } else if (!value.isWellFormed()) {
      throw new RangeError(`text: half a surrogate pair in ${JSON.stringify(value.slice(0, 40))}`);
    }
    const length = Buffer.byteLength(value);
    this.head(0x60, length);
    this.utf8(value, length);
  }

  /** A text that is so many bytes long, without a head. */
  utf8(value, length) {
    this.need(length);
    this.at += this.buffer.write(value, this.at, length, 'utf8');
  }

  /** A short text of ASCII with its length in one byte; answers false, and writes nothing, for any other. */
  counted(value) {
    return value.length < SHORT_CHARS && this.#shortAscii(value, 0);
  }

  /** Writes a text with a head of one byte if it is ASCII: most are, and a call of native code costs more. */
  #shortAscii(value, major) {
    const { length } = value;
    this.need(1 + length);
    const { buffer, at } = this;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) {
        return false;
      }
      buffer[at + 1 + i] = unit;
    }
    buffer[at] = major | length;
    this.at = at + 1 + length;
    return true;
  }
}
