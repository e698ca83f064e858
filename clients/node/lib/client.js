import { basename } from 'node:path';
import { checkSignal, checkTimeout } from './calls.js';
import { Connection } from './connection.js';
import { newCounters } from './counters.js';
import { parseEndpoint } from './endpoint.js';
import { connectLoopback } from './loopback.js';
import { Offers } from './offers.js';
import { connectPipe } from './pipe.js';
import { checkMaxMessage, Session } from './session.js';
import { IpcError } from './status.js';

const CONNECT_MILLIS = 5_000;
export const REQUEST_MILLIS = 30_000;
/** In the order in which a client tries them. */
const TRANSPORTS = new Map([
  ['pipe', connectPipe],
  ['loopback', connectLoopback],
]);

/** What names this process to its peers. */
export function applicationOf({ application }) {
  return application ?? basename(process.argv[1] ?? process.title);
}

/** Connects to the server at an address, such as any:quotes. */
export async function connect(endpoint, options = {}) {
  const { scheme, name } = parseEndpoint(endpoint);
  const requestTimeout = checkTimeout(options.requestTimeout ?? REQUEST_MILLIS);
  const timeout = checkTimeout(options.timeout ?? CONNECT_MILLIS);
  const setting = {
    isServer: false,
    maxMessageBytes: checkMaxMessage(options.maxMessageBytes),
    application: applicationOf(options),
    exact: options.exact ?? false,
    onError: options.onError,
  };
  const offers = new Offers().addAll(options);
  const limits = { deadline: performance.now() + timeout, signal: options.signal };
  for (const transport of transportsOf(scheme)) {
    const socket = await openSocket(transport, name, limits, scheme === 'any');
    if (socket !== undefined) {
      const own = { ...setting, endpoint: `${transport}:${name}`, offers, counters: newCounters() };
      return greeted(new Session(socket, own), offers, requestTimeout, limits);
    }
  }
  throw new IpcError('ENDPOINT_NOT_FOUND',
    `no server answers at any:${name} (tried ${[...TRANSPORTS.keys()].join(', ')}): start it first`, 'NOT_SENT');
}

function transportsOf(scheme) {
  if (scheme === 'any') {
    return [...TRANSPORTS.keys()];
  } else if (!TRANSPORTS.has(scheme)) {
    throw new IpcError('UNSUPPORTED',
      `transport ${scheme}: this package has ${[...TRANSPORTS.keys()].join(', ')} and any`, 'NOT_SENT');
  }
  return [scheme];
}

/** Undefined where no server answers and another transport may be tried. */
async function openSocket(transport, name, limits, goesOn) {
  try {
    checkSignal(limits.signal, `connecting to ${transport}:${name}`);
    return await TRANSPORTS.get(transport)(name, limits);
  } catch (error) {
    if (goesOn && error.status === 'ENDPOINT_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

async function greeted(session, offers, requestTimeout, { deadline, signal }) {
  const connection = new Connection(session, offers, requestTimeout);
  const onAbort = () => session.close('CANCELLED', `connecting to ${session.endpoint}: given up`);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const greeting = session.greet(Math.max(1, deadline - performance.now()));
    if (signal?.aborted) {
      onAbort();
    }
    await greeting;
    return connection;
  } catch (error) {
    session.close(error.status, error.reason);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
