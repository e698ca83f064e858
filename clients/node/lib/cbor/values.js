/** The types of a message that JavaScript has no value for. All immutable. */
import { Duration, Instant } from './times.js';

/** Decimal number: unscaled × 10^-scale. */
export class BigDecimal {
  constructor(unscaled, scale = 0) {
    this.unscaled = BigInt(unscaled);
    this.scale = scale;
    if (!Number.isInteger(scale) || scale < -2_147_483_648 || scale > 2_147_483_647) {
      throw new RangeError(`scale: limit=32 bits with sign, actual=${scale}`);
    }
    Object.freeze(this);
  }

  /** Reads digits with point and exponent, such as 273.15 or 1E+3. */
  static parse(text) {
    const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
    const digits = parts === null ? '' : parts[2] + (parts[3] ?? '');
    if (digits === '') {
      throw new RangeError(`not a decimal number: "${text}"`);
    }
    return new BigDecimal(BigInt((parts[1] === '-' ? '-' : '') + digits), (parts[3] ?? '').length - Number(parts[4] ?? 0));
  }

  toString() {
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
    const sign = this.unscaled < 0n ? '-' : '';
    const adjusted = digits.length - 1 - this.scale;
    if (this.scale === 0) {
      return sign + digits;
    } else if (this.scale > 0 && adjusted >= -6) {
      const padded = digits.padStart(this.scale + 1, '0');
      return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`;
    }
    const point = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${point}E${adjusted < 0 ? '' : '+'}${adjusted}`;
  }

  toJSON() {
    return this.toString();
  }
}

export class Uuid {
  #bytes;

  /** @param from a text such as 123e4567-e89b-12d3-a456-426614174000, or its 16 bytes */
  constructor(from) {
    const isText = typeof from === 'string';
    if (isText && !/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(from)) {
      throw new RangeError(`not a UUID: "${from}"`);
    }
    this.#bytes = isText ? Buffer.from(from.replaceAll('-', ''), 'hex') : Buffer.from(from);
    if (this.#bytes.length !== 16) {
      throw new RangeError(`UUID: limit=16 bytes, actual=${this.#bytes.length}`);
    }
    this.text = this.#bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    Object.freeze(this);
  }

  /** A copy of its 16 bytes. */
  bytes() {
    return Buffer.from(this.#bytes);
  }

  toString() {
    return this.text;
  }

  toJSON() {
    return this.text;
  }
}

function extent(value, what) {
  if (!(value >= 0)) {
    throw new RangeError(`${what}: limit=0 or more, actual=${value}`);
  }
  return Math.fround(value);
}

/** Coordinates of points, sizes and rectangles are 32-bit floats. */
export class Point {
  constructor(x, y) {
    this.x = Math.fround(x);
    this.y = Math.fround(y);
    Object.freeze(this);
  }
}

export class Size {
  constructor(width, height) {
    this.width = extent(width, 'width');
    this.height = extent(height, 'height');
    Object.freeze(this);
  }
}

export class Rect {
  constructor(x, y, width, height) {
    this.x = Math.fround(x);
    this.y = Math.fround(y);
    this.width = extent(width, 'width');
    this.height = extent(height, 'height');
    Object.freeze(this);
  }
}

/** A value with the type that it is to have at the other end; made by {@link V}. */
export class Typed {
  constructor(type, value) {
    this.type = type;
    this.value = value;
    Object.freeze(this);
  }
}

function integer(type, least, most) {
  return (value) => {
    const isInteger = typeof value === 'bigint' || Number.isSafeInteger(value);
    if (!isInteger || value < least || value > most) {
      throw new RangeError(`${type}: limit=${least} to ${most}, actual=${String(value)}`);
    }
    return new Typed(type, typeof least === 'bigint' ? BigInt(value) : Number(value));
  };
}

function float(type, rounded) {
  return (value) => {
    if (typeof value !== 'number') {
      throw new TypeError(`${type}: expected a number, actual=${String(value)}`);
    }
    return new Typed(type, rounded(value));
  };
}

function array(type, isElement) {
  return (values) => {
    const elements = [...values];
    const wrong = elements.findIndex((element) => !isElement(element));
    if (wrong >= 0) {
      throw new TypeError(`${type}: element ${wrong} has another type: ${String(elements[wrong])}`);
    }
    return new Typed(type, Object.freeze(elements));
  };
}

function char(value) {
  const unit = typeof value === 'string' ? value.charCodeAt(0) : value;
  if ((typeof value === 'string' && value.length !== 1) || !Number.isInteger(unit) || unit < 0 || unit > 0xffff) {
    throw new RangeError(`CHAR16: expected one UTF-16 unit, actual=${String(value)}`);
  }
  return new Typed('CHAR16', String.fromCharCode(unit));
}

function chars(value) {
  const text = typeof value === 'string' ? value : Array.from(value, (unit) => char(unit).value).join('');
  return new Typed('CHAR16_ARRAY', text);
}

function bigInteger(value) {
  return new Typed('BIG_INTEGER', BigInt(value));
}

const isA = (type) => (element) => element instanceof type;

/** Makes values of the types that JavaScript does not tell apart: `V.int8(5)`, `V.strings(['a'])`. */
export const V = Object.freeze({
  int8: integer('INT8', -128, 127),
  int16: integer('INT16', -32_768, 32_767),
  int32: integer('INT32', -2_147_483_648, 2_147_483_647),
  int64: integer('INT64', -(2n ** 63n), 2n ** 63n - 1n),
  uint8: integer('UINT8', 0, 0xff),
  uint16: integer('UINT16', 0, 0xffff),
  uint32: integer('UINT32', 0, 0xffff_ffff),
  uint64: integer('UINT64', 0n, 2n ** 64n - 1n),
  single: float('SINGLE', Math.fround),
  double: float('DOUBLE', (value) => value),
  char,
  bigInteger,
  chars,
  booleans: array('BOOLEAN_ARRAY', (element) => typeof element === 'boolean'),
  strings: array('STRING_ARRAY', (element) => typeof element === 'string'),
  instants: array('DATE_TIME_ARRAY', isA(Instant)),
  durations: array('TIME_SPAN_ARRAY', isA(Duration)),
  uuids: array('GUID_ARRAY', isA(Uuid)),
  bigIntegers: array('BIG_INTEGER_ARRAY', (element) => typeof element === 'bigint'),
  bigDecimals: array('BIG_DECIMAL_ARRAY', isA(BigDecimal)),
  points: array('POINT_ARRAY', isA(Point)),
  sizes: array('SIZE_ARRAY', isA(Size)),
  rects: array('RECT_ARRAY', isA(Rect)),
});

export { Duration, Instant };
