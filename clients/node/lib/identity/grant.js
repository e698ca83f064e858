/** Leave to use a capability, signed by the publisher of a service (docs/protocol.md, "Grants"). */
import fs from 'node:fs/promises';
import { Instant } from '../cbor/times.js';
import { IpcError } from '../status.js';
import { AppIdentity, checkName, NAME } from './app-identity.js';
import { rawKey, verify } from './ed25519.js';

const MOST_CHARACTERS = 1_024;
const PURPOSE = 'grant 1';
const APPLICATION = `${NAME}_[0-9a-hjkmnp-tv-z]{13}`;
const FORM = new RegExp(`^(valise-grant 1\\ncapability=(${NAME})\\napplication=(${APPLICATION})\\nexpires=([0-9TZ:-]{20,30})\\n`
  + `development=(true|false)\\nowner=([0-9a-f]{64})\\n)signature=([0-9a-f]{128})\\n$`);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

export class CapabilityGrant {
  #signed;
  #owner;
  #signature;

  /** @param text the seven lines, as in a file */
  constructor(text) {
    const parts = typeof text === 'string' && text.length <= MOST_CHARACTERS ? FORM.exec(text) : null;
    if (parts === null) {
      throw malformed(`expected the seven lines of a grant, actual=${String(text).length} characters of something else`);
    }
    this.text = text;
    [this.capability, this.applicationId] = [parts[2], parts[3]];
    this.expires = expiry(parts[4]);
    this.developmentOnly = parts[5] === 'true';
    this.#signed = parts[1];
    this.#owner = Buffer.from(parts[6], 'hex');
    this.#signature = Buffer.from(parts[7], 'hex');
    Object.freeze(this);
  }

  /** Grants a capability of any service of the owner to an application, until a time, cut to the second. */
  static issue(owner, capability, applicationId, expires, { developmentOnly = false } = {}) {
    checkName('capability', capability);
    if (!new RegExp(`^${APPLICATION}$`).test(applicationId)) {
      throw new RangeError(`application id: expected name_publisher, actual=${JSON.stringify(String(applicationId).slice(0, 100))}`);
    } else if (!(expires >= 0 && expires <= LATEST)) {
      throw new RangeError(`expires: limit=1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z, actual=${String(expires)}`);
    }
    const until = new Instant(Math.floor(expires.getTime() / 1_000));
    const signed = `valise-grant 1\ncapability=${capability}\napplication=${applicationId}\nexpires=${until}\n`
      + `development=${developmentOnly}\nowner=${rawKey(owner.publicKey).toString('hex')}\n`;
    const signature = AppIdentity.signFor(owner, PURPOSE, Buffer.from(signed, 'ascii'));
    return new CapabilityGrant(`${signed}signature=${signature.toString('hex')}\n`);
  }

  /** Reads a grant's file. */
  static async read(file) {
    try {
      return new CapabilityGrant(await fs.readFile(file, 'latin1'));
    } catch (cause) {
      throw cause instanceof IpcError ? cause : new IpcError('RESOURCE_EXHAUSTED', `cannot read the grant ${file}: ${cause.message}`, 'NOT_SENT', { cause });
    }
  }

  /** Why a server of that owner ignores it now, when that application presents it; undefined when it is good. */
  refusal(owner, presenterId, now = new Date()) {
    if (!this.#owner.equals(rawKey(owner))) {
      return "another publisher, not this server's, granted it";
    } else if (!verify(owner, PURPOSE, Buffer.from(this.#signed, 'ascii'), this.#signature)) {
      return 'the signature does not fit: it was changed, or its owner did not sign it';
    } else if (this.applicationId !== presenterId) {
      return `it is for ${this.applicationId}`;
    } else if (!(now < this.expires)) {
      return `it expired at ${this.expires.toISOString()}`;
    }
    return this.developmentOnly && process.env.VALISE_DEVELOPMENT !== 'true'
      ? 'it is for development, and this server does not run with VALISE_DEVELOPMENT=true'
      : undefined;
  }

  toString() {
    return `${this.capability} for ${this.applicationId} until ${this.expires.toISOString()}${this.developmentOnly ? ', for development' : ''}`;
  }
}

function expiry(text) {
  try {
    return Instant.parse(text).toDate();
  } catch (cause) {
    throw malformed(`expires: ${cause.message}`);
  }
}

function malformed(what) {
  return new IpcError('PROTOCOL_ERROR', `capability grant: ${what}; ask its owner for another`, 'NOT_SENT');
}
