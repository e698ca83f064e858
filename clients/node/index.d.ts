/** Client and server for Valise over pipe: and loopback:. README.md tells what is what. */

export type Status =
  | 'OK'
  | 'ENDPOINT_NOT_FOUND'
  | 'SERVICE_NOT_FOUND'
  | 'ACCESS_DENIED'
  | 'AUTHENTICATION_FAILED'
  | 'VERSION_MISMATCH'
  | 'MESSAGE_TOO_LARGE'
  | 'RESOURCE_EXHAUSTED'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'HANDLER_FAILED'
  | 'CONNECTION_CLOSED'
  | 'PEER_DIED'
  | 'PROTOCOL_ERROR'
  | 'TYPE_MISMATCH'
  | 'ADDRESS_IN_USE'
  | 'UNSUPPORTED';

/** All statuses, by their number in a frame. */
export const STATUSES: readonly Status[];

/** What is known of a call that failed: never sent, refused before any handler saw it, or it may have run. */
export type Delivery = 'NOT_SENT' | 'REJECTED' | 'UNKNOWN';

export class IpcError extends Error {
  constructor(status: Status, message: string, delivery?: Delivery, options?: ErrorOptions);
  readonly status: Status;
  /** NOT_SENT and REJECTED are safe to repeat. */
  readonly delivery: Delivery;
  /** The message without the status before it. */
  readonly reason: string;
}

// ---- messages

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
  bytes(): Buffer;
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
export function encode(message: Message): Buffer;

/**
 * Reads bytes that are one message.
 *
 * @param options exact: see {@link EndOptions.exact}
 * @throws IpcError PROTOCOL_ERROR with the offset, when they are none
 */
export function decode(bytes: Uint8Array, options?: { exact?: boolean }): Received;

// ---- handlers

/** What a handler is told besides the message. */
export interface Call {
  readonly service: string;
  readonly metadata: Received;
  /** To call the caller back. */
  readonly connection: Connection;
  /** How many milliseconds the caller still waits; undefined when it waits without limit. */
  readonly remaining: number | undefined;
  /** Aborted when the peer gives up, or the connection ends. */
  readonly signal: AbortSignal;
}

export interface ReceivedEvent {
  readonly name: string;
  readonly connection: Connection;
}

/** Nothing is the empty reply. An IpcError is answered with its status, any other error with HANDLER_FAILED. */
export type ServiceHandler = (message: Received, call: Call) => Message | void | PromiseLike<Message | void>;

/** Such as a generator function. One item is taken ahead of what the peer has asked for. */
export type StreamHandler = (
  message: Received,
  call: Call,
) => AsyncIterable<Message> | Iterable<Message> | PromiseLike<AsyncIterable<Message> | Iterable<Message>>;

/** The events of a connection are handled one at a time, in their order: the next one waits for the promise. */
export type EventHandler = (message: Received, event: ReceivedEvent) => unknown;

/** What both ends can be given. */
export interface EndOptions {
  services?: { readonly [name: string]: ServiceHandler };
  streams?: { readonly [name: string]: StreamHandler };
  events?: { readonly [name: string]: EventHandler };
  /** What this process calls itself; the name of its script unless said otherwise. */
  application?: string;
  /** The longest message that this end takes, in bytes, 4,096 to 1,073,741,824; 16 MiB unless said otherwise. */
  maxMessageBytes?: number;
  /** How long requests of this end wait for their replies, in milliseconds, or Infinity; 30 s unless said otherwise. */
  requestTimeout?: number;
  /** Messages are read so that encode() writes the same types: values that JavaScript has no type for are Typed. */
  exact?: boolean;
  /** Is told of errors that have no caller, such as those of event handlers; without it they are process warnings. */
  onError?: (error: unknown, where: string) => void;
}

// ---- connections

export interface RequestOptions {
  /** In milliseconds, or Infinity. */
  timeout?: number;
  signal?: AbortSignal;
  metadata?: Message;
}

export interface StreamOptions {
  /** How many items the peer may be ahead of the iteration; 32 unless said otherwise. */
  window?: number;
  signal?: AbortSignal;
  metadata?: Message;
}

export interface Peer {
  readonly pid?: number;
  readonly application?: string;
  readonly protocolVersion?: number;
}

/** CONNECTION_CLOSED: in good order. PEER_DIED: without a word. Another status: what was wrong. */
export interface CloseReason {
  readonly status: Status;
  readonly byPeer: boolean;
  readonly detail: string;
}

/** Alike at both ends. */
export interface Connection {
  /** The address, with the transport that was taken. */
  readonly endpoint: string;
  /** What the peer says of itself: proof of nothing. */
  readonly peer: Peer;
  /** Whether new calls can be made. */
  readonly isOpen: boolean;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<CloseReason>;
  /** Rejects with IpcError, or with TypeError or RangeError for a message that cannot be sent. */
  request(service: string, message?: Message, options?: RequestOptions): Promise<Received>;
  /** Opened by the first next(). Leaving the loop ends it at the peer. */
  stream(service: string, message?: Message, options?: StreamOptions): AsyncIterableIterator<Received>;
  /** Sends an event; resolves when there is room for more. */
  send(event: string, message?: Message): Promise<void>;
  service(name: string, handler: ServiceHandler): this;
  streamService(name: string, handler: StreamHandler): this;
  onEvent(name: string, handler: EventHandler): this;
  /** Takes no new calls; resolves to whether what was taken was answered within so many milliseconds. */
  drain(grace: number): Promise<boolean>;
  /** Closes it; with a grace in milliseconds, answers first what was taken. Resolves when the socket is closed. */
  close(options?: { grace?: number }): Promise<void>;
}

export interface ConnectOptions extends EndOptions {
  /** How long connecting may take, in milliseconds; 5 s unless said otherwise. */
  timeout?: number;
  signal?: AbortSignal;
}

/** Connects to pipe:NAME, loopback:NAME, or any:NAME, which is the first of them on which a server answers. */
export function connect(endpoint: string, options?: ConnectOptions): Promise<Connection>;

export interface ServeOptions extends EndOptions {
  onConnect?: (connection: Connection) => void;
  onDisconnect?: (connection: Connection, reason: CloseReason) => void;
}

export interface Server {
  /** The addresses, none of them any:. */
  readonly endpoints: string[];
  readonly connections: Connection[];
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  /** Sends an event to all connections, without waiting; a client for which 64 MiB wait is disconnected. */
  broadcast(event: string, message?: Message): void;
  /** Answers what was taken, and closes; resolves to whether all was answered within so many milliseconds. */
  shutdown(grace: number): Promise<boolean>;
  /** Closes all connections, and frees the addresses. */
  close(): Promise<void>;
}

/** Serves at one address or several, until closed; any:NAME is both transports. */
export function serve(endpoints: string | readonly string[], options?: ServeOptions): Promise<Server>;
