import { OutgoingCalls } from './calls.js';
import { Dispatcher } from './dispatcher.js';
import { Reassembly } from './fragments.js';
import { FrameSocket } from './frame-socket.js';
import * as frames from './frames.js';
import { ClientGreeting, ServerGreeting } from './greeting.js';
import { Peer } from './peer.js';
import { IpcError, malformed, statusOf } from './status.js';

const { KIND, FLAG } = frames;
const MOST_UNSENT_BYTES = 64 << 20;

/** One end of a connection: gives frames their meaning. The application sees a Connection. */
export class Session {
  #socket;
  #reassembly;
  #version = 0;
  #peerMaxMessage = Infinity;
  #greeting;
  #takenByPeer = Infinity;
  #peerDrains = false;
  #peerReason;
  #closing;
  #end;
  #resolveEnd;

  /** @param setting endpoint, offers, lane, access, maxMessageBytes, application, identity, grants, exact, counters, onError */
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
      (frame) => this.#onFrame(frame),
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

  #greet(head, frame) {
    const body = new frames.Body(frame);
    if (head.kind !== KIND.GOAWAY) {
      this.#greeting.onFrame(head, body);
      return;
    }
    this.#goaway(head.flags, head.status, head.id, body.text());
    if (this.#peerReason !== undefined) {
      this.refused(new IpcError(this.#peerReason.status, this.#peerReason.detail, 'NOT_SENT'));
    }
  }

  // ---- what comes in

  #onFrame(frame) {
    this.counters.bytesReceived += frame.length;
    const head = frames.header(frame);
    if (this.#greeting !== undefined) {
      this.#greet(head, frame);
    } else if (head.kind === KIND.FRAGMENT) {
      const whole = this.#reassembly.add(head.flags, frame);
      if (whole !== undefined) {
        this.#read(frames.header(whole), whole);
      }
    } else {
      this.#read(head, frame);
    }
  }

  #read({ kind, flags, status, id }, frame) {
    const body = new frames.Body(frame);
    switch (kind) {
      case KIND.REQUEST:
      case KIND.STREAM_OPEN:
        this.dispatcher.requested(kind, flags, id, body);
        break;
      case KIND.RESPONSE:
        this.#response(id, body);
        break;
      case KIND.ERROR:
        this.#error(flags, status, id, body.text());
        break;
      case KIND.EVENT:
        this.dispatcher.eventReceived(body.name(), body.last(this.exact), frame.length);
        break;
      case KIND.STREAM_ITEM:
        this.#streamOf('STREAM_ITEM', id)?.received(body.last(this.exact));
        break;
      case KIND.STREAM_END:
        if (this.#streamOf('STREAM_END', id) !== undefined) {
          this.calls.remove(id).ended();
        }
        break;
      case KIND.CREDIT:
        this.dispatcher.credited(id, body.i64());
        break;
      case KIND.CANCEL:
        this.dispatcher.cancelled(id, status);
        break;
      case KIND.GOAWAY:
        this.#goaway(flags, status, id, body.text());
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
      throw malformed(`frame kind: expected 1 to ${KIND.PROOF}, actual=${kind}`);
    }
  }

  /** An answer to a call that was given up is not read. */
  #response(id, body) {
    if (this.calls.get(id) !== undefined) {
      const reply = body.last(this.exact);
      this.calls.remove(id).complete(reply);
    }
  }

  #error(flags, status, id, text) {
    const rejected = (flags & FLAG.REJECTED) !== 0;
    const why = status === 0 ? 'PROTOCOL_ERROR' : statusOf(status);
    if (rejected && why === 'CONNECTION_CLOSED') {
      this.#peerDrains = true; // its GOAWAY follows
    }
    this.calls.remove(id)?.fail(new IpcError(why, text, rejected ? 'REJECTED' : 'UNKNOWN'));
  }

  #streamOf(frame, id) {
    const call = this.calls.get(id);
    if (call !== undefined && call.received === undefined) {
      throw malformed(`${frame}: call ${id} is no stream`);
    }
    return call;
  }

  #goaway(flags, status, taken, text) {
    if (this.#version >= 2) {
      this.#takenByPeer = Math.min(this.#takenByPeer, Number(taken));
    }
    this.#peerDrains = true;
    if ((flags & FLAG.DRAIN) === 0) {
      const why = status === 0 ? 'CONNECTION_CLOSED' : statusOf(status);
      this.#peerReason = { status: why, byPeer: true, detail: text };
    }
  }

  // ---- what goes out

  send(frame) {
    this.counters.bytesSent += frame.at - frames.LENGTH_BYTES;
    this.#socket.send(frame);
  }

  /** Sends an event; resolves when there is room for more. */
  sendEvent(name, message) {
    this.checkOpen();
    const frame = frames.event(name, message);
    this.checkSize(frame, `event ${name}`);
    this.counters.eventsSent++;
    this.send(frame);
    return this.room();
  }

  /** Sends an event without waiting for the peer, which is disconnected when too much waits for it. */
  broadcast(frame, name) {
    if (!this.isOpen) {
      return;
    }
    try {
      this.checkSize(frame, `event ${name}`);
    } catch (error) {
      this.report(error, `broadcast of event ${name}`);
      return;
    }
    this.counters.eventsSent++;
    this.send(frame);
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

  checkSize(frame, what) {
    const bytes = frame.at - frames.LENGTH_BYTES;
    if (bytes > this.#peerMaxMessage) {
      throw new IpcError('MESSAGE_TOO_LARGE',
        `${what}: limit=${this.#peerMaxMessage} bytes (maxMessageBytes of the peer), actual=${bytes}`, 'NOT_SENT');
    }
  }

  // ---- the end

  /** Tells the peer that no new calls are taken. */
  drain() {
    this.#sendGoaway(FLAG.DRAIN, 'OK', 'this end is shutting down');
  }

  #sendGoaway(flags, status, text) {
    const taken = this.dispatcher.drain();
    this.send(frames.text(KIND.GOAWAY, flags, status, this.#version >= 2 ? taken : 0, text));
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
      process.emitWarning(`${this.endpoint}: ${where} failed: ${error?.stack ?? error}`, 'ValiseWarning');
    }
  }
}
