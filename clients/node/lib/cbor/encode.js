/** Writes messages as docs/protocol-valueset.md says. */
import { BigDecimal, Duration, Instant, Point, Rect, Size, Typed, Uuid } from './values.js';
import { Writer } from './writer.js';

const DEEPEST = 32;
const TYPED = 0x56530000;
const BYTES = 0x40, ARRAY = 0x80, MAP = 0xa0;
/** The units of CHAR16_ARRAY. */
const UTF16_LE = 69;

/** The bytes of a message, a plain object or a Map. */
export function encode(message) {
  const out = new Writer();
  writeMessage(out, message);
  return out.take();
}

/** Appends a message to what was written. */
export function writeMessage(out, message) {
  if (!isMap(message)) {
    throw new TypeError(`message: expected a plain object or a Map, actual=${describe(message)}`);
  }
  writeMap(out, message, 1);
}

function isMap(value) {
  if (value === null || typeof value !== 'object') {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || value instanceof Map;
}

function writeMap(out, map, depth) {
  checkDepth(depth);
  if (map instanceof Map) {
    out.head(MAP, map.size);
    map.forEach((value, key) => writePair(out, key, value, depth));
    return;
  }
  const keys = Object.keys(map);
  out.head(MAP, keys.length);
  for (const key of keys) {
    writePair(out, key, map[key], depth);
  }
}

function writePair(out, key, value, depth) {
  if (typeof key !== 'string' || key.length < 1 || key.length > 255) {
    throw new RangeError(`key: limit=a text of 1 to 255 UTF-16 units, actual=${describe(key)}`);
  }
  out.text(key);
  writeValue(out, value, depth, key);
}

function checkDepth(depth) {
  if (depth > DEEPEST) {
    throw new RangeError(`nested maps and lists: limit=${DEEPEST} levels, actual=more`);
  }
}

function writeValue(out, value, depth, key) {
  switch (typeof value) {
    case 'string':
      return out.text(value);
    case 'number':
      return writeNumber(out, value);
    case 'boolean':
      return out.byte(value ? 0xf5 : 0xf4);
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? out.integer8(value) : writeBig(out, value);
    case 'object':
      return value === null ? out.byte(0xf6) : writeObject(out, value, depth, key);
    default:
      throw new TypeError(`key ${JSON.stringify(key)}: a message has no value for ${describe(value)}`);
  }
}

/** 32-bit integer, else 64-bit integer while a number holds it exactly, else 64-bit float. */
function writeNumber(out, value) {
  if ((value | 0) === value && !Object.is(value, -0)) {
    writeInt32(out, value);
  } else if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    out.integer8(BigInt(value));
  } else {
    out.double(value);
  }
}

function writeInt32(out, value) {
  const major = value < 0 ? 0x20 : 0;
  const argument = value < 0 ? ~value : value;
  if (argument < 24) {
    out.byte(major | argument);
  } else {
    out.head4(major, argument);
  }
}

function writeObject(out, value, depth, key) {
  if (Array.isArray(value)) {
    checkDepth(depth + 1);
    out.head(ARRAY, value.length);
    for (const element of value) {
      writeValue(out, element, depth + 1, key);
    }
  } else if (ArrayBuffer.isView(value)) {
    writeView(out, value);
  } else if (isMap(value)) {
    writeMap(out, value, depth + 1);
  } else if (value instanceof Typed) {
    writeTyped(out, value);
  } else {
    writeScalarObject(out, value, key);
  }
}

function writeScalarObject(out, value, key) {
  if (value instanceof Instant) {
    writeTime(out, 1001, value);
  } else if (value instanceof Date) {
    writeTime(out, 1001, Instant.ofDate(value));
  } else if (value instanceof Duration) {
    writeTime(out, 1002, value);
  } else if (value instanceof Uuid) {
    writeUuid(out, value);
  } else if (value instanceof BigDecimal) {
    writeDecimal(out, value);
  } else if (value instanceof Point) {
    writeShape(out, 17, [value.x, value.y]);
  } else if (value instanceof Size) {
    writeShape(out, 18, [value.width, value.height]);
  } else if (value instanceof Rect) {
    writeShape(out, 19, [value.x, value.y, value.width, value.height]);
  } else {
    throw new TypeError(`key ${JSON.stringify(key)}: a message has no value for ${describe(value)}`);
  }
}

/** RFC 8746 tags: of unsigned numbers big-endian, else little-endian; byte arrays are byte strings. */
const VIEW_TAGS = new Map([
  [Int8Array, 72],
  [Int16Array, 77],
  [Int32Array, 78],
  [BigInt64Array, 79],
  [Uint16Array, 65],
  [Uint32Array, 66],
  [BigUint64Array, 67],
  [Float32Array, 85],
  [Float64Array, 86],
]);

function writeView(out, view) {
  if (view instanceof Uint8Array || view instanceof Uint8ClampedArray) {
    out.head(BYTES, view.byteLength);
    out.raw(view);
    return;
  }
  const tag = VIEW_TAGS.get(view.constructor);
  if (tag === undefined) {
    throw new TypeError(`array: a message has no value for ${describe(view)}`);
  }
  writeElements(out, tag, view);
}

/** The low five bits of a tag tell the form of the elements: the third of them little-endian. */
function writeElements(out, tag, view) {
  out.tag(tag);
  out.head(BYTES, view.byteLength);
  out.elements(view, (tag & 4) === 0);
}

function typeTag(out, number) {
  out.tag(TYPED + number);
}

const TYPED_WRITERS = {
  INT8: (out, value) => out.head1(value < 0 ? 0x20 : 0, value < 0 ? ~value : value),
  INT16: (out, value) => out.head2(value < 0 ? 0x20 : 0, value < 0 ? ~value : value),
  INT32: writeInt32,
  INT64: (out, value) => out.integer8(value),
  UINT8: (out, value) => {
    typeTag(out, 1);
    out.head1(0, value);
  },
  UINT16: (out, value) => {
    typeTag(out, 3);
    out.head2(0, value);
  },
  UINT32: (out, value) => {
    typeTag(out, 5);
    out.head4(0, value);
  },
  UINT64: (out, value) => {
    typeTag(out, 7);
    out.head8(0, value);
  },
  SINGLE: (out, value) => out.single(value),
  DOUBLE: (out, value) => out.double(value),
  CHAR16: (out, value) => {
    typeTag(out, 10);
    out.head2(0, value.charCodeAt(0));
  },
  BIG_INTEGER: writeBig,
  CHAR16_ARRAY: (out, value) => {
    typeTag(out, 0x40a);
    writeElements(out, UTF16_LE, Uint16Array.from({ length: value.length }, (_, at) => value.charCodeAt(at)));
  },
  BOOLEAN_ARRAY: elements(0x40b, (out, value) => out.byte(value ? 0xf5 : 0xf4)),
  STRING_ARRAY: elements(0x40c, (out, value) => out.text(value)),
  DATE_TIME_ARRAY: elements(0x40e, (out, value) => writeTime(out, 1001, value)),
  TIME_SPAN_ARRAY: elements(0x40f, (out, value) => writeTime(out, 1002, value)),
  GUID_ARRAY: elements(0x410, writeUuid),
  POINT_ARRAY: floats(0x411, (value) => [value.x, value.y]),
  SIZE_ARRAY: floats(0x412, (value) => [value.width, value.height]),
  RECT_ARRAY: floats(0x413, (value) => [value.x, value.y, value.width, value.height]),
  BIG_INTEGER_ARRAY: elements(0x481, writeBig),
  BIG_DECIMAL_ARRAY: elements(0x482, writeDecimal),
};

function writeTyped(out, typed) {
  TYPED_WRITERS[typed.type](out, typed.value);
}

function elements(number, write) {
  return (out, values) => {
    typeTag(out, number);
    out.head(ARRAY, values.length);
    for (const value of values) {
      write(out, value);
    }
  };
}

function floats(number, coordinates) {
  return (out, values) => {
    typeTag(out, number);
    writeView(out, Float32Array.from(values.flatMap(coordinates)));
  };
}

function writeShape(out, number, coordinates) {
  typeTag(out, number);
  out.head(ARRAY, coordinates.length);
  coordinates.forEach((coordinate) => out.single(coordinate));
}

function writeTime(out, tag, time) {
  out.tag(tag);
  out.byte(MAP | 2);
  out.byte(1);
  out.integer8(time.seconds);
  out.byte(0x28);
  out.head4(0, time.nanos);
}

function writeUuid(out, uuid) {
  out.tag(37);
  out.head(BYTES, 16);
  out.raw(uuid.bytes());
}

function writeBig(out, value) {
  out.byte(value < 0n ? 0xc3 : 0xc2);
  const magnitude = value < 0n ? ~value : value;
  const digits = magnitude === 0n ? '' : magnitude.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  out.head(BYTES, bytes.length);
  out.raw(bytes);
}

function writeDecimal(out, decimal) {
  out.tag(4);
  out.head(ARRAY, 2);
  out.shortest(BigInt(-decimal.scale));
  if (BigInt.asIntN(64, decimal.unscaled) === decimal.unscaled) {
    out.shortest(decimal.unscaled);
  } else {
    writeBig(out, decimal.unscaled);
  }
}

function describe(value) {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `${typeof value} ${String(value)}`.slice(0, 60);
  }
  return `an object of ${value.constructor?.name ?? 'no class'}`;
}
