import { refusalOf } from './access.js';
import { decode } from './cbor/decode.js';
import { encode } from './cbor/encode.js';
import * as frames from './frames.js';
import { OutgoingStream } from './outgoing-stream.js';
import { IpcError, malformed, numberOf, STATUSES, textOf } from './status.js';

const { KIND, FLAG } = frames;
const MOST_REQUESTS = 65_536;
const NO_METADATA = Object.freeze({});
const MOST_NAMES_CHARS = 500;
const MOST_REPLY_METADATA_BYTES = 4_000;
/** Events that wait for their handlers stop the reading of the connection from this many bytes on. */
const MANY_EVENT_BYTES = 8 << 20;
const SHUTTING_DOWN = 'the peer is shutting down and takes no new calls';
const ENDED = 'the connection has ended';

/** Brings the requests and events of the peer to their handlers, and sends the answers. */
export class Dispatcher {
  #session;
  #offers;
  #requests = new Map();
  /** Handlers that have not ended, those too whose callers have given up. */
  #running = 0;
  #taken = 0;
  #draining = false;
  #closed = false;
  #access;
  #eventQueue;
  #eventsUnderWay = 0;
  #eventBytes = 0;
  #eventsAreDropped = false;
  #idle = [];

  /** @param setting offers; access, a policy or undefined; eventQueue, which runs the handlers of events */
  constructor(session, { offers, access, eventQueue }) {
    this.#session = session;
    this.#offers = offers;
    this.#access = access;
    this.#eventQueue = eventQueue;
  }

  // ---- requests and streams

  requested(frame) {
    const { id, flags } = frame;
    const isStream = frame.kind === KIND.STREAM_OPEN;
    const remaining = !isStream && (flags & FLAG.DEADLINE) !== 0 ? frame.millis() : undefined;
    const credit = isStream ? frame.i64() : 0n;
    if (credit < 0n) {
      throw malformed(`credit of STREAM_OPEN: minimum=0, actual=${credit}`);
    }
    const service = frame.name();
    const offer = this.#offers.findService(service);
    const exact = offer?.exact ?? this.#session.exact;
    const metadata = (flags & FLAG.METADATA) !== 0 ? frame.message(exact) : NO_METADATA;
    const message = frame.last(exact);
    if (this.#requests.has(id)) {
      throw malformed(`request id ${id}: it is under way already`);
    }
    if (!this.#draining) {
      this.#taken++;
    }
    const refusal = this.#refusal(offer, service, isStream, remaining);
    if (refusal !== undefined) {
      this.#session.counters.requestsRefused++;
      this.#session.answer((out) => frames.text(out, KIND.ERROR, FLAG.REJECTED, refusal[0], id, refusal[1]));
      return;
    }
    this.#session.counters[offer.isBuiltIn ? 'builtInRequestsServed' : 'requestsServed']++;
    const call = new Call(this.#session, service, metadata, remaining, isStream);
    if (isStream) {
      this.#stream(this.#begin(id, call, Number(credit)), offer, message);
    } else {
      this.#serve(id, call, offer, message);
    }
  }

  /** Why no handler may see it: status and text. */
  #refusal(offer, service, isStream, remaining) {
    if (this.#draining) {
      return ['CONNECTION_CLOSED', SHUTTING_DOWN];
    } else if (this.#running >= MOST_REQUESTS) {
      return ['RESOURCE_EXHAUSTED', `handlers that run for one connection, those too whose callers gave up: limit=${MOST_REQUESTS}`];
    } else if (offer === undefined) {
      const offered = this.#offers.names().join(', ').slice(0, MOST_NAMES_CHARS);
      return ['SERVICE_NOT_FOUND', `service ${service}: not offered at ${this.#session.endpoint}; offered: ${offered}`];
    } else if (remaining !== undefined && remaining <= 0) {
      return ['TIMEOUT', `service ${service}: its time was up before a handler could begin`];
    } else if (!this.#admits(service)) {
      return ['ACCESS_DENIED', 'access denied'];
    } else if (offer.isStream !== isStream) {
      const what = offer.isStream ? 'it answers with a stream; call stream()' : 'it answers requests, not streams; call request()';
      return ['UNSUPPORTED', `service ${service}: ${what}`];
    }
    return undefined;
  }

  /** Whether the policy lets the peer use a service or event; this application learns of a refusal, with its reason. */
  #admits(name) {
    if (this.#access === undefined) {
      return true;
    }
    const { peer, endpoint } = this.#session;
    const why = refusalOf(this.#access, peer, name);
    if (why !== undefined) {
      const who = peer.applicationId ?? `process ${peer.pid ?? 'unknown'}`;
      this.#session.note(new IpcError('ACCESS_DENIED', `${who} may not use ${name} at ${endpoint}: ${why}`), `access to ${name}`);
    }
    return why === undefined;
  }

  #begin(id, call, credit) {
    const inbound = new Inbound(this, this.#session, id, call, credit);
    this.#requests.set(id, inbound);
    this.#running++;
    if (this.#closed) { // by the handler itself, before it returned
      inbound.cancel('CANCELLED', ENDED);
    }
    return inbound;
  }

  /** A handler that answers at once is not under way for anything that comes later. */
  #serve(id, call, offer, message) {
    let result;
    let isLater;
    try {
      result = offer.handler(message, call);
      isLater = typeof result?.then === 'function' || this.#session.isFull;
    } catch (error) {
      this.#session.answer(failure(id, error));
      return;
    }
    if (isLater) {
      this.#answerLater(this.#begin(id, call, undefined), result);
    } else {
      answerOnce(this.#session, id, call, result ?? {});
    }
  }

  async #answerLater(inbound, result) {
    try {
      const reply = await result;
      if (this.#session.isFull) {
        await this.#session.room();
      }
      inbound.reply(reply ?? {});
    } catch (error) {
      inbound.answer(failure(inbound.id, error));
    } finally {
      this.#running--;
    }
  }

  async #stream(inbound, offer, message) {
    try {
      await inbound.stream.run(await offer.handler(message, inbound.call));
    } catch (error) {
      inbound.answer(failure(inbound.id, error));
    } finally {
      this.#running--;
    }
  }

  /** Its answer was sent, or is not wanted any more. */
  finished(inbound) {
    if (this.#requests.delete(inbound.id)) {
      this.#tellIdle();
    }
  }

  credited(id, more) {
    const inbound = this.#requests.get(id);
    if (inbound !== undefined && more <= 0n) {
      throw malformed(`CREDIT: must be positive, actual=${more}`);
    }
    inbound?.stream?.request(Number(more));
  }

  cancelled(id, status) {
    const timedOut = status === numberOf('TIMEOUT');
    this.#requests.get(id)?.cancel(timedOut ? 'TIMEOUT' : 'CANCELLED', timedOut ? "the caller's time is up" : 'the caller gave the request up');
  }

  // ---- events

  eventReceived(name, message, bytes) {
    const handler = this.#offers.findEvent(name);
    if (handler === undefined || this.#closed) {
      return;
    }
    this.#session.counters.eventsReceived++;
    this.#eventsUnderWay++;
    this.#eventBytes += bytes;
    if (this.#eventBytes >= MANY_EVENT_BYTES) {
      this.#session.pause();
    }
    this.#eventQueue.run(() => this.#deliver(handler, name, message, bytes));
  }

  #deliver(handler, name, message, bytes) {
    let handled;
    let isLater = false;
    try {
      if (!this.#eventsAreDropped && this.#admits(name)) {
        handled = handler(message, new ReceivedEvent(this.#session, name));
        isLater = typeof handled?.then === 'function';
      }
    } catch (error) {
      this.#session.report(error, `the handler of event ${name}`);
    }
    if (!isLater) {
      this.#delivered(bytes);
      return undefined;
    }
    return Promise.resolve(handled)
      .catch((error) => this.#session.report(error, `the handler of event ${name}`))
      .then(() => this.#delivered(bytes));
  }

  #delivered(bytes) {
    this.#eventsUnderWay--;
    this.#eventBytes -= bytes;
    if (this.#eventBytes < MANY_EVENT_BYTES / 2) {
      this.#session.resume();
    }
    this.#tellIdle();
  }

  // ---- the end

  /** Takes no calls from now on; answers how many were taken. */
  drain() {
    this.#draining = true;
    return this.#taken;
  }

  /** Resolves when what was taken has been answered. A handler that asks is itself under way only when it has returned. */
  async whenIdle() {
    await undefined;
    if (!this.#isIdle()) {
      await new Promise((resolve) => this.#idle.push(resolve));
    }
  }

  #isIdle() {
    return this.#closed || (this.#requests.size === 0 && this.#eventsUnderWay === 0);
  }

  #tellIdle() {
    if (this.#isIdle()) {
      this.#idle.splice(0).forEach((resolve) => resolve());
    }
  }

  /** The connection has ended. @param byPeer then the events that came before are still handled */
  ended(byPeer) {
    this.#draining = true;
    this.#closed = true;
    this.#eventsAreDropped = !byPeer;
    [...this.#requests.values()].forEach((inbound) => inbound.cancel('CANCELLED', ENDED));
    this.#tellIdle();
  }
}

/** What a handler is told besides the message. */
class Told {
  /** A connection that reconnects may have another one when the handler runs. */
  #session;

  constructor(session) {
    this.#session = session;
    this.connection = session.connection;
  }

  static sessionOf(told) {
    return told.#session;
  }
}

/** For this package alone: the session over which a call or event came, of what its handler is told. */
export const { sessionOf } = Told;

/** Of an event. */
class ReceivedEvent extends Told {
  constructor(session, name) {
    super(session);
    this.name = name;
  }
}

/** Of a request or stream. */
class Call extends Told {
  #controller;
  #aborted;
  #until;
  #isStream;
  #replyMetadata;

  constructor(session, service, metadata, remaining, isStream) {
    super(session);
    this.#isStream = isStream;
    this.service = service;
    this.metadata = metadata;
    this.#until = remaining === undefined ? undefined : performance.now() + remaining;
  }

  /** How many milliseconds the caller still waits; undefined when it waits without limit. */
  get remaining() {
    return this.#until === undefined ? undefined : Math.max(0, this.#until - performance.now());
  }

  /** Aborted when the peer gives up, or the connection ends. */
  get signal() {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) {
        this.#controller.abort(this.#aborted);
      }
    }
    return this.#controller.signal;
  }

  /** Sets what travels beside the reply; keys that were set before get the new values. */
  replyMetadata(more) {
    if (this.#isStream) {
      throw new IpcError('UNSUPPORTED', `service ${this.service}: a stream has no metadata of its reply`);
    }
    const all = new Map([...this.#replyMetadata ?? [], ...Object.entries(decode(encode(more), { exact: true }))]); // a copy
    const bytes = encode(all).length;
    if (bytes > MOST_REPLY_METADATA_BYTES) {
      throw new IpcError('MESSAGE_TOO_LARGE', `metadata of a reply: limit=${MOST_REPLY_METADATA_BYTES} bytes, actual=${bytes}`);
    }
    this.#replyMetadata = all;
  }

  /** For the dispatcher alone. */
  static replyMetadataOf(call) {
    return call.#replyMetadata;
  }

  /** For the dispatcher alone. */
  static abort(call, reason) {
    call.#aborted = reason;
    call.#controller?.abort(reason);
  }
}

/** A request or stream of the peer that is under way: it has one answer at most. */
class Inbound {
  #dispatcher;
  #session;
  #open = true;

  constructor(dispatcher, session, id, call, credit) {
    this.#dispatcher = dispatcher;
    this.#session = session;
    this.id = id;
    this.call = call;
    this.stream = credit === undefined ? undefined : new OutgoingStream(this, session, credit);
  }

  get isOpen() {
    return this.#open;
  }

  /** @param write appends the answer */
  answer(write) {
    if (this.#close()) {
      this.#session.answer(write);
    }
  }

  reply(message) {
    if (this.#close()) {
      answerOnce(this.#session, this.id, this.call, message);
    }
  }

  #close() {
    const wasOpen = this.#open;
    this.#open = false;
    if (wasOpen) {
      this.#dispatcher.finished(this);
    }
    return wasOpen;
  }

  cancel(status, why) {
    if (this.#open) {
      this.#open = false;
      Call.abort(this.call, new IpcError(status, why));
      this.stream?.cancel();
      this.#dispatcher.finished(this);
    }
  }
}

/** Sends a reply; one that is no message, or too long for the peer, is replaced by the reason. */
function answerOnce(session, id, call, message) {
  try {
    const metadata = Call.replyMetadataOf(call);
    if (metadata !== undefined) {
      session.send((out) => frames.replyMetadata(out, id, metadata));
    }
    session.send((out) => frames.message(out, KIND.RESPONSE, id, message), 'reply of service', call.service);
  } catch (error) {
    session.answer(failure(id, error));
  }
}

/** What the peer is told of what a handler threw: never a stack trace. */
function failure(id, error) {
  const isStatus = error instanceof IpcError && error.status !== 'OK' && STATUSES.includes(error.status);
  const text = isStatus ? textOf(error.reason) : textOf(error);
  return (out) => frames.text(out, KIND.ERROR, 0, isStatus ? error.status : 'HANDLER_FAILED', id, text);
}
