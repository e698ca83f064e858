import { OutgoingCalls } from './calls.js';
import { Dispatcher } from './dispatcher.js';
import { Reassembly } from './fragments.js';
import { FrameSocket } from './frame-socket.js';
import * as frames from './frames.js';
import { ClientGreeting, ServerGreeting } from './greeting.js';
import { Peer } from './peer.js';
import { IpcError, malformed, statusOf, traceOf } from './status.js';
import { within } from './timeout.js';

const { KIND, FLAG } = frames;
const MOST_UNSENT_BYTES = 64 << 20;

/** One end of a connection: gives frames their meaning. The application sees a Connection. */
export class Session {
  #socket;
  #reassembly;
  #frame = new frames.FrameReader();
  #version = 0;
  #peerMaxMessage = Infinity;
  #greeting;
  #takenByPeer = Infinity;
  #peerDrains = false;
  #peerReason;
  #closing;
  #end;
  #resolveEnd;

  /** @param setting endpoint, offers, eventQueue, access, maxMessageBytes, application, identity, grants, exact, counters, onError */
  constructor(socket, setting) {
    this.#socket = new FrameSocket(socket);
    this.#reassembly = new Reassembly(setting.maxMessageBytes);
    this.setting = setting;
    this.endpoint = setting.endpoint;
    this.exact = setting.exact;
    this.counters = setting.counters;
    this.peer = new Peer();
    this.calls = new OutgoingCalls(this);
    this.dispatcher = new Dispatcher(this, setting);
    /** What the application sees of it; set when that is made. */
    this.connection = undefined;
    this.ended = new Promise((resolve) => {
      this.#resolveEnd = resolve;
    });
    this.released = this.#socket.closed;
  }

  // ---- the greeting

  /** Says HELLO and waits for WELCOME. */
  greet(millis) {
    return this.#begin(new ClientGreeting(this, millis));
  }

  /** Waits for HELLO, and answers it. */
  awaitHello() {
    return this.#begin(new ServerGreeting(this));
  }

  #begin(greeting) {
    this.#greeting = greeting;
    this.#socket.start(
      (buffer, at, end) => this.#onFrame(buffer, at, end),
      (error) => this.#broken(error),
      () => this.#peerEnded());
    greeting.begin();
    return greeting.done;
  }

  /** The greeting is complete. */
  greeted(version, peerMaxMessage, peer) {
    this.#greeting = undefined;
    this.#version = version;
    this.#peerMaxMessage = peerMaxMessage;
    this.peer = peer;
  }

  /** The peer takes no connection with this end. */
  refused(error) {
    this.#greeting?.fail(error);
  }

  #greet(frame) {
    if (frame.kind !== KIND.GOAWAY) {
      this.#greeting.onFrame(frame);
      return;
    }
    this.#goaway(frame);
    if (this.#peerReason !== undefined) {
      this.refused(new IpcError(this.#peerReason.status, this.#peerReason.detail, 'NOT_SENT'));
    }
  }

  // ---- what comes in

  #onFrame(buffer, at, end) {
    const frame = this.#frame;
    this.counters.bytesReceived += end - at;
    frame.begin(buffer, at, end);
    if (this.#greeting !== undefined) {
      this.#greet(frame);
    } else if (frame.kind === KIND.FRAGMENT) {
      const whole = this.#reassembly.add(frame);
      if (whole !== undefined) {
        frame.begin(whole, 0, whole.length);
        this.#read(frame);
      }
    } else {
      this.#read(frame);
    }
  }

  #read(frame) {
    const { kind, flags, id } = frame;
    switch (kind) {
      case KIND.REQUEST:
      case KIND.STREAM_OPEN:
        this.dispatcher.requested(frame);
        break;
      case KIND.RESPONSE:
        this.#response(frame);
        break;
      case KIND.REPLY_METADATA:
        this.#replyMetadata(frame);
        break;
      case KIND.ERROR:
        this.#error(frame);
        break;
      case KIND.EVENT:
        this.dispatcher.eventReceived(frame.name(), frame.last(this.exact), frame.length);
        break;
      case KIND.STREAM_ITEM:
        this.#streamOf('STREAM_ITEM', id)?.received(frame.last(this.exact));
        break;
      case KIND.STREAM_END:
        if (this.#streamOf('STREAM_END', id) !== undefined) {
          this.calls.remove(id).ended();
        }
        break;
      case KIND.CREDIT:
        this.dispatcher.credited(id, frame.i64());
        break;
      case KIND.CANCEL:
        this.dispatcher.cancelled(id, frame.status);
        break;
      case KIND.GOAWAY:
        this.#goaway(frame);
        break;
      default:
        this.#skip(kind, flags);
    }
  }

  #skip(kind, flags) {
    if (kind === KIND.HELLO || kind === KIND.WELCOME || kind === KIND.CHALLENGE || kind === KIND.PROOF) {
      throw malformed(`HELLO, WELCOME, CHALLENGE or PROOF: said once already, actual kind=${kind}`);
    } else if (kind === KIND.FRAGMENT) {
      throw malformed('FRAGMENT: within a fragmented frame');
    } else if ((flags & FLAG.OPTIONAL) === 0) {
      throw malformed(`frame kind: expected 1 to ${KIND.REPLY_METADATA}, actual=${kind}`);
    }
  }

  /** An answer to a call that was given up is not read. */
  #response(frame) {
    const call = this.calls.get(frame.id);
    if (call !== undefined) {
      const reply = frame.last(this.exact);
      this.calls.remove(frame.id);
      call.complete(reply);
    }
  }

  #replyMetadata(frame) {
    const call = this.calls.get(frame.id);
    if (call?.wantsMetadata) {
      call.metadataReceived(frame.last(this.exact));
    }
  }

  #error(frame) {
    const rejected = (frame.flags & FLAG.REJECTED) !== 0;
    const why = frame.status === 0 ? 'PROTOCOL_ERROR' : statusOf(frame.status);
    if (rejected && why === 'CONNECTION_CLOSED') {
      this.#peerDrains = true; // its GOAWAY follows
    }
    this.calls.remove(frame.id)?.fail(new IpcError(why, frame.text(), rejected ? 'REJECTED' : 'UNKNOWN'));
  }

  #streamOf(frame, id) {
    const call = this.calls.get(id);
    if (call !== undefined && call.received === undefined) {
      throw malformed(`${frame}: call ${id} is no stream`);
    }
    return call;
  }

  #goaway({ flags, status, id: taken }) {
    if (this.#version >= 2) {
      this.#takenByPeer = Math.min(this.#takenByPeer, Number(taken));
    }
    this.#peerDrains = true;
    if ((flags & FLAG.DRAIN) === 0) {
      const why = status === 0 ? 'CONNECTION_CLOSED' : statusOf(status);
      this.#peerReason = { status: why, byPeer: true, detail: this.#frame.text() };
    }
  }

  // ---- what goes out

  /**
   * Sends a frame that `write` appends to a writer. Nothing is sent when that fails, or when it is a `what`, of that name,
   * that is too long for the peer. With `atOnce` it does not wait for what else is sent in this turn.
   */
  send(write, what = undefined, name = undefined, atOnce = false) {
    const { out } = this.#socket;
    const before = out.length;
    try {
      write(out);
      const bytes = frames.lengthOf(out);
      if (what !== undefined && bytes > this.#peerMaxMessage) {
        throw new IpcError('MESSAGE_TOO_LARGE',
          `${what} ${name}: limit=${this.#peerMaxMessage} bytes (maxMessageBytes of the peer), actual=${bytes}`, 'NOT_SENT');
      }
      this.counters.bytesSent += bytes;
    } catch (error) {
      out.cut(before);
      throw error;
    }
    this.#socket.commit(atOnce);
  }

  /** Sends an event; `roomAfter` is to follow before many more. */
  sendEvent(name, message) {
    this.checkOpen();
    this.send((out) => frames.event(out, name, message), 'event', name);
    this.counters.eventsSent++;
  }

  /** Resolves when there is room for more events; waits no longer than for the reply to a request. */
  async roomAfter(event) {
    const { requestTimeout } = this.setting;
    if (!this.isFull) {
      return;
    } else if (!await within(requestTimeout, this.room())) {
      throw new IpcError('TIMEOUT', `event ${event}: no room for more within ${requestTimeout} ms; the peer does not read, and may still get it`);
    }
    if (this.#end !== undefined) {
      throw new IpcError(this.#end.status, this.#end.detail, 'UNKNOWN');
    }
  }

  /** Sends an event without waiting for the peer, which is disconnected when too much waits for it. @param frame as it was written */
  broadcast(frame, name) {
    if (!this.isOpen) {
      return;
    }
    try {
      this.send((out) => frames.copy(out, frame), 'event', name);
    } catch (error) {
      this.report(error, `broadcast of event ${name}`);
      return;
    }
    this.counters.eventsSent++;
    this.#limitUnsent();
  }

  /** Sends a short answer, or an error, without waiting for the peer, which is disconnected when too much waits for it. */
  answer(write) {
    this.send(write);
    this.#limitUnsent();
  }

  #limitUnsent() {
    if (this.#socket.unsentBytes > MOST_UNSENT_BYTES) {
      this.close('RESOURCE_EXHAUSTED',
        `the peer does not read: bytes that wait for it: limit=${MOST_UNSENT_BYTES}, actual=${this.#socket.unsentBytes}`);
    }
  }

  get isFull() {
    return this.#socket.isFull;
  }

  room() {
    return this.#socket.room();
  }

  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Whether new calls can be made. */
  get isOpen() {
    return this.#end === undefined && this.#closing === undefined && !this.#peerDrains;
  }

  checkOpen() {
    const reason = this.#end ?? this.#closing ?? this.#peerReason;
    if (reason !== undefined) {
      throw new IpcError(reason.status, reason.detail, 'NOT_SENT');
    } else if (this.#peerDrains) {
      throw new IpcError('CONNECTION_CLOSED', 'the peer is shutting down and takes no new calls', 'NOT_SENT');
    }
  }

  // ---- the end

  /** Tells the peer that no new calls are taken. */
  drain() {
    if (this.#closing !== undefined || this.#end !== undefined) {
      return;
    }
    this.#sendGoaway(FLAG.DRAIN, 'OK', 'this end is shutting down');
  }

  #sendGoaway(flags, status, text) {
    const taken = this.dispatcher.drain();
    this.send((out) => frames.text(out, KIND.GOAWAY, flags, status, this.#version >= 2 ? taken : 0, text));
  }

  /** Closes the connection, and tells the peer why. Resolves when the socket is closed. */
  close(status = 'CONNECTION_CLOSED', text = 'this end closed the connection') {
    if (this.#closing === undefined && this.#end === undefined) {
      this.#closing = { status, byPeer: false, detail: text };
      this.#sendGoaway(0, status === 'CONNECTION_CLOSED' ? 'OK' : status, status === 'CONNECTION_CLOSED' ? 'the peer closed the connection' : text);
      this.#finish(this.#closing);
      this.#socket.finish();
    }
    return this.released;
  }

  #broken(error) {
    if (error instanceof IpcError) {
      this.close(error.status, error.reason);
    } else {
      this.report(error, 'reading a frame');
      this.close('PROTOCOL_ERROR', String(error));
    }
  }

  #peerEnded() {
    this.#finish(this.#peerReason ?? {
      status: 'PEER_DIED',
      byPeer: true,
      detail: 'the connection ended without GOAWAY: the peer process died or was cut off',
    });
  }

  #finish(reason) {
    if (this.#end !== undefined) {
      return;
    }
    this.#end = Object.freeze(reason);
    this.refused(new IpcError(reason.status, reason.detail, 'NOT_SENT'));
    this.calls.failAll(reason, this.#takenByPeer);
    this.dispatcher.ended(reason.byPeer);
    this.#resolveEnd(reason);
  }

  /** Tells the application, if it wants to know, what this end has refused. */
  note(error, where) {
    this.setting.onError?.(error, where);
  }

  /** Tells the application of an error that has no caller. */
  report(error, where) {
    if (this.setting.onError !== undefined) {
      this.setting.onError(error, where);
    } else {
      process.emitWarning(`${this.endpoint}: ${where} failed: ${traceOf(error)}`, 'ValiseWarning');
    }
  }
}
