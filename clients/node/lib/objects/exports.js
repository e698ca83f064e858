import { randomBytes } from 'node:crypto';
import { IpcError } from '../status.js';

const MOST_OBJECTS = 10_000;
const MASK = 2n ** 63n - 1n;

/**
 * The objects of this process that one peer holds, each with the number of references that were sent and not released
 * since. An object that is sent again while its release is under way keeps its id.
 */
export class ExportTable {
  #byObject = new Map();
  #byId = new Map();
  /** Begins at random, so that an id of an earlier connection is most likely unknown. */
  #lastId = randomBytes(8).readBigUInt64BE() & MASK;
  #ended = false;

  get size() {
    return this.#byId.size;
  }

  /** Counts one more reference, and answers the object's id. @param names the interfaces that it can be asked for */
  add(target, names) {
    const known = this.#byObject.get(target) ?? this.#make(target, names);
    known.references++;
    return known.id;
  }

  #make(target, names) {
    if (this.#ended) {
      throw new IpcError('CONNECTION_CLOSED', 'the connection over which the object would be held has ended', 'NOT_SENT');
    } else if (this.#byId.size >= MOST_OBJECTS) {
      throw new IpcError('RESOURCE_EXHAUSTED',
        `objects held over one connection: limit=${MOST_OBJECTS}, actual=${this.#byId.size + 1}; release those that are no longer used`, 'NOT_SENT');
    }
    this.#lastId = (this.#lastId + 1n) & MASK;
    const exported = { id: this.#lastId, target, names, references: 0 };
    this.#byId.set(exported.id, exported);
    this.#byObject.set(target, exported);
    return exported;
  }

  /** An object that the peer holds: `target` and `names`. */
  held(id) {
    const exported = this.#byId.get(id);
    if (exported === undefined) {
      throw new IpcError('SERVICE_NOT_FOUND',
        `object ${id} is not held over this connection: its reference was released, or came by another one`);
    }
    return exported;
  }

  /** Subtracts references; a peer that releases too many harms itself alone. */
  release(id, references) {
    const exported = this.#byId.get(id);
    if (exported !== undefined && references >= 1) {
      exported.references -= Math.min(references, exported.references);
      if (exported.references === 0) {
        this.#byId.delete(id);
        this.#byObject.delete(exported.target);
      }
    }
  }

  end() {
    this.#ended = true;
    this.#byId.clear();
    this.#byObject.clear();
  }
}
