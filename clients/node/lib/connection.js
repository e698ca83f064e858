import { rootProxy } from './objects/proxy.js';
import { checkGrace, within } from './timeout.js';

const NO_OPTIONS = Object.freeze({});

/** What an application has after connect(), and what a server has of each client; alike at both ends. */
export class Connection {
  #session;

  /** @param session undefined where a subclass has it */
  constructor(session, offers, requestTimeout) {
    this.#session = session;
    Object.defineProperties(this, { offers: { value: offers }, requestTimeout: { value: requestTimeout } });
    if (session !== undefined) {
      session.connection = this;
    }
  }

  /** For this package alone. */
  get session() {
    return this.#session;
  }

  /** The address, with the transport that was taken. */
  get endpoint() {
    return this.session.endpoint;
  }

  /** What is known of the peer: what it says of itself, and what it has proved. */
  get peer() {
    return this.session.peer;
  }

  get isOpen() {
    return this.session.isOpen;
  }

  /** Resolves when the connection has ended: { status, byPeer, detail }. */
  get closed() {
    return this.session.ended;
  }

  request(service, message = {}, { timeout = this.requestTimeout, signal, metadata } = NO_OPTIONS) {
    return this.session.calls.request(service, message, timeout, signal, metadata);
  }

  /** A request that resolves to the reply with its metadata, { message, metadata }. */
  exchange(service, message = {}, { timeout = this.requestTimeout, signal, metadata } = NO_OPTIONS) {
    return this.session.calls.request(service, message, timeout, signal, metadata, true);
  }

  /** For this package alone: makes a call over the link, here the only one; `attempt` is given it and the time left. */
  onSession(service, timeout, signal, attempt) {
    return attempt(this.session, timeout);
  }

  /** A proxy of the object that the peer exports by that interface. */
  remote(name) {
    return rootProxy(this, name);
  }

  stream(service, message = {}, options = {}) {
    return this.session.calls.stream(service, message, options);
  }

  async send(event, message = {}) {
    this.session.sendEvent(event, message);
    await this.session.roomAfter(event);
  }

  service(name, handler) {
    this.offers.service(name, handler);
    return this;
  }

  streamService(name, handler) {
    this.offers.stream(name, handler);
    return this;
  }

  onEvent(name, handler) {
    this.offers.event(name, handler);
    return this;
  }

  /** Takes no new calls; resolves to whether all that were taken were answered within so many milliseconds. */
  async drain(grace) {
    checkGrace(grace);
    this.session.drain();
    return within(grace, this.session.dispatcher.whenIdle());
  }

  /** Closes it; with a grace, answers first what was taken. Resolves when the socket is closed. */
  async close({ grace = 0 } = {}) {
    checkGrace(grace);
    if (grace > 0) {
      await this.drain(grace);
    }
    await this.session.close();
  }
}
