import net from 'node:net';

const LONGEST_READ = 65_536;
/** All sockets read into this: what is read is used up before anything else is. */
const BYTES = Buffer.allocUnsafeSlow(LONGEST_READ);

/** A socket whose bytes do not pass through a stream, which costs a small message more than all else at this end. */
export class DirectSocket extends net.Socket {
  #early = [];
  #onBytes;

  constructor() {
    super({ onread: { buffer: BYTES, callback: (length, bytes) => this.#read(length, bytes) } });
  }

  #read(length, bytes) {
    if (this.#onBytes === undefined) {
      this.#early.push(Buffer.from(bytes.subarray(0, length)));
    } else {
      this.#onBytes(bytes, length);
    }
    return true;
  }

  /** Has a function take all bytes: a buffer, which is valid until it returns, and how many there are in it. */
  takeBytes(onBytes) {
    this.#onBytes = onBytes;
    this.#early.splice(0).forEach((bytes) => onBytes(bytes, bytes.length));
  }
}
