import { checkSignal } from '../calls.js';
import { Connection } from '../connection.js';
import { IpcError } from '../status.js';
import { checkGrace, checkTimeout } from '../timeout.js';
import { Redial } from './redial.js';
import { Repeats } from './repeats.js';
import { RepeatedStream } from './stream.js';

const CLOSED_HERE = Object.freeze({ status: 'CONNECTION_CLOSED', byPeer: false, detail: 'this end closed the connection' });

/** A connection that gets another link when one has ended. It ends when it is closed, or its policy gives up. */
export class ReconnectingConnection extends Connection {
  #dialer;
  #policy;
  #redial;
  #onState;
  #session;
  /** Sessions whose peers drain and that were replaced; they end by themselves. */
  #retired = new Set();
  #proved;
  #end;
  #resolveClosed;
  #closed;

  /** @param onState is told CONNECTED, RECONNECTING and CLOSED; may be undefined */
  constructor(dialer, policy, onState) {
    super(undefined, dialer.offers, dialer.requestTimeout);
    this.#dialer = dialer;
    this.#policy = policy;
    this.#onState = onState;
    this.#redial = new Redial({
      openSession: () => (this.#session.isOpen ? this.#session : undefined),
      dial: (signal) => this.#dial(signal),
      adopt: (session) => this.#adopt(session),
      giveUp: (reason) => this.#finish(reason),
    }, policy);
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Dials the first link. */
  async begin(signal) {
    this.#adopt(await this.#dial(signal));
    return this;
  }

  #dial(signal) {
    return this.#dialer.dial(signal, (session) => {
      session.connection = this;
      this.#session ??= session; // the first may be called before it is adopted
    }).then((session) => this.#checked(session));
  }

  /** The peer is still the application that it had proved to be. */
  #checked(session) {
    const { applicationId } = session.peer;
    if (this.#proved !== undefined && applicationId !== this.#proved) {
      session.close();
      throw new IpcError('AUTHENTICATION_FAILED',
        `reconnecting to ${session.endpoint}: peer: expected application=${this.#proved}, as before, actual=${applicationId ?? 'unknown'};`
        + ' to talk to another application, make a new connection', 'NOT_SENT');
    }
    return session;
  }

  #adopt(session) {
    if (this.#session !== session) {
      const former = this.#session;
      this.#retired.add(former);
      former.ended.then(() => this.#retired.delete(former));
      this.#session = session;
    }
    this.#proved = session.peer.applicationId;
    this.#tell('CONNECTED');
    session.ended.then(() => this.#sessionEnded(session));
  }

  #sessionEnded(session) {
    if (session === this.#session && this.#end === undefined) {
      this.#tell('RECONNECTING');
      this.#wantLink();
    }
  }

  #wantLink() {
    if (!this.#policy.onUse && (this.offers.services.size > 0 || this.offers.events.size > 0 || this.#onState !== undefined)) {
      this.#redial.want();
    }
  }

  async #tell(state) {
    try {
      await this.#onState?.(state, this);
    } catch (error) {
      this.#session.report(error, 'onState');
    }
  }

  #finish(reason) {
    if (this.#end === undefined) {
      this.#end = Object.freeze(reason);
      this.#redial.stop(reason);
      this.#tell('CLOSED');
      this.#resolveClosed(this.#end);
    }
  }

  // ---- what a Connection has

  /** The session of the present link, or of the last one. */
  get session() {
    return this.#session;
  }

  get isOpen() {
    return this.#end === undefined;
  }

  get closed() {
    return this.#closed;
  }

  request(service, message = {}, { timeout = this.requestTimeout, signal, metadata } = {}) {
    return this.onSession(service, timeout, signal, (session, left) => session.calls.request(service, message, left, signal, metadata));
  }

  exchange(service, message = {}, { timeout = this.requestTimeout, signal, metadata } = {}) {
    return this.onSession(service, timeout, signal, (session, left) =>
      session.calls.request(service, message, left, signal, metadata, true));
  }

  async send(event, message = {}) {
    await this.onSession(event, this.requestTimeout, undefined, async (session) => {
      session.sendEvent(event, message);
      await session.roomAfter(event);
    });
  }

  /** Makes a call over the present link, and again over a later one where that is safe. */
  async onSession(name, timeout, signal, attempt) {
    const repeats = new Repeats(this.#policy, name, checkTimeout(timeout));
    for (let pause = 0; ; pause = repeats.next()) {
      try {
        return await attempt(await this.#usable(name, repeats.deadline, pause, signal), repeats.left);
      } catch (error) {
        if (this.#end !== undefined || !repeats.allow(error)) {
          throw repeats.honest(error);
        }
      }
    }
  }

  /** A session that is open: the present one, or one that is waited for. */
  async #usable(name, deadline, pause, signal) {
    checkSignal(signal, name);
    return pause === 0 && this.#session.isOpen ? this.#session : this.#redial.wait(deadline, pause, signal);
  }

  stream(service, message = {}, options = {}) {
    const repeats = () => new Repeats(this.#policy, service, this.requestTimeout);
    return new RepeatedStream(repeats, (deadline, pause) => this.#usable(service, deadline, pause, options.signal),
      (session) => session.calls.stream(service, message, options), () => this.#end === undefined);
  }

  service(name, handler) {
    super.service(name, handler);
    return this.#listening();
  }

  streamService(name, handler) {
    super.streamService(name, handler);
    return this.#listening();
  }

  onEvent(name, handler) {
    super.onEvent(name, handler);
    return this.#listening();
  }

  #listening() {
    if (!this.#session.isOpen && this.#end === undefined) {
      this.#wantLink();
    }
    return this;
  }

  async close({ grace = 0 } = {}) {
    checkGrace(grace);
    if (grace > 0) {
      await this.drain(grace);
    }
    this.#finish(CLOSED_HERE);
    await Promise.all([this.#session, ...this.#retired].map((session) => session.close()));
  }
}
