import { Duplex } from 'node:stream';

/** How long what is left is read after the other end has stopped reading, in milliseconds. */
const LINGER_MILLIS = 2_000;

/** Two streams, one for each direction, as one socket. */
export class StreamPair extends Duplex {
  #input;
  #output;
  #unwritable = false;

  constructor(input, output) {
    super({ allowHalfOpen: true });
    this.#input = input;
    this.#output = output;
    input.on('data', (chunk) => {
      if (!this.push(chunk)) {
        input.pause();
      }
    });
    input.once('end', () => this.push(null));
    input.once('error', (error) => this.destroy(error));
    input.once('close', () => this.push(null));
    output.on('error', () => this.#stopWriting());
  }

  /** What the other end has said before it went is still read. */
  #stopWriting() {
    if (!this.#unwritable) {
      this.#unwritable = true;
      const timer = setTimeout(() => this.destroy(), LINGER_MILLIS);
      this.once('close', () => clearTimeout(timer));
    }
  }

  _read() {
    this.#input.resume();
  }

  _write(chunk, encoding, done) {
    if (this.#unwritable) {
      done();
    } else {
      this.#output.write(chunk, () => done()); // a failure is told by the stream's error
    }
  }

  _final(done) {
    this.#output.end();
    done();
  }

  _destroy(error, done) {
    this.#input.destroy();
    this.#output.destroy();
    done(error);
  }

  /** As a socket does: sends what is left, then destroys. */
  destroySoon() {
    if (this.writableFinished) {
      this.destroy();
    } else {
      this.once('finish', () => this.destroy());
      this.end();
    }
  }
}
