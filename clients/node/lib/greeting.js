/** The greeting: which version is spoken, how long messages may be, and who has proved what (docs/protocol.md, "Greeting"). */
import * as frames from './frames.js';
import { ClientProof, ServerProof } from './identity/proof.js';
import { numberIn, Peer } from './peer.js';
import { IpcError, malformed, statusOf } from './status.js';
import { startTimer } from './timeout.js';

const { KIND, FLAG } = frames;
const DEFAULT_MAX_MESSAGE = 16 << 20;
const LEAST_MAX_MESSAGE = 4_096;
const MOST_MAX_MESSAGE = 1 << 30;
const HELLO_MILLIS = 5_000;

export function checkMaxMessage(bytes = DEFAULT_MAX_MESSAGE) {
  if (!Number.isInteger(bytes) || bytes < LEAST_MAX_MESSAGE || bytes > MOST_MAX_MESSAGE) {
    throw new RangeError(`maxMessageBytes: limit=${LEAST_MAX_MESSAGE} to ${MOST_MAX_MESSAGE}, actual=${String(bytes)}`);
  }
  return bytes;
}

function maxMessageOf(about) {
  const bytes = numberIn(about, 'maxMessageBytes');
  return bytes >= LEAST_MAX_MESSAGE ? Math.min(bytes, MOST_MAX_MESSAGE) : DEFAULT_MAX_MESSAGE;
}

class Greeting {
  #timer;

  /** @param session is sent through, and told the result by `greeted` */
  constructor(session, millis, status, what) {
    this.session = session;
    this.setting = session.setting;
    this.done = new Promise((resolve, reject) => {
      Object.assign(this, { resolve, reject });
    });
    this.#timer = startTimer(millis, () => session.close(status, what));
  }

  about() {
    const { application, maxMessageBytes } = this.setting;
    return { pid: process.pid, application, maxMessageBytes };
  }

  succeed(version, about, proven) {
    clearTimeout(this.#timer);
    this.session.greeted(version, maxMessageOf(about), new Peer(about, version, proven));
    this.resolve();
  }

  fail(error) {
    clearTimeout(this.#timer);
    this.reject(error);
  }

  unexpected(expected, kind) {
    return malformed(`greeting: expected ${expected}, actual kind=${kind}`);
  }
}

/** Says HELLO, proves who it is when it is challenged, and waits for WELCOME. */
export class ClientGreeting extends Greeting {
  #proof;
  #proven;

  constructor(session, millis) {
    super(session, millis, 'TIMEOUT', `no WELCOME within ${Math.round(millis)} ms`);
    const { identity, grants, endpoint } = this.setting;
    this.#proof = identity === undefined ? undefined : new ClientProof(identity, grants, endpoint);
    this.id = session.calls.nextId();
  }

  begin() {
    this.session.send((out) => frames.hello(out, this.id, { ...this.about(), ...this.#proof?.hello() }));
  }

  onFrame(body) {
    const { kind, status, id } = body;
    if (kind === KIND.ERROR) {
      this.session.refused(new IpcError(status === 0 ? 'PROTOCOL_ERROR' : statusOf(status), body.text(), 'NOT_SENT'));
    } else if (kind === KIND.WELCOME) {
      this.#welcomed(id, body);
    } else if (kind === KIND.CHALLENGE && this.#proof !== undefined) {
      this.#challenged(id, body.last(false));
    } else {
      throw this.unexpected('WELCOME', kind);
    }
  }

  #challenged(id, challenge) {
    this.#checkId('CHALLENGE', id);
    const { proof, applicationId } = this.#proof.answer(challenge);
    this.#proof = undefined; // a second challenge is a violation
    this.#proven = { applicationId };
    this.session.send((out) => frames.message(out, KIND.PROOF, id, proof));
  }

  #welcomed(id, body) {
    const version = body.u16();
    if (frames.versionFor(version, version) === 0) {
      throw new IpcError('VERSION_MISMATCH',
        `protocol version: here ${frames.LOWEST_VERSION} to ${frames.HIGHEST_VERSION}, at the server ${version}`, 'NOT_SENT');
    }
    this.#checkId('WELCOME', id);
    this.succeed(version, body.last(false), this.#proven);
  }

  #checkId(what, id) {
    if (id !== this.id) {
      throw malformed(`${what}: no HELLO had the id ${id}`);
    }
  }
}

/** Waits for HELLO, challenges a client that says who it is, and answers WELCOME. */
export class ServerGreeting extends Greeting {
  #challenged;

  constructor(session) {
    super(session, HELLO_MILLIS, 'PROTOCOL_ERROR', `no HELLO within ${HELLO_MILLIS} ms`);
  }

  begin() {}

  onFrame(body) {
    const { kind, id } = body;
    if (this.#challenged !== undefined) {
      this.#proved(kind, id, body);
    } else if (kind === KIND.HELLO) {
      this.#hello(id, body);
    } else {
      throw this.unexpected('HELLO', kind);
    }
  }

  #hello(id, body) {
    if (body.u32() !== frames.MAGIC) {
      throw malformed('HELLO: the magic number is missing; the peer does not speak this protocol');
    }
    const lowest = body.u16();
    const highest = body.u16();
    const version = frames.versionFor(lowest, highest);
    if (version === 0) {
      const text = `protocol version: here ${frames.LOWEST_VERSION} to ${frames.HIGHEST_VERSION}, at the client ${lowest} to ${highest}`;
      this.#refuse(id, new IpcError('VERSION_MISMATCH', text));
      return;
    }
    const about = body.last(false);
    if (about.identity === undefined) {
      this.#welcome(id, version, about);
    } else {
      const { identity, endpoint } = this.setting;
      const proof = new ServerProof(identity, endpoint, about.identity);
      this.#challenged = { proof, version, about, id };
      this.session.send((out) => frames.message(out, KIND.CHALLENGE, id, proof.challenge()));
    }
  }

  #proved(kind, id, body) {
    const { proof, version, about, id: asked } = this.#challenged;
    if (kind !== KIND.PROOF || id !== asked) {
      throw this.unexpected(`PROOF with id ${asked}`, kind);
    }
    const said = body.last(false);
    let proven;
    try {
      proven = proof.check(said, (error) => this.session.note(error, 'a grant of a client'));
    } catch (error) {
      this.#refuse(id, error);
      return;
    }
    this.#welcome(id, version, about, proven);
  }

  #welcome(id, version, about, proven) {
    this.session.send((out) => frames.welcome(out, id, version, this.about()));
    this.succeed(version, about, proven);
  }

  #refuse(id, { status, reason }) {
    this.session.send((out) => frames.text(out, KIND.ERROR, FLAG.REJECTED, status, id, reason));
    this.session.close(status, reason);
  }
}
