import { Typed } from '../../lib/index.js';

/** The type that the vectors give for a value. */
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
