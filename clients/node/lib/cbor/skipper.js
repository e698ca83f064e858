const DEEPEST = 32;

/** Reads over well-formed items that mean nothing here. */
export class Skipper {
  constructor(reader) {
    this.in = reader;
  }

  /** Skips an item whose head was read. */
  skip(first, depth = 1) {
    let head = first;
    while (head >>> 5 === 6) {
      this.in.argument(head);
      head = this.in.head();
    }
    switch (head >>> 5) {
      case 2:
        this.in.bytes(head);
        break;
      case 3:
        this.in.text(head);
        break;
      case 4:
        this.#elements(head, 1, depth);
        break;
      case 5:
        this.#elements(head, 2, depth);
        break;
      default:
        this.#scalar(head);
    }
  }

  #scalar(head) {
    if (head === 0xff) {
      throw this.in.fail('break outside of an item of indefinite length', this.in.at - 1);
    }
    this.in.bigArgument(head);
  }

  #elements(head, each, depth) {
    if (depth > DEEPEST) {
      throw this.in.fail(`nested maps and arrays: limit=${DEEPEST} levels, actual=more`);
    }
    this.in.each(this.in.length(head, each), () => {
      for (let i = 0; i < each; i++) {
        this.skip(this.in.head(), depth + 1);
      }
    });
  }
}
