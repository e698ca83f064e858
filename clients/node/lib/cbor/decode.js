/** Reads messages as docs/protocol-valueset.md says: all that Valise writes, and every other valid form of the same. */
import { INDEFINITE, Reader } from './reader.js';
import { TagReader, UNKNOWN } from './tags.js';
import { Typed } from './values.js';

const DEEPEST = 32;
/** The longest key with its head. */
const MOST_KEY_BYTES = 3 + 3 * 255;
/** Elements of typed arrays are read at this depth, where no map and no list can open. */
export const LEAF = DEEPEST + 1;

/** The types whose plain values are written as the same type again. */
const PLAIN = new Set([
  'EMPTY', 'BOOLEAN', 'STRING', 'INT32', 'INT64', 'LIST', 'VALUE_SET', 'UINT8_ARRAY', 'INT16_ARRAY', 'INT32_ARRAY',
  'INT64_ARRAY', 'UINT16_ARRAY', 'UINT32_ARRAY', 'UINT64_ARRAY', 'SINGLE_ARRAY', 'DOUBLE_ARRAY', 'DATE_TIME', 'TIME_SPAN',
  'GUID', 'POINT', 'SIZE', 'RECT', 'BIG_DECIMAL',
]);

/**
 * Reads bytes that are one message and nothing else.
 *
 * @param options exact: values of a type that JavaScript has no value for are Typed, so that encode() writes the same
 */
export function decode(bytes, { exact = false } = {}) {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new Decoder();
  decoder.in.reset(buffer, 0, buffer.length);
  const message = decoder.message(exact);
  if (decoder.in.at < buffer.length) {
    throw decoder.in.fail(`limit=0 bytes after the message, actual=${buffer.length - decoder.in.at}`);
  }
  return message;
}

const NOTHING = Buffer.alloc(0);

/** Reads one message after the other. */
export class Decoder {
  constructor() {
    this.in = new Reader(NOTHING);
    this.tags = new TagReader(this.in, this);
    this.exact = false;
    /** The type of the value that was read last. */
    this.type = 'EMPTY';
  }

  /** One message from where the reader is; what follows it is not read. */
  message(exact) {
    this.exact = exact;
    this.in.start = this.in.at;
    let head = this.in.head();
    while (head >>> 5 === 6) {
      this.in.argument(head);
      head = this.in.head();
    }
    if (head >>> 5 !== 5) {
      throw this.in.fail(`a ValueSet is a map: head 0x${head.toString(16)}`, this.in.at - 1);
    }
    return this.#map(head, 1);
  }

  /** The next value, as the application sees it; depth is the number of maps and lists that are open. */
  value(depth) {
    const value = this.raw(depth);
    return this.exact ? this.shown(value, this.type) : value;
  }

  /** A value as the application sees it. */
  shown(value, type) {
    if (!this.exact || PLAIN.has(type)) {
      return value;
    }
    return new Typed(type, Array.isArray(value) ? Object.freeze(value) : value);
  }

  /** The next value; its type is in `type`. */
  raw(depth) {
    let head = this.in.head();
    while (head >>> 5 === 6) {
      const value = this.tags.value(this.in.bigArgument(head), depth);
      if (value !== UNKNOWN) {
        return value;
      }
      head = this.in.head();
    }
    switch (head >>> 5) {
      case 0:
      case 1:
        return this.#integer(head);
      case 2:
        this.type = 'UINT8_ARRAY';
        return this.in.bytes(head);
      case 3:
        this.type = 'STRING';
        return this.in.text(head);
      case 4:
        return this.#list(head, depth + 1);
      case 5:
        return this.#map(head, depth + 1);
      default:
        return this.#simple(head);
    }
  }

  /** The width of the argument tells the type; what it cannot hold has the next wider one. */
  #integer(head) {
    const info = head & 31;
    const negative = head >>> 5 === 1;
    if (info === 27) {
      const argument = this.in.argument8();
      this.type = argument >> 63n === 0n ? 'INT64' : 'BIG_INTEGER';
      return negative ? ~argument : argument;
    }
    const argument = this.in.argument(head);
    if (info === 26 && argument > 0x7fff_ffff) {
      this.type = 'INT64';
      return negative ? ~BigInt(argument) : BigInt(argument);
    }
    this.type = info < 24 || info === 26 ? 'INT32' : narrow(info, argument);
    return negative ? -1 - argument : argument;
  }

  #simple(head) {
    const number = readFloat(this.in, head);
    if (number !== undefined) {
      this.type = head === 0xfb ? 'DOUBLE' : 'SINGLE';
      return number;
    }
    switch (head) {
      case 0xf4:
      case 0xf5:
        this.type = 'BOOLEAN';
        return head === 0xf5;
      case 0xf6:
      case 0xf7:
        this.type = 'EMPTY';
        return null;
      case 0xff:
        throw this.in.fail('break outside of an item of indefinite length', this.in.at - 1);
      default:
        throw this.in.fail(`simple value ${this.in.argument(head)} has no counterpart`);
    }
  }

  #list(head, depth) {
    this.#checkDepth(depth);
    const list = [];
    this.in.each(this.in.length(head, 1), () => list.push(this.value(depth)));
    this.type = 'LIST';
    return list;
  }

  #checkDepth(depth) {
    if (depth > LEAF) {
      throw this.in.fail('a map or list inside a typed array', this.in.at - 1);
    } else if (depth > DEEPEST) {
      throw this.in.fail(`nested maps and arrays: limit=${DEEPEST} levels, actual=${depth}`, this.in.at - 1);
    }
  }

  #map(head, depth) {
    this.#checkDepth(depth);
    const map = {};
    const length = this.in.length(head, 2);
    for (let i = 0; length === INDEFINITE ? !this.in.atBreak() : i < length; i++) {
      const key = this.#key();
      const value = this.value(depth);
      if (map[key] !== undefined && Object.hasOwn(map, key)) { // no value is undefined
        throw this.in.fail(`key ${JSON.stringify(key)} is there twice, the second time before this byte`);
      }
      set(map, key, value);
    }
    this.type = 'VALUE_SET';
    return map;
  }

  #key() {
    const at = this.in.at;
    const head = this.in.head();
    if (head >>> 5 !== 3) {
      throw this.in.fail(`key is not text: head 0x${head.toString(16)}`, at);
    }
    const key = this.in.text(head);
    if (key.length < 1 || key.length > 255) {
      const isLong = this.in.at - at > MOST_KEY_BYTES;
      const where = head !== 0x7f && (isLong || key === '') ? at : this.in.at;
      throw this.in.fail(`key: limit=1 to 255 chars, actual=${key.length}`, where);
    }
    return key;
  }
}

/** As JSON.parse: `__proto__` is a member like any other. */
function set(map, key, value) {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key] = value;
  }
}

function narrow(info, argument) {
  if (info === 24 && argument < 0x80) {
    return 'INT8';
  }
  return info === 24 || argument < 0x8000 ? 'INT16' : 'INT32';
}

/** The float whose head was read; undefined for another head. */
export function readFloat(input, head) {
  switch (head) {
    case 0xf9:
      return half(input.argument(head));
    case 0xfa:
      input.need(4);
      input.at += 4;
      return input.buffer.readFloatBE(input.at - 4);
    case 0xfb:
      input.need(8);
      input.at += 8;
      return input.buffer.readDoubleBE(input.at - 8);
    default:
      return undefined;
  }
}

/** A 16-bit float (IEEE 754 binary16). */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  } else if (exponent === 31) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
