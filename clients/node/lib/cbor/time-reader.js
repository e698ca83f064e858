/** Instants and durations: RFC 9581 (tags 1001, 1002) and RFC 8949 sections 3.4.1 and 3.4.2 (tags 0, 1). */
import { readFloat } from './decode.js';
import { Skipper } from './skipper.js';
import { Duration, FIRST_SECOND, Instant, LAST_SECOND } from './times.js';

export class TimeReader {
  constructor(reader) {
    this.in = reader;
    this.skipper = new Skipper(reader);
  }

  instant() {
    return this.#toInstant(this.#map());
  }

  duration() {
    const [seconds, nanos] = this.#map();
    return new Duration(seconds, nanos);
  }

  epoch() {
    return this.#toInstant(this.#base());
  }

  dateText() {
    const head = this.in.head();
    if (head >>> 5 !== 3) {
      throw this.in.unexpected(head, 'the text of a date');
    }
    const at = this.in.at;
    const text = this.in.text(head);
    try {
      return Instant.parse(text);
    } catch (error) {
      throw this.in.fail(error.message, at);
    }
  }

  /** An integer of 64 bits with sign whose head was read, as a bigint. */
  integer(head) {
    if (head >>> 5 > 1) {
      throw this.in.unexpected(head, 'an integer');
    }
    const argument = this.in.bigArgument(head);
    if (argument >> 63n !== 0n) {
      throw this.in.fail('integer: limit=64 bits with sign, actual=more');
    }
    return head >>> 5 === 0 ? argument : ~argument;
  }

  #toInstant([seconds, nanos]) {
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
      throw this.in.fail(`seconds since 1970: limit=${LAST_SECOND}, actual=${seconds}`);
    }
    return new Instant(seconds, nanos);
  }

  /** Key 1 once, and perhaps a fraction; other keys without sign are critical, all others may be left out. */
  #map() {
    const outer = this.in.head();
    if (outer >>> 5 !== 5) {
      throw this.in.unexpected(outer, 'a map of RFC 9581');
    }
    let base;
    let nanos = 0;
    this.in.each(this.in.length(outer, 2), () => {
      const head = this.in.head();
      if (head === 1 && base === undefined) {
        base = this.#base();
      } else if (head >>> 5 === 0) {
        throw this.in.unexpected(head, 'key 1 once, -3, -6 or -9 of RFC 9581');
      } else {
        nanos = this.#fraction(head) ?? nanos;
      }
    });
    if (base === undefined) {
      throw this.in.fail('time without key 1');
    }
    return [base[0], base[1] === 0 ? nanos : base[1]];
  }

  /** Nanoseconds; undefined for a key that is left out. */
  #fraction(key) {
    switch (key) {
      case 0x22:
        return this.#below(1_000n) * 1_000_000;
      case 0x25:
        return this.#below(1_000_000n) * 1_000;
      case 0x28:
        return this.#below(1_000_000_000n);
      default:
        this.skipper.skip(key);
        this.skipper.skip(this.in.head());
        return undefined;
    }
  }

  #below(limit) {
    const head = this.in.head();
    if (head >>> 5 !== 0) {
      throw this.in.unexpected(head, 'a fraction of a second');
    }
    const value = this.in.bigArgument(head);
    if (value >= limit) {
      throw this.in.fail(`fraction of a second: limit=${limit}, actual=${value}`);
    }
    return Number(value);
  }

  /** Seconds and nanoseconds of an integer or float. */
  #base() {
    const head = this.in.head();
    if (head >>> 5 <= 1) {
      return [this.integer(head), 0];
    }
    const value = readFloat(this.in, head);
    if (value === undefined) {
      throw this.in.unexpected(head, 'a number of seconds');
    }
    const whole = Math.floor(value);
    if (!(Math.abs(whole) < 2 ** 62)) {
      throw this.in.fail(`seconds: limit=2^62, actual=${value}`);
    }
    return [BigInt(whole), Math.min(Math.trunc((value - whole) * 1e9), 999_999_999)];
  }
}
