/** The text that the vectors give for a value: Java's String.valueOf, Arrays.toString for arrays. */
import { Typed } from '../../lib/index.js';

export function javaText(value, nested = false) {
  if (value instanceof Typed) {
    return typed(value.type, value.value);
  } else if (value instanceof Float32Array) {
    return list(value, single);
  } else if (value instanceof Float64Array) {
    return list(value, decimal);
  } else if (value instanceof Uint8Array) {
    return list(new Int8Array(value), String);
  } else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return list(value, (element) => javaText(element, true));
  } else if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value).map(([key, of]) => `${key}=${nested ? quoted(of) : javaText(of, true)}`).join(', ')}}`;
  }
  return shape(value);
}

function quoted(value) {
  return typeof value === 'string' ? JSON.stringify(value) : javaText(value, true);
}

/** The type that the vectors give for a value read exactly. */
export function typeOf(value) {
  if (value instanceof Typed) {
    return value.type;
  }
  const byClass = {
    Buffer: 'UINT8_ARRAY', Int16Array: 'INT16_ARRAY', Int32Array: 'INT32_ARRAY', BigInt64Array: 'INT64_ARRAY',
    Uint16Array: 'UINT16_ARRAY', Uint32Array: 'UINT32_ARRAY', BigUint64Array: 'UINT64_ARRAY',
    Float32Array: 'SINGLE_ARRAY', Float64Array: 'DOUBLE_ARRAY', Instant: 'DATE_TIME', Duration: 'TIME_SPAN', Uuid: 'GUID',
    Point: 'POINT', Size: 'SIZE', Rect: 'RECT', BigDecimal: 'BIG_DECIMAL', Array: 'LIST', Object: 'VALUE_SET',
  };
  const byKind = { string: 'STRING', boolean: 'BOOLEAN', number: 'INT32', bigint: 'INT64' };
  return value === null ? 'EMPTY' : byKind[typeof value] ?? byClass[value.constructor.name];
}

function typed(type, value) {
  const element = { DOUBLE: decimal, SINGLE: single }[type] ?? javaText;
  return type.endsWith('_ARRAY') ? list(value, javaText) : element(value);
}

function list(values, element) {
  return `[${Array.from(values, element).join(', ')}]`;
}

function shape(value) {
  const names = value === null ? [] : { Point: ['x', 'y'], Size: ['width', 'height'], Rect: ['x', 'y', 'width', 'height'] }[
    value.constructor.name] ?? [];
  return names.length === 0
    ? String(value)
    : `${value.constructor.name}[${names.map((name) => `${name}=${single(value[name])}`).join(', ')}]`;
}

function decimal(value) {
  return withExponent(value, String(Math.abs(value)), value.toExponential());
}

/** The shortest digits that are this 32-bit float. */
function single(value) {
  let precision = 1;
  while (Number.isFinite(value) && Math.fround(Number(value.toPrecision(precision))) !== value) {
    precision++;
  }
  const short = Number.isFinite(value) ? Number(value.toPrecision(precision)) : value;
  return withExponent(value, String(Math.abs(short)), short.toExponential());
}

function withExponent(value, plain, exponential) {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (!Number.isFinite(value)) {
    return String(value);
  } else if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits, exponent] = exponential.replace('-', value < 0 ? '' : '-').split('e');
    return `${sign}${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
  }
  return `${sign}${plain.includes('.') ? plain : `${plain}.0`}`;
}
