/** Messages and their values. */

/** A value that can be sent; what has no type of its own in JavaScript is made by {@link V}. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Instant
  | Duration
  | Uuid
  | BigDecimal
  | Point
  | Size
  | Rect
  | Typed
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array
  | readonly Value[]
  | Message;

export type Message = { readonly [key: string]: Value } | ReadonlyMap<string, Value>;

/** A message that was received: a plain object. */
export type Received = { [key: string]: any };

export type ValueType =
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'SINGLE'
  | 'DOUBLE'
  | 'CHAR16'
  | 'BIG_INTEGER'
  | 'CHAR16_ARRAY'
  | 'BOOLEAN_ARRAY'
  | 'STRING_ARRAY'
  | 'DATE_TIME_ARRAY'
  | 'TIME_SPAN_ARRAY'
  | 'GUID_ARRAY'
  | 'BIG_INTEGER_ARRAY'
  | 'BIG_DECIMAL_ARRAY'
  | 'POINT_ARRAY'
  | 'SIZE_ARRAY'
  | 'RECT_ARRAY';

/** A value with the type that it is to have at the other end. Immutable. */
export class Typed<T = unknown> {
  private constructor(type: ValueType, value: T);
  readonly type: ValueType;
  readonly value: T;
}

/** Each throws RangeError or TypeError for a value that the type cannot hold. */
export const V: {
  readonly int8: (value: number | bigint) => Typed<number>;
  readonly int16: (value: number | bigint) => Typed<number>;
  readonly int32: (value: number | bigint) => Typed<number>;
  readonly int64: (value: number | bigint) => Typed<bigint>;
  readonly uint8: (value: number | bigint) => Typed<number>;
  readonly uint16: (value: number | bigint) => Typed<number>;
  readonly uint32: (value: number | bigint) => Typed<number>;
  readonly uint64: (value: number | bigint) => Typed<bigint>;
  /** Rounded to 32 bits. */
  readonly single: (value: number) => Typed<number>;
  readonly double: (value: number) => Typed<number>;
  /** One UTF-16 unit, half a surrogate pair too. */
  readonly char: (value: string | number) => Typed<string>;
  readonly bigInteger: (value: number | bigint) => Typed<bigint>;
  readonly chars: (value: string | Iterable<string | number>) => Typed<string>;
  readonly booleans: (values: Iterable<boolean>) => Typed<readonly boolean[]>;
  readonly strings: (values: Iterable<string>) => Typed<readonly string[]>;
  readonly instants: (values: Iterable<Instant>) => Typed<readonly Instant[]>;
  readonly durations: (values: Iterable<Duration>) => Typed<readonly Duration[]>;
  readonly uuids: (values: Iterable<Uuid>) => Typed<readonly Uuid[]>;
  readonly bigIntegers: (values: Iterable<bigint>) => Typed<readonly bigint[]>;
  readonly bigDecimals: (values: Iterable<BigDecimal>) => Typed<readonly BigDecimal[]>;
  readonly points: (values: Iterable<Point>) => Typed<readonly Point[]>;
  readonly sizes: (values: Iterable<Size>) => Typed<readonly Size[]>;
  readonly rects: (values: Iterable<Rect>) => Typed<readonly Rect[]>;
};

/** A point in time, with nanoseconds. Immutable. */
export class Instant {
  /** @param seconds since 1970, rounded down @param nanos 0 to 999,999,999, added */
  constructor(seconds: number | bigint, nanos?: number);
  static ofDate(date: Date): Instant;
  /** ISO 8601 with an offset. */
  static parse(text: string): Instant;
  readonly seconds: bigint;
  readonly nanos: number;
  /** Rounded down to the millisecond. */
  toDate(): Date;
  toString(): string;
  toJSON(): string;
}

/** A length of time, with nanoseconds. Immutable. */
export class Duration {
  constructor(seconds: number | bigint, nanos?: number);
  /** ISO 8601 of days, hours, minutes and seconds. */
  static parse(text: string): Duration;
  static ofMillis(millis: number): Duration;
  readonly seconds: bigint;
  readonly nanos: number;
  toMillis(): number;
  toString(): string;
  toJSON(): string;
}

/** unscaled × 10^-scale. Immutable. */
export class BigDecimal {
  constructor(unscaled: number | bigint, scale?: number);
  static parse(text: string): BigDecimal;
  readonly unscaled: bigint;
  readonly scale: number;
  toString(): string;
  toJSON(): string;
}

export class Uuid {
  /** @param from its text, or its 16 bytes */
  constructor(from: string | Uint8Array);
  readonly text: string;
  bytes(): Uint8Array;
  toString(): string;
  toJSON(): string;
}

/** Coordinates are 32-bit floats. */
export class Point {
  constructor(x: number, y: number);
  readonly x: number;
  readonly y: number;
}

export class Size {
  constructor(width: number, height: number);
  readonly width: number;
  readonly height: number;
}

export class Rect {
  constructor(x: number, y: number, width: number, height: number);
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The bytes of a message. */
export function encode(message: Message): Uint8Array;

/**
 * Reads bytes that are one message.
 *
 * @param options exact: see {@link EndOptions.exact}
 * @throws IpcError PROTOCOL_ERROR with the offset, when they are none
 */
export function decode(bytes: Uint8Array, options?: { exact?: boolean }): Received;

/**
 * What JSON.stringify writes as the typed JSON of the `ipc` command: whatever JSON does not keep apart has a tag, and what
 * JSON libraries do not read exactly is a text.
 */
export function toTypedJson(message: Message): { [key: string]: unknown };

/** The message that parsed typed JSON describes; a number without a tag and without a fraction is an integer. */
export function fromTypedJson(json: { readonly [key: string]: unknown }): { [key: string]: Value };
