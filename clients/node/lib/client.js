import { checkSignal } from './calls.js';
import { Connection } from './connection.js';
import { Dialer } from './dialer.js';
import { parseEndpoint } from './endpoint.js';
import { connectLoopback } from './loopback.js';
import { connectPipe } from './pipe.js';
import { ReconnectPolicy } from './reconnect/policy.js';
import { ReconnectingConnection } from './reconnect/connection.js';
import { IpcError } from './status.js';
import { checkTimeout } from './timeout.js';

const CONNECT_MILLIS = 5_000;
/** In the order in which a client tries them. */
const TRANSPORTS = new Map([
  ['pipe', connectPipe],
  ['loopback', connectLoopback],
]);

/** Connects to the server at an address, such as any:quotes. */
export async function connect(endpoint, options = {}) {
  const { scheme, name } = parseEndpoint(endpoint);
  const transports = transportsOf(scheme);
  return connectBy((limits) => openOne(transports, name, limits), options, CONNECT_MILLIS);
}

/** A connection over what `open` opens, under the options of a client. */
export async function connectBy(open, options, timeout) {
  const dialer = new Dialer(open, options, checkTimeout(options.timeout ?? timeout));
  if (options.reconnect !== undefined) {
    return new ReconnectingConnection(dialer, new ReconnectPolicy(options.reconnect), options.onState).begin(options.signal);
  }
  let connection;
  await dialer.dial(options.signal, (session) => {
    connection = new Connection(session, dialer.offers, dialer.requestTimeout);
  });
  return connection;
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

/** A socket of the first transport over which a server answers. */
async function openOne(transports, name, limits) {
  let absent;
  for (const transport of transports) {
    try {
      checkSignal(limits.signal, `connecting to ${transport}:${name}`);
      return { socket: await TRANSPORTS.get(transport)(name, limits), endpoint: `${transport}:${name}` };
    } catch (error) {
      if (error.status !== 'ENDPOINT_NOT_FOUND') {
        throw error;
      }
      absent = error;
    }
  }
  throw transports.length === 1 ? absent : new IpcError('ENDPOINT_NOT_FOUND',
    `no server answers at any:${name} (tried ${transports.join(', ')}): start it first`, 'NOT_SENT');
}
