/** Signatures of RFC 8032, each for a purpose: what is signed begins with it (docs/protocol.md, "Identities"). */
import { createHash, createPublicKey, sign as signRaw, verify as verifyRaw } from 'node:crypto';

export const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

function signed(purpose, data) {
  return Buffer.concat([Buffer.from(`valise ${purpose}\0`, 'ascii'), data]);
}

export function sign(privateKey, purpose, data) {
  return signRaw(null, signed(purpose, data), privateKey);
}

/** Whether the owner of a key signed the data for the purpose; false, too, for what is no signature. */
export function verify(publicKey, purpose, data, claimed) {
  return claimed.length === SIGNATURE_BYTES && verifyRaw(null, signed(purpose, data), publicKey, claimed);
}

/** The 32 bytes of a public key. */
export function rawKey(publicKey) {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');
}

/** The public key of 32 bytes; undefined when it is none. */
export function keyOf(raw) {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') }, format: 'jwk' });
  } catch {
    return undefined; // not a point of the curve
  }
}

/** The short name of a key: 64 bits of its hash and a zero bit, as 13 digits of base 32. */
export function publisherId(raw) {
  let bits = createHash('sha256').update(raw).digest().readBigUInt64BE(0) << 1n;
  let id = '';
  for (; id.length < 13; bits >>= 5n) {
    id = DIGITS[Number(bits & 31n)] + id;
  }
  return id;
}
