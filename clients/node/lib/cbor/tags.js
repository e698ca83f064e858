/** What lies below the tags that are known. */
import { LEAF, readFloat } from './decode.js';
import { TimeReader } from './time-reader.js';
import { floats, typedArray } from './typed-arrays.js';
import { BigDecimal, Point, Rect, Size, Uuid } from './values.js';

/** The answer for an unknown tag: its content comes next, and is the value. */
export const UNKNOWN = Symbol('unknown tag');

/** Tags T(n), 0x56530000 + n, by n: an unsigned number of so many bits, an array of one type, a shape. */
const UNSIGNED = new Map([[1, 8], [3, 16], [5, 32], [7, 64], [10, 16]]);
const ARRAYS = new Map([
  [0x40b, ['BOOLEAN', 'BOOLEAN_ARRAY']],
  [0x40c, ['STRING', 'STRING_ARRAY']],
  [0x40e, ['DATE_TIME', 'DATE_TIME_ARRAY']],
  [0x40f, ['TIME_SPAN', 'TIME_SPAN_ARRAY']],
  [0x410, ['GUID', 'GUID_ARRAY']],
  [0x481, ['BIG_INTEGER', 'BIG_INTEGER_ARRAY']],
  [0x482, ['BIG_DECIMAL', 'BIG_DECIMAL_ARRAY']],
]);
const SHAPES = new Map([
  [17, ['POINT', 2, Point]],
  [18, ['SIZE', 2, Size]],
  [19, ['RECT', 4, Rect]],
]);
const UNSIGNED_TYPES = new Map([[1, 'UINT8'], [3, 'UINT16'], [5, 'UINT32'], [7, 'UINT64'], [10, 'CHAR16']]);
/** The element types that an array of tag 41 can have as a type of its own. */
const HOMOGENEOUS = new Map([
  ...[...ARRAYS.values()].filter(([element]) => element !== 'BOOLEAN'),
  ...[...SHAPES.values()].map(([element]) => [element, `${element}_ARRAY`]),
]);

export class TagReader {
  constructor(reader, decoder) {
    this.in = reader;
    this.decoder = decoder;
    this.times = new TimeReader(reader);
  }

  /** The content of a tag that was read, a bigint; UNKNOWN when it is not read. */
  value(tag, depth) {
    if (tag >= 64n && tag <= 87n) {
      const [type, array] = typedArray(this.in, Number(tag));
      this.decoder.type = type;
      return array;
    } else if (tag >> 16n === 0x5653n) {
      return this.#typed(Number(tag & 0xffffn), depth);
    }
    return tag <= 1002n ? this.#standard(Number(tag), depth) : UNKNOWN;
  }

  #standard(tag, depth) {
    switch (tag) {
      case 0:
        return this.#as('DATE_TIME', this.times.dateText());
      case 1:
        return this.#as('DATE_TIME', this.times.epoch());
      case 2:
      case 3:
        return this.#as('BIG_INTEGER', this.#big(tag === 3));
      case 4:
        return this.#as('BIG_DECIMAL', this.#decimal());
      case 37:
        return this.#as('GUID', this.#uuid());
      case 41:
        return this.#homogeneous(depth);
      case 1001:
        return this.#as('DATE_TIME', this.times.instant());
      case 1002:
        return this.#as('TIME_SPAN', this.times.duration());
      default:
        return UNKNOWN;
    }
  }

  #as(type, value) {
    this.decoder.type = type;
    return value;
  }

  #typed(number, depth) {
    if (UNSIGNED.has(number)) {
      return this.#unsigned(number);
    } else if (SHAPES.has(number)) {
      const [type, size, Shape] = SHAPES.get(number);
      return this.#as(type, this.#shapes(size, Shape, false)[0]);
    } else if (SHAPES.has(number - 0x400)) {
      const [type, size, Shape] = SHAPES.get(number - 0x400);
      return this.#as(`${type}_ARRAY`, this.#shapes(size, Shape, true));
    } else if (ARRAYS.has(number)) {
      return this.#array(...ARRAYS.get(number), depth);
    }
    return number === 0x40a ? this.#as('CHAR16_ARRAY', this.#chars()) : UNKNOWN;
  }

  #unsigned(number) {
    const bits = BigInt(UNSIGNED.get(number));
    const head = this.in.head();
    if (head >>> 5 !== 0) {
      throw this.in.unexpected(head, 'an unsigned number');
    }
    const value = this.in.bigArgument(head);
    if (value >> bits !== 0n) {
      throw this.in.fail(`unsigned number of ${bits} bits: limit=${(1n << bits) - 1n}, actual=${value}`);
    }
    const type = UNSIGNED_TYPES.get(number);
    if (type === 'CHAR16') {
      return this.#as(type, String.fromCharCode(Number(value)));
    }
    return this.#as(type, type === 'UINT64' ? value : Number(value));
  }

  #bytes() {
    const head = this.in.head();
    if (head >>> 5 !== 2) {
      throw this.in.unexpected(head, 'a byte string');
    }
    return this.in.bytes(head);
  }

  #uuid() {
    const bytes = this.#bytes();
    if (bytes.length !== 16) {
      throw this.in.fail(`UUID: limit=16 bytes, actual=${bytes.length}`);
    }
    return new Uuid(bytes);
  }

  #big(negative) {
    const bytes = this.#bytes();
    const number = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
    return negative ? ~number : number;
  }

  #decimal() {
    const head = this.in.head();
    if (head !== 0x82 && head !== 0x9f) {
      throw this.in.unexpected(head, 'an array of exponent and mantissa');
    }
    const exponent = this.times.integer(this.in.head());
    if (-exponent < -(2n ** 31n) || -exponent > 2n ** 31n - 1n) {
      throw this.in.fail(`decimal exponent: limit=32 bits, actual=${exponent}`);
    }
    const mantissa = this.#mantissa();
    if (head === 0x9f && !this.in.atBreak()) {
      throw this.in.fail('a decimal has more than exponent and mantissa');
    }
    return new BigDecimal(mantissa, Number(-exponent));
  }

  #mantissa() {
    const head = this.in.head();
    if (head === 0xc2 || head === 0xc3) {
      return this.#big(head === 0xc3);
    } else if (head >>> 5 > 1) {
      throw this.in.unexpected(head, 'an integer');
    }
    const argument = this.in.bigArgument(head);
    return head >>> 5 === 0 ? argument : ~argument;
  }

  /** Arrays of numbers or typed arrays of floats, as shapes of so many numbers each. */
  #shapes(size, Shape, many) {
    const numbers = this.#numbers();
    if (many ? numbers.length % size !== 0 : numbers.length !== size) {
      const limit = many ? `a multiple of ${size}` : size;
      throw this.in.fail(`numbers of a point, size or rectangle: limit=${limit}, actual=${numbers.length}`);
    }
    const shapes = [];
    for (let at = 0; at < numbers.length; at += size) {
      shapes.push(this.#shape(Shape, numbers.slice(at, at + size)));
    }
    return shapes;
  }

  #shape(Shape, numbers) {
    const extents = Shape === Size ? numbers : Shape === Rect ? numbers.slice(2) : [];
    const wrong = extents.find((extent) => !(extent >= 0));
    if (wrong !== undefined) {
      throw this.in.fail(`width or height: limit=0 or more, actual=${wrong}`);
    }
    return new Shape(...numbers);
  }

  #numbers() {
    const head = this.in.head();
    if (head >>> 5 === 6) {
      return floats(this.in, this.in.argument(head));
    } else if (head >>> 5 !== 4) {
      throw this.in.unexpected(head, 'an array of numbers');
    }
    const numbers = [];
    this.in.each(this.in.length(head, 1), () => numbers.push(this.#number()));
    return numbers;
  }

  #number() {
    const head = this.in.head();
    return readFloat(this.in, head) ?? Number(this.times.integer(head));
  }

  #chars() {
    const head = this.in.head();
    const tag = head >>> 5 === 6 ? this.in.argument(head) : -1;
    if (tag !== 65 && tag !== 69) {
      throw this.in.fail('wanted a typed array of 16 bits without sign (tag 65 or 69)');
    }
    const [, units] = typedArray(this.in, tag);
    let text = '';
    for (const unit of units) {
      text += String.fromCharCode(unit);
    }
    return text;
  }

  #array(element, type, depth) {
    const head = this.#arrayHead(depth);
    const at = this.in.at;
    const elements = this.#raws(head, element === 'BOOLEAN');
    const wrong = elements.find(([, found]) => found !== element);
    if (wrong !== undefined) {
      const where = element === 'BOOLEAN' && head !== 0x9f ? at + elements.indexOf(wrong) : this.in.at;
      throw this.in.fail(`an array of ${element} has another element: ${wrong[1]}`, where);
    }
    return this.#as(type, elements.map(([value]) => value));
  }

  #arrayHead(depth) {
    const head = this.in.head();
    if (head >>> 5 !== 4) {
      throw this.in.unexpected(head, 'an array');
    } else if (depth >= LEAF) {
      throw this.in.unexpected(head, 'a scalar inside a typed array');
    }
    return head;
  }

  /** Pairs of value and type; of booleans no more than the first other element is read. */
  #raws(head, stopAtOther) {
    const length = this.in.length(head, 1);
    const raws = [];
    this.in.each(length, () => {
      const last = raws.at(-1);
      if (stopAtOther && last !== undefined && last[1] !== 'BOOLEAN') {
        throw this.in.fail(`an array of BOOLEAN has another element: ${last[1]}`);
      }
      raws.push([this.decoder.raw(LEAF), this.decoder.type]);
    });
    return raws;
  }

  /** RFC 8746 section 3.2: an array whose elements have one type; when that has no array of its own, a list. */
  #homogeneous(depth) {
    const raws = this.#raws(this.#arrayHead(depth), false);
    const element = raws[0]?.[1];
    const type = HOMOGENEOUS.get(element);
    if (type !== undefined && raws.every(([, found]) => found === element)) {
      return this.#as(type, raws.map(([value]) => value));
    }
    return this.#as('LIST', raws.map(([value, found]) => this.decoder.shown(value, found)));
  }
}
