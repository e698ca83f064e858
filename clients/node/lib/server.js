import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { Duration, V } from './cbor/values.js';
import { Writer } from './cbor/writer.js';
import { Connection } from './connection.js';
import { newCounters } from './counters.js';
import { settingOf } from './dialer.js';
import { parseEndpoint } from './endpoint.js';
import { event as eventFrame, HIGHEST_VERSION, undo } from './frames.js';
import { listenLoopback } from './loopback.js';
import { Offers } from './offers.js';
import { listenPipe } from './pipe.js';
import { SerialQueue } from './serial-queue.js';
import { Session } from './session.js';
import { IpcError, textOf } from './status.js';
import { checkGrace } from './timeout.js';

const LISTENERS = new Map([
  ['pipe', listenPipe],
  ['loopback', listenLoopback],
]);
const KEEP_MILLIS = 60 * 60 * 1_000;
const MOST_SILENT = 1_024;

/** Serves at one address or several, until closed. */
export async function serve(endpoints, options = {}) {
  const server = new Server(options);
  await server.listen([endpoints].flat().flatMap(expanded));
  return server;
}

/** any: stands for all transports. */
function expanded(endpoint) {
  const { scheme, name } = parseEndpoint(endpoint);
  if (scheme !== 'any' && !LISTENERS.has(scheme)) {
    throw new IpcError('UNSUPPORTED',
      `transport ${scheme}: this package has ${[...LISTENERS.keys()].join(', ')} and any`, 'NOT_SENT');
  }
  return (scheme === 'any' ? [...LISTENERS.keys()] : [scheme]).map((transport) => ({ transport, name }));
}

export class Server {
  #setting;
  #offers;
  #onConnect;
  #onDisconnect;
  #listeners = [];
  #sessions = new Set();
  #silent = new Set();
  #begun = performance.now();
  #keeper;
  #keeping;
  #closing;
  #resolveClosed;

  constructor(options) {
    this.#setting = { ...settingOf(options), counters: newCounters() };
    this.#offers = new Offers().addAll(options);
    this.#offers.builtIn('valise.ping', (message) => message);
    this.#offers.builtIn('valise.info', () => this.#info());
    this.#offers.builtIn('valise.schema', () => this.#offers.schema());
    this.#onConnect = options.onConnect;
    this.#onDisconnect = options.onDisconnect;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  async listen(places) {
    try {
      for (const { transport, name } of places) {
        const endpoint = `${transport}:${name}`;
        this.add(await LISTENERS.get(transport)(name, (socket) => this.accept(socket, endpoint)));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#keeper = setInterval(() => {
      this.#keeping = this.#keep();
    }, KEEP_MILLIS);
    this.#keeper.unref();
  }

  /** Adds what brings clients, with an `endpoint`, its `files`, and the methods `renew` and `close`. */
  add(listener) {
    this.#listeners.push(listener);
  }

  /** The addresses, none of them any:. */
  get endpoints() {
    return this.#listeners.map(({ endpoint }) => endpoint);
  }

  /** The connections whose clients have said who they are. */
  get connections() {
    return [...this.#sessions].map(({ connection }) => connection);
  }

  #info() {
    return {
      application: this.#setting.application,
      pid: BigInt(process.pid),
      protocolVersion: HIGHEST_VERSION,
      uptime: Duration.ofMillis(performance.now() - this.#begun),
      endpoints: V.strings(this.endpoints),
      services: V.strings(this.#offers.names()),
      maxMessageBytes: this.#setting.maxMessageBytes,
      connections: this.#sessions.size,
      ...this.#setting.counters,
    };
  }

  /** Greets a client that has connected; resolves to its connection, or to undefined if that has come to nothing. */
  async accept(socket, endpoint) {
    if (this.#closing !== undefined || this.#silent.size >= MOST_SILENT) {
      socket.destroy();
      return undefined;
    }
    const offers = new Offers(this.#offers);
    const session = new Session(socket, { ...this.#setting, endpoint, offers, eventQueue: new SerialQueue() });
    const connection = new Connection(session, offers, this.#setting.requestTimeout);
    this.#silent.add(session);
    try {
      await session.awaitHello();
    } catch {
      return undefined; // closed already; the client was told why, as far as it listens
    } finally {
      this.#silent.delete(session);
    }
    this.#sessions.add(session);
    session.ended.then((reason) => this.#ended(session, connection, reason));
    this.#tell(() => this.#onConnect?.(connection), session, 'onConnect');
    return connection;
  }

  #ended(session, connection, reason) {
    this.#sessions.delete(session);
    this.#tell(() => this.#onDisconnect?.(connection, reason), session, 'onDisconnect');
  }

  async #tell(listener, session, what) {
    try {
      await listener();
    } catch (error) {
      session.report(error, what);
    }
  }

  /** Sends an event to all connections; one that takes no more does not hold up the others, and is closed in the end. */
  broadcast(event, message = {}) {
    const out = new Writer();
    eventFrame(out, event, message);
    const frame = undo(out);
    for (const session of this.#sessions) {
      session.broadcast(frame, event);
    }
  }

  /** Cleaners of temporary directories remove what is not touched for days; what they have removed is made again. */
  async #keep() {
    for (const listener of this.#listeners) {
      try {
        await listener.renew();
        const now = new Date();
        for (const file of new Set([...listener.files(), ...listener.files().map(dirname)])) {
          await fs.utimes(file, now, now).catch(() => {}); // such as a parent that is not this user's
        }
      } catch (error) {
        this.#report(error, `keeping ${listener.endpoint}`);
      }
    }
  }

  #report(error, where) {
    if (this.#setting.onError !== undefined) {
      this.#setting.onError(error, where);
    } else {
      process.emitWarning(`${where} failed: ${textOf(error)}`, 'ValiseWarning');
    }
  }

  /**
   * Takes no new clients and calls, answers what was taken, and closes. Resolves to whether all was answered within so
   * many milliseconds.
   */
  async shutdown(grace) {
    checkGrace(grace);
    await this.#stopListening();
    const all = [...this.#sessions].map(({ connection }) => connection.drain(grace));
    const answered = (await Promise.all(all)).every((done) => done);
    await this.close();
    return answered;
  }

  async #stopListening() {
    clearInterval(this.#keeper);
    this.#closing ??= Promise.resolve(this.#keeping)
      .then(() => Promise.all(this.#listeners.map((listener) =>
        listener.close().catch((error) => this.#report(error, `removing the files of ${listener.endpoint}`)))));
    await this.#closing;
  }

  /** Closes all connections, and frees the addresses. */
  async close() {
    await this.#stopListening();
    await Promise.all([...this.#silent, ...this.#sessions].map((session) => session.close()));
    this.#resolveClosed();
  }
}

