/** How each end of a greeting proves which application it is (docs/protocol.md, "Identities"). */
import { randomBytes } from 'node:crypto';
import { IpcError, malformed } from '../status.js';
import { AppIdentity, NAME } from './app-identity.js';
import { KEY_BYTES, keyOf, publisherId, rawKey, verify } from './ed25519.js';
import { CapabilityGrant } from './grant.js';

const CLIENT = 'hello client 1';
const SERVER = 'hello server 1';
const NONCE_BYTES = 32;
const MOST_GRANTS = 8;
const WHOLE_NAME = new RegExp(`^${NAME}$`);

function isBytes(value, length) {
  return value instanceof Uint8Array && value.length === length;
}

function isMap(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

function nonceIn(values, what) {
  if (!isBytes(values.nonce, NONCE_BYTES)) {
    throw malformed(`${what}: expected a nonce of ${NONCE_BYTES} bytes`);
  }
  return values.nonce;
}

/** Who an end says it is, before it has proved it. */
function claimIn(values, what) {
  if (!isMap(values) || typeof values.application !== 'string' || !WHOLE_NAME.test(values.application) || !isBytes(values.key, KEY_BYTES)) {
    throw malformed(`${what}: expected a name and a key`);
  }
  return { application: values.application, key: values.key, id: `${values.application}_${publisherId(values.key)}` };
}

function claimOf(identity) {
  return { application: identity.application, key: rawKey(identity.publicKey) };
}

function short(text) {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'ascii')]);
}

/** What both ends sign. @param server undefined for a server without an identity */
export function transcript(clientNonce, serverNonce, client, server, address) {
  return Buffer.concat([clientNonce, serverNonce, client.key, server?.key ?? Buffer.alloc(KEY_BYTES),
    short(client.application), short(server?.application ?? ''), short(address)]);
}

function proves(claim, purpose, signed, signature) {
  const key = keyOf(claim.key);
  return key !== undefined && signature instanceof Uint8Array && verify(key, purpose, signed, signature);
}

/** A client's half. */
export class ClientProof {
  #own;
  #grants;
  #address;
  #nonce;

  constructor(own, grants, address, nonce = randomBytes(NONCE_BYTES)) {
    [this.#own, this.#grants, this.#address, this.#nonce] = [own, grants, address, nonce];
  }

  /** What HELLO says besides. */
  hello() {
    return { identity: { ...claimOf(this.#own), nonce: this.#nonce } };
  }

  /** Takes a CHALLENGE: the PROOF to answer with, and which application the server has proved to be. */
  answer(challenge) {
    const serverNonce = nonceIn(challenge, 'CHALLENGE');
    const server = challenge.identity === undefined ? undefined : claimIn(challenge.identity, 'CHALLENGE');
    const signed = transcript(this.#nonce, serverNonce, claimOf(this.#own), server, this.#address);
    if (server !== undefined && !proves(server, SERVER, signed, challenge.identity.signature)) {
      throw new IpcError('AUTHENTICATION_FAILED',
        `the server cannot prove that it is ${server.application}: another program may answer at its address`, 'NOT_SENT');
    }
    const proof = { signature: AppIdentity.signFor(this.#own, CLIENT, signed) };
    if (this.#grants.length > 0) {
      proof.grants = this.#grants.map(({ text }) => text);
    }
    return { proof, applicationId: server?.id };
  }
}

/** A server's half, begun by the `identity` of a HELLO. */
export class ServerProof {
  #own;
  #address;
  #client;
  #clientNonce;
  #nonce;

  /** @param own this server's identity, or undefined */
  constructor(own, address, said, nonce = randomBytes(NONCE_BYTES)) {
    this.#client = claimIn(said, 'identity');
    this.#clientNonce = nonceIn(said, 'identity');
    [this.#own, this.#address, this.#nonce] = [own, address, nonce];
  }

  #signed() {
    const server = this.#own === undefined ? undefined : claimOf(this.#own);
    return transcript(this.#clientNonce, this.#nonce, this.#client, server, this.#address);
  }

  /** What CHALLENGE says: a nonce, and who this is, proved. */
  challenge() {
    return this.#own === undefined
      ? { nonce: this.#nonce }
      : { nonce: this.#nonce, identity: { ...claimOf(this.#own), signature: AppIdentity.signFor(this.#own, SERVER, this.#signed()) } };
  }

  /** Takes a PROOF: which application the client is, and until when it has which capabilities. */
  check(proof, onRefused) {
    if (!proves(this.#client, CLIENT, this.#signed(), proof.signature)) {
      throw new IpcError('AUTHENTICATION_FAILED',
        `the proof of identity is wrong: the client has not the key of ${this.#client.application}`, 'NOT_SENT');
    }
    const grants = new Map();
    for (const text of Array.isArray(proof.grants) ? proof.grants.slice(0, MOST_GRANTS) : []) {
      try {
        const grant = this.#accepted(text);
        if (!(grants.get(grant.capability) > grant.expires)) {
          grants.set(grant.capability, grant.expires);
        }
      } catch (error) {
        onRefused(error);
      }
    }
    return { applicationId: this.#client.id, grants };
  }

  #accepted(text) {
    const grant = new CapabilityGrant(text);
    const why = this.#own === undefined
      ? 'this server has no identity, and so no owner who could have granted anything'
      : grant.refusal(this.#own.publicKey, this.#client.id);
    if (why !== undefined) {
      throw new IpcError('ACCESS_DENIED', `grant of ${grant.capability} to ${this.#client.id}: ${why}`, 'NOT_SENT');
    }
    return grant;
  }
}
