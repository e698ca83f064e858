import { LONGEST_FRAME, wire } from './fragments.js';
import { LENGTH_BYTES } from './frames.js';
import { malformed } from './status.js';

/** How long a peer is waited for after this end has closed, in milliseconds. */
const LINGER_MILLIS = 2_000;
/** So many bytes are written without waiting for the end of the turn. */
const MOST_AT_ONCE = 65_536;

/** Frames over a connected socket. What goes out in one turn of the event loop goes out in one write. */
export class FrameSocket {
  #socket;
  #onFrame;
  #onFail;
  #onEnd;
  #ended = false;
  #outgoing = [];
  #outgoingBytes = 0;
  #head = Buffer.alloc(LENGTH_BYTES);
  #headBytes = 0;
  #partial;
  #partialBytes = 0;
  #drained;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay?.(true);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /** @param onFail is given what a frame made onFrame throw @param onEnd is called once, when nothing more comes */
  start(onFrame, onFail, onEnd) {
    this.#onFrame = onFrame;
    this.#onFail = onFail;
    this.#onEnd = onEnd;
    const socket = this.#socket;
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('error', () => this.#end());
    socket.on('end', () => {
      this.#end();
      socket.destroySoon();
    });
    socket.on('close', () => this.#end());
    socket.resume();
  }

  #end() {
    if (!this.#ended) {
      this.#ended = true;
      this.#onEnd();
    }
  }

  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Sends a frame, a writer with room for the length. */
  send(frame) {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) {
      return;
    }
    if (this.#outgoing.length === 0) {
      process.nextTick(this.#flush);
    }
    const bytes = wire(frame);
    this.#outgoing.push(bytes);
    this.#outgoingBytes += bytes.length;
    if (this.#outgoingBytes >= MOST_AT_ONCE) {
      this.#flush();
    }
  }

  /** Writes what was sent in this turn; one copy of small frames costs less than a list of them for the system. */
  #flush = () => {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    if (outgoing.length > 0 && !this.#socket.destroyed) {
      this.#socket.write(outgoing.length === 1 ? outgoing[0] : Buffer.concat(outgoing));
    }
  };

  /** Whether more is waiting to be sent than the socket wants to hold. */
  get isFull() {
    return this.#socket.writableNeedDrain;
  }

  get unsentBytes() {
    return this.#socket.writableLength + this.#outgoingBytes;
  }

  /** Resolves when there is room again, or the connection has ended. */
  room() {
    if (!this.isFull || this.#socket.destroyed) {
      return Promise.resolve();
    }
    this.#drained ??= new Promise((resolve) => {
      const done = () => {
        this.#drained = undefined;
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#socket.on('drain', done);
      this.#socket.on('close', done);
    });
    return this.#drained;
  }

  /** Sends what is left and closes, once the peer has closed too or has been waited for; frames are read no more. */
  finish() {
    const socket = this.#socket;
    this.#ended = true;
    this.#onFrame = undefined;
    this.#flush();
    socket.resume();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MILLIS);
    socket.once('close', () => clearTimeout(timer));
  }

  #received(chunk) {
    try {
      this.#split(chunk);
    } catch (error) {
      this.#onFail(error);
    }
  }

  #split(chunk) {
    let at = this.#fill(chunk, 0);
    while (this.#onFrame !== undefined && this.#partial === undefined && chunk.length - at >= LENGTH_BYTES && this.#headBytes === 0) {
      const length = checkLength(chunk.readUInt32BE(at));
      at += LENGTH_BYTES;
      if (chunk.length - at >= length) {
        this.#onFrame(chunk.subarray(at, at + length));
        at += length;
      } else {
        this.#partial = Buffer.allocUnsafe(length);
        this.#partialBytes = 0;
        at = this.#fill(chunk, at);
      }
    }
    if (at < chunk.length && this.#onFrame !== undefined) {
      this.#headBytes += chunk.copy(this.#head, this.#headBytes, at);
    }
  }

  /** Completes the length and the frame that began in an earlier chunk; answers where the next one begins. */
  #fill(chunk, from) {
    let at = from;
    if (this.#headBytes > 0) {
      const copied = chunk.copy(this.#head, this.#headBytes, at);
      at += copied;
      this.#headBytes += copied;
      if (this.#headBytes < LENGTH_BYTES) {
        return at;
      }
      this.#headBytes = 0;
      this.#partial = Buffer.allocUnsafe(checkLength(this.#head.readUInt32BE(0)));
      this.#partialBytes = 0;
    }
    if (this.#partial !== undefined) {
      const copied = chunk.copy(this.#partial, this.#partialBytes, at);
      at += copied;
      this.#partialBytes += copied;
      if (this.#partialBytes === this.#partial.length) {
        const frame = this.#partial;
        this.#partial = undefined;
        this.#onFrame?.(frame);
      }
    }
    return at;
  }
}

function checkLength(length) {
  if (length < 1 || length > LONGEST_FRAME) {
    throw malformed(`frame: limit=1 to ${LONGEST_FRAME} bytes, announced=${length}`);
  }
  return length;
}
