/** The proof of a server's secret that precedes the frames of loopback: (docs/protocol.md, "loopback"). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { IpcError, numberOf } from './status.js';

const MAGIC = Buffer.from('VALISE');
const VERSION = 1;
const HEADER_BYTES = 8;
const NONCE_BYTES = 32;
const PROOF_BYTES = 32;

export function nonce() {
  return randomBytes(NONCE_BYTES);
}

/** @param role server or client */
export function proof(secret, role, clientNonce, serverNonce, context) {
  return createHmac('sha256', secret).update(`valise 1 ${role}`).update(clientNonce).update(serverNonce).update(context).digest();
}

export function contextOf(name, client, server) {
  return `loopback:${name} ${client.address}/${client.port}>${server.address}/${server.port}`;
}

function refused(status, message) {
  return new IpcError(status, message, 'NOT_SENT');
}

function checkMagic(header, what) {
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw refused('PROTOCOL_ERROR', `handshake: ${what} does not begin with VALISE: the peer is no Valise program`);
  }
}

function header(last) {
  return Buffer.from([...MAGIC, VERSION, last]);
}

export function helloOf(clientNonce) {
  return Buffer.concat([header(0), clientNonce]);
}

export function challengeOf(serverNonce, serverProof) {
  return Buffer.concat([header(0), serverNonce, serverProof]);
}

/** @param read answers a promise of so many bytes @param send sends bytes */
export async function asClient({ read, send }, secret, context, clientNonce = nonce()) {
  send(helloOf(clientNonce));
  const head = await read(HEADER_BYTES);
  checkMagic(head, 'the challenge');
  if (head[6] !== VERSION || head[7] === numberOf('VERSION_MISMATCH')) {
    throw refused('VERSION_MISMATCH', `handshake version: this client has ${VERSION}, the server has ${head[6]}`);
  } else if (head[7] !== 0) {
    throw refused('PROTOCOL_ERROR', `handshake: a challenge with status ${head[7]}`);
  }
  const serverNonce = await read(NONCE_BYTES);
  const said = await read(PROOF_BYTES);
  if (!timingSafeEqual(said, proof(secret, 'server', clientNonce, serverNonce, context))) {
    throw refused('AUTHENTICATION_FAILED', "authentication: what answers does not know the server's secret");
  }
  send(proof(secret, 'client', clientNonce, serverNonce, context));
  const [verdict] = await read(1);
  if (verdict === numberOf('AUTHENTICATION_FAILED')) {
    throw refused('AUTHENTICATION_FAILED', 'authentication: the server did not accept the proof');
  } else if (verdict !== 0) {
    throw refused('PROTOCOL_ERROR', `handshake: a verdict with status ${verdict}`);
  }
}

export async function asServer({ read, send }, secret, context, serverNonce = nonce()) {
  const head = await read(HEADER_BYTES);
  checkMagic(head, 'the hello');
  if (head[6] !== VERSION) {
    send(header(numberOf('VERSION_MISMATCH')));
    throw refused('VERSION_MISMATCH', `handshake version: this server has ${VERSION}, the client has ${head[6]}`);
  } else if (head[7] !== 0) {
    throw refused('PROTOCOL_ERROR', `handshake: byte 7 must be 0, actual=${head[7]}`);
  }
  const clientNonce = await read(NONCE_BYTES);
  send(challengeOf(serverNonce, proof(secret, 'server', clientNonce, serverNonce, context)));
  if (!timingSafeEqual(await read(PROOF_BYTES), proof(secret, 'client', clientNonce, serverNonce, context))) {
    send(Buffer.from([numberOf('AUTHENTICATION_FAILED')]));
    throw refused('AUTHENTICATION_FAILED', "authentication: the client does not know this server's secret");
  }
  send(Buffer.from([0]));
}

/**
 * Reads and sends the messages of a handshake over a paused socket, which keeps what comes behind them. Ends with
 * PEER_DIED when the socket ends, and with `close`, which the caller calls in any case.
 */
export function exchange(socket) {
  let waiting;
  let failure;
  const fail = () => {
    failure ??= refused('PEER_DIED', 'handshake: the peer hung up');
    waiting?.reject(failure);
    waiting = undefined;
  };
  const look = () => {
    const bytes = waiting === undefined ? null : socket.read(waiting.bytes);
    if (bytes !== null && bytes.length < waiting.bytes) {
      fail(); // the last bytes of a socket that has ended
    } else if (bytes !== null) {
      const { resolve } = waiting;
      waiting = undefined;
      resolve(bytes);
    }
  };
  socket.on('readable', look);
  socket.on('end', fail);
  socket.on('error', fail);
  socket.on('close', fail);
  return {
    send: (bytes) => socket.write(bytes),
    read: (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { bytes, resolve, reject };
        if (failure !== undefined) {
          fail();
        } else {
          look();
        }
      }),
    close: () => {
      socket.off('readable', look);
      socket.off('end', fail);
      socket.off('error', fail);
      socket.off('close', fail);
    },
  };
}
