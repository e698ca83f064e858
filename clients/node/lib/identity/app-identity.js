/** Who an application is: its name, and a publisher that certifies it with an Ed25519 key. */
import { publisherId, rawKey, sign, verify } from './ed25519.js';
import { existingKeys, keysOf } from './key-file.js';

export const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const WHOLE_NAME = new RegExp(`^${NAME}$`);
const DATA = 'data 1';

export function checkName(what, name) {
  if (typeof name !== 'string' || !WHOLE_NAME.test(name)) {
    throw new RangeError(
      `${what}: expected 1 to 64 characters A-Z a-z 0-9 . _ - that begin with a letter or digit, actual=${JSON.stringify(String(name).slice(0, 80))}`);
  }
  return name;
}

export class AppIdentity {
  #keys;

  constructor(application, keys) {
    this.application = checkName('application name', application);
    this.#keys = keys;
    this.publisherId = publisherId(rawKey(keys.publicKey));
    /** application_publisherId */
    this.id = `${application}_${this.publisherId}`;
    Object.freeze(this);
  }

  /** An application of a publisher whose key this user has, or gets on first use. */
  static async open(application, { publisher = 'default' } = {}) {
    checkName('application name', application);
    return new AppIdentity(application, await keysOf(checkName('publisher name', publisher)));
  }

  /** As open(); undefined when there is no key of that publisher. Creates nothing. */
  static async find(application, { publisher = 'default' } = {}) {
    checkName('application name', application);
    const keys = await existingKeys(checkName('publisher name', publisher));
    return keys === undefined ? undefined : new AppIdentity(application, keys);
  }

  get publicKey() {
    return this.#keys.publicKey;
  }

  /** Signs data with the publisher's key. Such a signature proves neither an identity nor a grant. */
  sign(data) {
    return sign(this.#keys.privateKey, DATA, data);
  }

  /** Whether sign() made this signature of the data, with the private half of this key. */
  static verify(publicKey, data, signature) {
    return verify(publicKey, DATA, data, signature);
  }

  /** For this package alone: a signature that means something else than data. */
  static signFor(identity, purpose, data) {
    return sign(identity.#keys.privateKey, purpose, data);
  }

  toString() {
    return this.id;
  }
}
