/** Client and server for Valise over pipe: and loopback:. README.md tells what is what. */
import type { AccessPolicy, AppIdentity, CapabilityGrant } from './types/identity.js';
import type { Message, Received } from './types/values.js';

export * from './types/identity.js';
export * from './types/values.js';

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

// ---- objects

/** An object of the peer: each call of a method is a request. It can be iterated if it publishes something. */
export type RemoteObject = ((...args: any[]) => Promise<any>) & {
  readonly [method: string]: (...args: any[]) => Promise<any>;
} & AsyncIterable<any>;

/** Marks an object of this end: it crosses by reference, and its methods are called by the peer. */
export function byReference<T extends object>(object: T, ...interfaces: string[]): T;

/** Calls a method, with options, or one whose name a proxy cannot have (`then`, `toJSON`, `constructor`). */
export function invoke(
  object: AsyncIterable<any>,
  method: string,
  args?: readonly unknown[],
  options?: { timeout?: number; signal?: AbortSignal },
): Promise<any>;

/** The same object by another of its interfaces. */
export function as(
  object: AsyncIterable<any>,
  name: string,
  options?: { timeout?: number; signal?: AbortSignal },
): Promise<RemoteObject>;

/** This end does not call the object any more: the peer can forget it. What is garbage is released too. */
export function release(object: AsyncIterable<any>): void;

// ---- handlers

/** What a handler is told besides the message. */
export interface Call {
  readonly service: string;
  readonly metadata: Received;
  /** To call the caller back. */
  readonly connection: Connection;
  /** How many milliseconds the caller still waits; undefined when it waits without limit. */
  readonly remaining: number | undefined;
  /**
   * Sets what travels beside the reply, such as costs; keys that were set before get the new values. Throws IpcError:
   * MESSAGE_TOO_LARGE for more than 4,000 bytes in all, UNSUPPORTED in the handler of a stream.
   */
  replyMetadata(more: Message): void;
  /** Aborted when the caller gives up or its time is up, or the connection ends; the reason is an IpcError. */
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
  /** Objects by the interface that peers call them by. */
  objects?: { readonly [name: string]: object };
  /** Which application this end proves to be: a client always, a server to clients that have an identity. */
  identity?: AppIdentity;
  /** Who may call what this end offers; all peers that can connect unless said otherwise. */
  access?: AccessPolicy;
  /** What this process calls itself; the name of its script unless said otherwise. */
  application?: string;
  /** The longest message that this end takes, in bytes, 4,096 to 1,073,741,824; 16 MiB unless said otherwise. */
  maxMessageBytes?: number;
  /** How long requests of this end wait for their replies, and events for room, in milliseconds, or Infinity; 30 s unless said otherwise. */
  requestTimeout?: number;
  /** Messages are read so that encode() writes the same types: values that JavaScript has no type for are Typed. */
  exact?: boolean;
  /** Is told of errors that have no caller, such as those of event handlers and onConnect, promises too; without it they are process warnings. */
  onError?: (error: unknown, where: string) => unknown;
}

// ---- connections

export interface RequestOptions {
  /** In milliseconds, or Infinity. */
  timeout?: number;
  signal?: AbortSignal;
  metadata?: Message;
}

/** A reply with what travels beside it. */
export interface Reply {
  readonly message: Received;
  readonly metadata: Received;
}

export interface StreamOptions {
  /** How many items the peer may be ahead of the iteration; 32 unless said otherwise. */
  window?: number;
  signal?: AbortSignal;
  metadata?: Message;
}

export interface Peer {
  /** Declared, as is the next: proof of nothing. */
  readonly pid: number | undefined;
  readonly application: string | undefined;
  readonly protocolVersion: number | undefined;
  /** Proved by its publisher's key; undefined when nothing was. */
  readonly applicationId: string | undefined;
  /** The capabilities that this end, a server, has accepted of it, and when each expires. */
  readonly grants: Map<string, Date>;
  hasCapability(capability: string): boolean;
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
  /** What is known of the peer. */
  readonly peer: Peer;
  /** Whether new calls can be made. */
  readonly isOpen: boolean;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<CloseReason>;
  /** Rejects with IpcError, or with TypeError or RangeError for a message that cannot be sent. */
  request(service: string, message?: Message, options?: RequestOptions): Promise<Received>;
  /** As request, with the metadata of the reply; empty where the peer sends none. */
  exchange(service: string, message?: Message, options?: RequestOptions): Promise<Reply>;
  /** Opened by the first next(). Leaving the loop ends it at the peer. */
  stream(service: string, message?: Message, options?: StreamOptions): AsyncIterableIterator<Received>;
  /** Sends an event; resolves when there is room for more, or rejects with TIMEOUT after as long as a request may take. */
  send(event: string, message?: Message): Promise<void>;
  service(name: string, handler: ServiceHandler): this;
  streamService(name: string, handler: StreamHandler): this;
  onEvent(name: string, handler: EventHandler): this;
  /** A proxy of the object that the peer exports by that interface; nothing is sent before it is called. */
  remote<T = RemoteObject>(name: string): T;
  /** Takes no new calls; resolves to whether what was taken was answered within so many milliseconds, or Infinity. */
  drain(grace: number): Promise<boolean>;
  /** Closes it; with a grace in milliseconds, or Infinity, answers first what was taken. Resolves when the socket is closed. */
  close(options?: { grace?: number }): Promise<void>;
}

/** How a connection comes back after its link ended; milliseconds. */
export interface ReconnectOptions {
  /** The pause before the second attempt to dial; 10 unless said otherwise. Each further one is twice as long. */
  firstDelay?: number;
  /** The longest pause; 1,000 unless said otherwise. */
  maxDelay?: number;
  /** Services whose calls may run twice. */
  idempotent?: readonly string[];
  /** Dials only when a call needs a link, although services, event handlers or onState wait. */
  onUse?: boolean;
  /** How long it is dialled in vain before the connection ends; without limit unless said otherwise. */
  giveUpAfter?: number;
}

export interface ClientOptions extends EndOptions {
  /** How long connecting may take, in milliseconds, or Infinity; 5 s unless said otherwise, for a child 30 s. */
  timeout?: number;
  signal?: AbortSignal;
  /** Grants to present, 8 at most; needs an identity. */
  grants?: readonly CapabilityGrant[];
  /** Without it a connection ends with its link. */
  reconnect?: ReconnectOptions;
  /** Of a connection that reconnects. */
  onState?: (state: 'CONNECTED' | 'RECONNECTING' | 'CLOSED', connection: Connection) => unknown;
}

export type ConnectOptions = ClientOptions;

/** Connects to pipe:NAME, loopback:NAME, or any:NAME, which is the first of them on which a server answers. */
export function connect(endpoint: string, options?: ConnectOptions): Promise<Connection>;

export interface ChildOptions extends ClientOptions {
  cwd?: string;
  env?: { readonly [name: string]: string | undefined };
  /** Where its standard error goes: to this process's own unless said otherwise. */
  stderr?: 'inherit' | 'ignore' | number;
}

/**
 * Starts a program and connects to it over its standard input and output; it calls connectParent(). When the connection
 * has ended its input ends; it is terminated if it still runs 5 seconds later, and killed after 5 more.
 */
export function connectChild(command: readonly string[], options?: ChildOptions): Promise<Connection>;

/**
 * The connection to the program that has started this one by connectChild(), or from Java. Works once. What is printed to
 * standard output from then on goes to standard error.
 */
export function connectParent(options?: ServeOptions): Promise<Connection>;

export interface ServeOptions extends EndOptions {
  onConnect?: (connection: Connection) => unknown;
  onDisconnect?: (connection: Connection, reason: CloseReason) => unknown;
}

export interface Server {
  /** The addresses, none of them any:. */
  readonly endpoints: string[];
  readonly connections: Connection[];
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  /** Sends an event to all connections, without waiting; a client for which 64 MiB wait is disconnected. */
  broadcast(event: string, message?: Message): void;
  /** Answers what was taken, and closes; resolves to whether all was answered within so many milliseconds, or Infinity. */
  shutdown(grace: number): Promise<boolean>;
  /** Closes all connections, and frees the addresses. */
  close(): Promise<void>;
}

/** Serves at one address or several, until closed; any:NAME is both transports. */
export function serve(endpoints: string | readonly string[], options?: ServeOptions): Promise<Server>;
