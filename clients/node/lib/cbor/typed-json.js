/**
 * Messages as the typed JSON of the command (docs/cli.md, "JSON and ValueSets"), in a form that any JSON library reads
 * exactly: whatever JSON does not keep apart has a tag, and numbers past 2^53, NaN, infinities and -0 are texts.
 */
import { BigDecimal, Duration, Instant, Point, Rect, Size, Typed, Uuid, V } from './values.js';

const TYPE = '$type';
const TEXT_FORMS = new Map([[Instant, 'instant'], [Duration, 'duration'], [Uuid, 'uuid'], [BigDecimal, 'bigdecimal']]);
const SHAPES = new Map([[Point, 'point'], [Size, 'size'], [Rect, 'rect']]);
const VIEWS = new Map([
  [Int16Array, 'short[]'], [Int32Array, 'int[]'], [BigInt64Array, 'long[]'], [Uint16Array, 'uint16[]'], [Uint32Array, 'uint32[]'],
  [BigUint64Array, 'uint64[]'], [Float32Array, 'float[]'], [Float64Array, 'double[]'],
]);
const TYPED = {
  INT8: 'byte', INT16: 'short', INT32: 'int', INT64: 'long', UINT8: 'uint8', UINT16: 'uint16', UINT32: 'uint32',
  UINT64: 'uint64', SINGLE: 'float', DOUBLE: 'double', CHAR16: 'char', BIG_INTEGER: 'biginteger', CHAR16_ARRAY: 'char[]',
  BOOLEAN_ARRAY: 'boolean[]', STRING_ARRAY: 'string[]', DATE_TIME_ARRAY: 'instant[]', TIME_SPAN_ARRAY: 'duration[]',
  GUID_ARRAY: 'uuid[]', BIG_INTEGER_ARRAY: 'biginteger[]', BIG_DECIMAL_ARRAY: 'bigdecimal[]', POINT_ARRAY: 'point[]',
  SIZE_ARRAY: 'size[]', RECT_ARRAY: 'rect[]',
};

// ---- writing

/** What JSON.stringify makes the typed JSON of; `exact` messages keep all their types. */
export function toTypedJson(message) {
  const entries = message instanceof Map ? [...message] : Object.entries(message);
  return objectOf(entries.map(([key, value]) => [key, written(value)]));
}

/** As JSON.parse: `__proto__` is a member like any other. */
function objectOf(entries) {
  return Object.fromEntries(entries);
}

function tag(type, value) {
  return { [TYPE]: type, value };
}

function written(value) {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return value;
  } else if (typeof value === 'number') {
    return writtenNumber(value);
  } else if (typeof value === 'bigint') {
    return tag(BigInt.asIntN(64, value) === value ? 'long' : 'biginteger', integer(value));
  } else if (value instanceof Typed) {
    return tag(TYPED[value.type], plain(value.value));
  } else if (Array.isArray(value)) {
    return tag('list', value.map(written));
  }
  return writtenObject(value);
}

function writtenNumber(value) {
  const isZero = Object.is(value, -0);
  if ((value | 0) === value && !isZero) {
    return value;
  }
  return Number.isSafeInteger(value) && !isZero ? tag('long', value) : tag('double', floating(value));
}

function writtenObject(value) {
  const type = value.constructor;
  if (value instanceof Date) {
    return tag('instant', Instant.ofDate(value).toString());
  } else if (value instanceof Uint8Array) {
    return tag('bytes', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
  } else if (VIEWS.has(type)) {
    return tag(VIEWS.get(type), Array.from(value, plain));
  } else if (TEXT_FORMS.has(type) || SHAPES.has(type)) {
    return tag(TEXT_FORMS.get(type) ?? SHAPES.get(type), plain(value));
  }
  const set = toTypedJson(value);
  return Object.hasOwn(set, TYPE) ? tag('valueset', set) : set;
}

/** The value behind a tag. */
function plain(value) {
  if (typeof value === 'bigint') {
    return integer(value);
  } else if (typeof value === 'number') {
    return floating(value);
  } else if (typeof value === 'string') {
    return value.isWellFormed() ? value : units(value);
  } else if (Array.isArray(value)) {
    return value.map(plain);
  } else if (TEXT_FORMS.has(value?.constructor)) {
    return value.toString();
  }
  return SHAPES.has(value?.constructor) ? objectOf(Object.entries(value).map(([key, of]) => [key, floating(of)])) : value;
}

function integer(value) {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function floating(value) {
  return Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? value : String(value);
}

/** Halves of surrogate pairs are no text: a char is its number, chars are a list of them. */
function units(text) {
  const numbers = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return numbers.length === 1 ? numbers[0] : numbers;
}

// ---- reading

/**
 * The message that parsed JSON describes. A number without a tag is an integer if it has no fraction: JSON.parse tells
 * 1.0 and 1 not apart.
 */
export function fromTypedJson(json) {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new TypeError('typed JSON: expected an object');
  }
  return objectOf(Object.entries(json).map(([key, value]) => [key, read(value)]));
}

function read(json) {
  if (typeof json === 'number') {
    return readNumber(json);
  } else if (Array.isArray(json)) {
    return homogeneous(json.map(read));
  } else if (json === null || typeof json !== 'object') {
    return json;
  }
  return Object.hasOwn(json, TYPE) ? READERS.get(json[TYPE])?.(json.value) ?? unknown(json[TYPE]) : fromTypedJson(json);
}

function unknown(type) {
  throw new RangeError(`typed JSON: $type: expected one of ${[...READERS.keys()].join(', ')}, actual=${JSON.stringify(type)}`);
}

function readNumber(json) {
  if (Number.isInteger(json) && !Number.isSafeInteger(json)) {
    throw new RangeError(`typed JSON: an integer past 2^53 needs a tag, and a text of its digits, actual=${json}`);
  }
  return json;
}

/** Arrays of one kind have a type of their own. */
function homogeneous(list) {
  const are = (is) => list.length > 0 && list.every(is);
  if (are((value) => Number.isSafeInteger(value))) {
    return are((value) => (value | 0) === value) ? Int32Array.from(list) : BigInt64Array.from(list, BigInt);
  } else if (are((value) => typeof value === 'number' && !Number.isInteger(value))) {
    return Float64Array.from(list);
  } else if (are((value) => typeof value === 'string')) {
    return V.strings(list);
  }
  return are((value) => typeof value === 'boolean') ? V.booleans(list) : list;
}

function readFloat(value) {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || (Number.isNaN(number) && value !== 'NaN')) {
    throw new RangeError(`typed JSON: expected a number, actual=${JSON.stringify(value)}`);
  }
  return number;
}

function readInteger(value) {
  if (!Number.isSafeInteger(value) && !(typeof value === 'string' && /^[+-]?\d+$/.test(value))) {
    throw new RangeError(`typed JSON: expected an integer, or a text of its digits, actual=${JSON.stringify(value)}`);
  }
  return BigInt(String(value).replace(/^\+/, ''));
}

function readChar(value) {
  return V.char(value).value;
}

const SCALARS = {
  byte: [readInteger, V.int8],
  short: [readInteger, V.int16, (values) => Int16Array.from(values, (value) => V.int16(value).value)],
  int: [readInteger, (value) => V.int32(value).value, (values) => Int32Array.from(values, (value) => V.int32(value).value)],
  long: [readInteger, (value) => V.int64(value).value, (values) => BigInt64Array.from(values, (value) => V.int64(value).value)],
  float: [readFloat, V.single, (values) => Float32Array.from(values)], double: [readFloat, V.double, (values) => Float64Array.from(values)],
  char: [readChar, V.char, V.chars], boolean: [(value) => value, (value) => value, V.booleans], string: [String, String, V.strings],
  instant: [Instant.parse, (value) => value, V.instants], duration: [Duration.parse, (value) => value, V.durations],
  uuid: [(value) => new Uuid(value), (value) => value, V.uuids],
  point: [({ x, y }) => new Point(readFloat(x), readFloat(y)), (value) => value, V.points],
  size: [({ width, height }) => new Size(readFloat(width), readFloat(height)), (value) => value, V.sizes],
  rect: [({ x, y, width, height }) => new Rect(...[x, y, width, height].map(readFloat)), (value) => value, V.rects],
  biginteger: [readInteger, V.bigInteger, V.bigIntegers],
  bigdecimal: [(value) => BigDecimal.parse(String(value)), (value) => value, V.bigDecimals],
  uint8: [readInteger, V.uint8],
  uint16: [readInteger, V.uint16, (values) => Uint16Array.from(values, (value) => V.uint16(value).value)],
  uint32: [readInteger, V.uint32, (values) => Uint32Array.from(values, (value) => V.uint32(value).value)],
  uint64: [readInteger, V.uint64, (values) => BigUint64Array.from(values, (value) => V.uint64(value).value)],
};

const READERS = new Map([
  ...Object.entries(SCALARS).map(([type, [parse, make]]) => [type, (value) => make(parse(value))]),
  ...Object.entries(SCALARS).filter(([, [, , array]]) => array !== undefined)
    .map(([type, [parse, , array]]) => [`${type}[]`, (value) => array([...value].map(parse))]),
  ['bytes', (value) => Buffer.from(value, 'base64')],
  ['list', (value) => value.map(read)],
  ['valueset', fromTypedJson],
]);
