/** The transport loopback: over TCP on 127.0.0.1 and ::1, and nothing else. */
import net from 'node:net';
import path from 'node:path';
import { unwatch, watch } from './aborts.js';
import * as endpointFile from './endpoint-file.js';
import { asClient, asServer, contextOf, exchange } from './handshake.js';
import { NamedListener } from './named-socket.js';
import { failed } from './private-directory.js';
import { folderToRead, folderToServe } from './runtime-directory.js';
import { IpcError } from './status.js';
import { startTimer } from './timeout.js';

const FOLDER = 'loopback';
const HELD_FOLDER = 'loopback-held';
const V4 = '127.0.0.1';
const V6 = '::1';
const HANDSHAKE_MILLIS = 5_000;
const MOST_HANDSHAKES = 64;
const TRIES = 3;

// ---- connecting

export async function connectLoopback(name, limits) {
  const folder = await folderToRead(FOLDER);
  for (let tries = 1; ; tries++) {
    const server = await endpointFile.find(folder, name);
    if (server === undefined) {
      throw new IpcError('ENDPOINT_NOT_FOUND',
        `no server serves loopback:${name} for this user (looked for ${path.join(folder, name)}): start it first`, 'NOT_SENT');
    }
    try {
      return await reach(server, limits);
    } catch (error) {
      if (!await isWorthAnotherTry(folder, server, error, tries)) {
        throw error;
      }
    }
  }
}

/** The server may have been replaced since its file was read, or had no room for one more client. */
async function isWorthAnotherTry(folder, server, error, tries) {
  if (error.status === 'PEER_DIED' && tries < TRIES) {
    return true;
  } else if (!['PEER_DIED', 'ENDPOINT_NOT_FOUND', 'AUTHENTICATION_FAILED', 'PROTOCOL_ERROR'].includes(error.status)) {
    return false;
  }
  const now = await endpointFile.find(folder, server.name).catch(() => undefined);
  return now !== undefined && !now.secret.equals(server.secret);
}

async function reach(server, limits) {
  try {
    return await dial(server, V4, server.port, limits);
  } catch (error) {
    if (error.status !== 'ENDPOINT_NOT_FOUND' || server.port6 === 0) {
      throw error;
    }
    return dial(server, V6, server.port6, limits);
  }
}

async function dial(server, host, port, { deadline, signal }) {
  const socket = net.connect({ host, port, noDelay: true });
  const what = `loopback:${server.name}`;
  const stop = (status, why) => socket.destroy(new IpcError(status, why, 'NOT_SENT'));
  const timer = startTimer(deadline - performance.now(), () => stop('TIMEOUT', `no answer from ${what} in time`));
  const onAbort = () => stop('CANCELLED', `connecting to ${what}: given up`);
  watch(signal, onAbort);
  let cause;
  socket.on('error', (error) => {
    cause ??= error;
  });
  const talk = exchange(socket);
  try {
    await connected(socket, server);
    const own = { address: socket.localAddress, port: socket.localPort };
    await asClient(talk, server.secret, contextOf(server.name, own, { address: host, port }));
    return socket;
  } catch (error) {
    socket.destroy();
    throw cause instanceof IpcError ? cause : error;
  } finally {
    clearTimeout(timer);
    unwatch(signal, onAbort);
    talk.close();
  }
}

function connected(socket, server) {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(cause instanceof IpcError ? cause : cause.code === 'ECONNREFUSED'
      ? new IpcError('ENDPOINT_NOT_FOUND', `the server that published loopback:${server.name} is gone: start it again`, 'NOT_SENT', { cause })
      : failed('connect to', `loopback:${server.name}`, cause)));
  });
}

// ---- serving

/** @param accepted is called with each socket whose client has proved that it knows the secret */
export async function listenLoopback(name, accepted) {
  const folder = await folderToServe(FOLDER);
  const heldFolder = await folderToServe(HELD_FOLDER);
  const secret = endpointFile.freshSecret();
  const pending = new Set();
  const onSocket = (host) => (socket) => authenticate(socket, host, name, secret, pending, accepted);
  const hold = () => NamedListener.open(heldFolder, name, (socket) => socket.destroy());
  let held = await hold();
  const ports = [];
  try {
    ports.push(await listen(V4, 0, onSocket(V4)));
    ports.push(await listen(V6, ports[0].address().port, onSocket(V6)).catch(() => undefined));
    const server = { name, port: ports[0].address().port, port6: ports[1]?.address().port ?? 0, secret };
    await endpointFile.publish(folder, server);
    return {
      endpoint: `loopback:${name}`,
      files: () => [folder, heldFolder, path.join(folder, name), ...held.files()],
      /** Publishes again what was removed. */
      async renew() {
        if (!await held.isThere()) {
          const removed = held;
          held = await hold();
          await removed.close();
        }
        if (await endpointFile.find(folder, name) === undefined) {
          await endpointFile.publish(folder, server);
        }
      },
      async close() {
        ports.forEach((port) => port?.close());
        pending.forEach((socket) => socket.destroy());
        try {
          await endpointFile.retract(folder, server);
        } finally {
          await held.close();
        }
      },
    };
  } catch (error) {
    ports.forEach((port) => port?.close());
    await held.close();
    throw error instanceof IpcError ? error : failed('listen at', V4, error);
  }
}

/** Prefers the port of the other address, but takes any. */
async function listen(host, port, onSocket) {
  const server = net.createServer({ noDelay: true, pauseOnConnect: false }, onSocket);
  const bind = (wanted) => new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: wanted, ipv6Only: host === V6 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await bind(port).catch(() => bind(0));
  server.on('error', () => {}); // such as no descriptor left: the next connection is accepted when there is one
  return server;
}

async function authenticate(socket, host, name, secret, pending, accepted) {
  if (pending.size >= MOST_HANDSHAKES) {
    const [oldest] = pending;
    pending.delete(oldest);
    oldest.destroy();
  }
  pending.add(socket);
  socket.on('error', () => {}); // seen as the end of the socket
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MILLIS);
  const talk = exchange(socket);
  try {
    const client = { address: socket.remoteAddress, port: socket.remotePort };
    await asServer(talk, secret, contextOf(name, client, { address: host, port: socket.localPort }));
    talk.close();
    accepted(socket);
  } catch {
    talk.close();
    socket.destroySoon(); // what the client is to be told goes out; who does not prove itself is told no more
  } finally {
    clearTimeout(timer);
    pending.delete(socket);
  }
}
