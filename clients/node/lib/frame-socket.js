import { u32 } from './cbor/reader.js';
import { Writer } from './cbor/writer.js';
import { DirectSocket } from './direct-socket.js';
import { endFrame, LONGEST_FRAME } from './fragments.js';
import { LENGTH_BYTES } from './frames.js';
import { malformed } from './status.js';

/** How long a peer is waited for after this end has closed, in milliseconds. */
const LINGER_MILLIS = 2_000;
/** So many bytes are written without waiting for the end of the turn: the peer begins with them while this end goes on. */
const MOST_AT_ONCE = 4_096;

/**
 * Frames over a connected socket. What is sent while bytes are received goes out when all of them were read, and what is sent
 * otherwise at the end of the turn of the event loop, or at once if it is not to wait: in one write, or in some when it is long.
 */
export class FrameSocket {
  #socket;
  #onFrame;
  #onFail;
  #onEnd;
  #ended = false;
  #flushes = false;
  #head = Buffer.alloc(LENGTH_BYTES);
  #headBytes = 0;
  #partial;
  #partialBytes = 0;
  #drained;

  constructor(socket) {
    this.#socket = socket;
    /** What frames are appended to; `commit` follows. */
    this.out = new Writer();
    socket.setNoDelay?.(true);
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /**
   * @param onFrame is given a buffer, and where in it a frame begins and ends: valid until it returns
   * @param onFail is given what a frame made onFrame throw @param onEnd is called once, when nothing more comes
   */
  start(onFrame, onFail, onEnd) {
    this.#onFrame = onFrame;
    this.#onFail = onFail;
    this.#onEnd = onEnd;
    const socket = this.#socket;
    if (socket instanceof DirectSocket) {
      socket.takeBytes((bytes, length) => this.#received(bytes, length));
    } else {
      socket.on('data', (chunk) => this.#received(chunk, chunk.length));
    }
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

  /** Sends the frame that was appended. @param atOnce it does not wait for what else is sent in this turn */
  commit(atOnce) {
    endFrame(this.out);
    if (atOnce || this.out.length >= MOST_AT_ONCE) {
      this.#flush();
    } else if (!this.#flushes) {
      this.#flushes = true;
      process.nextTick(this.#flushLater);
    }
  }

  #flushLater = () => {
    this.#flushes = false;
    this.#flush();
  };

  /** Writes what was sent and not written yet. */
  #flush() {
    if (this.out.length > 0) {
      const bytes = this.out.take();
      if (!this.#socket.destroyed && !this.#socket.writableEnded) {
        this.#socket.write(bytes);
        if (this.#socket.writableLength === 0) { // the system has all of it
          this.out.rewind();
        }
      }
    }
  }

  /** Whether more is waiting to be sent than the socket wants to hold. */
  get isFull() {
    return this.#socket.writableNeedDrain;
  }

  get unsentBytes() {
    return this.#socket.writableLength + this.out.length;
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

  #received(chunk, end) {
    this.#flushes = true;
    try {
      this.#split(chunk, end);
    } catch (error) {
      this.#onFail(error);
    } finally {
      this.#flushLater();
    }
  }

  #split(chunk, end) {
    let at = this.#headBytes > 0 || this.#partial !== undefined ? this.#fill(chunk, 0, end) : 0;
    while (end - at >= LENGTH_BYTES && this.#onFrame !== undefined) {
      const length = checkLength(u32(chunk, at));
      at += LENGTH_BYTES;
      if (end - at >= length) {
        this.#onFrame(chunk, at, at + length);
        at += length;
      } else {
        this.#partial = Buffer.allocUnsafe(length);
        this.#partialBytes = 0;
        at = this.#fill(chunk, at, end);
      }
    }
    if (at < end && this.#onFrame !== undefined) {
      this.#headBytes += chunk.copy(this.#head, this.#headBytes, at, end);
    }
  }

  /** Completes the length and the frame that began in an earlier chunk; answers where the next one begins. */
  #fill(chunk, from, end) {
    let at = from;
    if (this.#headBytes > 0) {
      const copied = chunk.copy(this.#head, this.#headBytes, at, end);
      at += copied;
      this.#headBytes += copied;
      if (this.#headBytes < LENGTH_BYTES) {
        return at;
      }
      this.#headBytes = 0;
      this.#partial = Buffer.allocUnsafe(checkLength(u32(this.#head, 0)));
      this.#partialBytes = 0;
    }
    if (this.#partial !== undefined) {
      const copied = chunk.copy(this.#partial, this.#partialBytes, at, end);
      at += copied;
      this.#partialBytes += copied;
      if (this.#partialBytes === this.#partial.length) {
        const frame = this.#partial;
        this.#partial = undefined;
        this.#onFrame?.(frame, 0, frame.length);
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
