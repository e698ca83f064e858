/** Unix domain sockets by name in a folder of the runtime directory (docs/protocol.md, "pipe"). */
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkSignal } from './calls.js';
import { DirectSocket } from './direct-socket.js';
import { facts, failed, user, write } from './private-directory.js';
import { refuge } from './runtime-directory.js';
import { IpcError } from './status.js';

const LONGEST_PATH = 103;
/** A socket that refuses may be bound and not listening yet: it is asked again after this long. */
const SECOND_LOOK_MILLIS = 50;
const CLAIM_TRIES = 8;
const FIRST_PAUSE_MILLIS = 1;
const LONGEST_PAUSE_MILLIS = 20;
const BACKLOG = 4_096;

/** Path of the socket, and of the file that stands for it in the folder where that is elsewhere. */
export async function placeOf(folder, name, create) {
  const real = await fs.realpath(folder).catch(() => path.resolve(folder));
  const plain = path.join(real, name);
  if (Buffer.byteLength(plain) <= LONGEST_PATH) {
    return { socket: plain, marker: undefined };
  }
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, 32);
  return { socket: path.join(await refuge(create), hash), marker: path.join(real, `.at-${name}`) };
}

// ---- connecting

/** A connected socket. The kernel cannot be asked who listens: the socket's owner and its folder are checked. */
export async function connectTo(folder, name, { deadline, signal }) {
  const { socket: at } = await placeOf(folder, name, false);
  const found = await facts(at);
  if (found === undefined) {
    throw absent(at);
  } else if (found.uid !== user()) {
    throw new IpcError('AUTHENTICATION_FAILED', `the socket ${at} belongs to user ${found.uid}: not talking to it`, 'NOT_SENT');
  }
  let pause = FIRST_PAUSE_MILLIS;
  for (;;) {
    const socket = await attempt(at);
    if (socket !== undefined) {
      return socket;
    } else if (performance.now() + pause >= deadline) {
      throw new IpcError('TIMEOUT', `connecting to ${at}: the server's queue stayed full`, 'NOT_SENT');
    }
    await delay(pause);
    checkSignal(signal, `connecting to ${at}`);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
  }
}

function absent(at, cause) {
  return new IpcError('ENDPOINT_NOT_FOUND', `no server listens at ${at}: start it first`, 'NOT_SENT', { cause });
}

/** One try; undefined when the server's queue is full. */
function attempt(at) {
  return new Promise((resolve, reject) => {
    const socket = new DirectSocket().connect({ path: at });
    socket.once('connect', () => {
      socket.on('error', () => {}); // seen as the end of the connection
      socket.pause();
      resolve(socket);
    });
    socket.once('error', (cause) => {
      if (cause.code === 'EAGAIN') {
        resolve(undefined);
      } else if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(cause.code)) {
        reject(absent(at, cause));
      } else {
        reject(failed('connect to', at, cause));
      }
    });
  });
}

/** Whether a server listens there; only a refused connection proves the opposite. */
async function isLive(at) {
  try {
    (await attempt(at))?.destroy();
    return true;
  } catch (error) {
    return error.status !== 'ENDPOINT_NOT_FOUND';
  }
}

// ---- serving

/**
 * A socket that listens at a name. It is bound to a name of its own first, and linked to the name that is wanted, which
 * succeeds for one of all who try: Node.js has no lock on files that would order them.
 */
export class NamedListener {
  #server;
  #place;
  #inode;

  constructor(server, place, inode) {
    this.#server = server;
    this.#place = place;
    this.#inode = inode;
  }

  /** @param accepted is called with each connected socket */
  static async open(folder, name, accepted) {
    const place = await placeOf(folder, name, true);
    const server = net.createServer({ pauseOnConnect: true }, accepted);
    let draft;
    try {
      draft = await listeningAside(server, place.socket);
      await fs.chmod(draft, 0o600);
      const { ino } = await fs.lstat(draft);
      await claim(draft, place.socket);
      const listener = new NamedListener(server, place, ino);
      await listener.#mark();
      return listener;
    } catch (cause) {
      server.close();
      throw cause instanceof IpcError ? cause : failed('listen at', place.socket, cause);
    } finally {
      if (draft !== undefined) {
        await fs.rm(draft, { force: true });
      }
    }
  }

  async #mark() {
    if (this.#place.marker !== undefined) {
      await write(this.#place.marker, this.#place.socket);
    }
  }

  /** The files that a cleaner of temporary directories must find used. */
  files() {
    return [this.#place.socket, this.#place.marker].filter((file) => file !== undefined);
  }

  /** Whether the name still leads to this socket. */
  async isThere() {
    return (await facts(this.#place.socket))?.ino === this.#inode;
  }

  /** Frees the name and accepts no more; what was accepted lives on. */
  async close() {
    try {
      if (await this.isThere()) {
        await fs.rm(this.#place.socket, { force: true });
        if (this.#place.marker !== undefined) {
          await fs.rm(this.#place.marker, { force: true });
        }
      }
    } finally {
      this.#server.close();
    }
  }
}

/** A name in the same folder that is as short as any, since the socket's own may be as long as it can be. */
function aside(at) {
  return path.join(path.dirname(at), `.${randomBytes(2).toString('base64url')}`);
}

/** Has a server listen at a name that is not taken, and answers its path. */
async function listeningAside(server, at) {
  for (let tries = 1; ; tries++) {
    const draft = aside(at);
    try {
      await listening(server, draft);
      return draft;
    } catch (cause) {
      if (cause.code !== 'EADDRINUSE' || tries === CLAIM_TRIES) {
        throw cause;
      }
    }
  }
}

function listening(server, at) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: at, backlog: BACKLOG }, () => {
      server.off('error', reject);
      server.on('error', () => {}); // such as no descriptor left: the next connection is accepted when there is one
      resolve();
    });
  });
}

/** Gives a listening socket its name, when that is free or its owner is gone. */
async function claim(draft, at) {
  for (let tries = 1; tries <= CLAIM_TRIES; tries++) {
    try {
      await fs.link(draft, at);
      return;
    } catch (cause) {
      if (cause.code !== 'EEXIST') {
        throw cause;
      }
    }
    await removeAbandoned(at);
  }
  throw inUse(`${at}: other servers take it again and again`);
}

function inUse(what) {
  return new IpcError('ADDRESS_IN_USE', what, 'NOT_SENT');
}

/**
 * Removes a socket whose server is gone. It is taken out of the way by a rename, which one of all who try does: what it
 * took is put back if it is another than the one that was asked.
 */
async function removeAbandoned(at) {
  const found = await facts(at);
  if (found === undefined) {
    return;
  } else if (!found.isSocket()) {
    throw inUse(`in the way at ${at}: not a socket; remove it, or choose another name`);
  } else if (await isLive(at)) {
    throw inUse(`a server listens at ${at} already: stop it, or choose another name`);
  }
  await delay(SECOND_LOOK_MILLIS);
  if ((await facts(at))?.ino !== found.ino || await isLive(at)) {
    return;
  }
  const taken = aside(at);
  try {
    await fs.rename(at, taken);
  } catch (cause) {
    if (cause.code === 'ENOENT') {
      return;
    }
    throw cause;
  }
  if ((await fs.lstat(taken)).ino !== found.ino) {
    await fs.link(taken, at);
  }
  await fs.rm(taken, { force: true });
}
