import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, fromTypedJson, IpcError, toTypedJson } from '../lib/index.js';
import { typeOf } from './support/types.js';
import { jsonVectors } from './support/vectors.js';

const { accepted, malformed } = jsonVectors('valueset.json');

test('every accepted vector reads as its type and value', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const message = decode(Buffer.from(vector.hex, 'hex'), { exact: true });
    assert.equal(typeOf(message.v), vector.type, vector.name);
    assert.deepEqual(toTypedJson(message), vector.json, vector.name);
    assert.deepEqual(fromTypedJson(vector.json), message, vector.name);
  }
});

test('what is read exactly is written as the other end writes it', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const written = encode(decode(Buffer.from(vector.hex, 'hex'), { exact: true }));
    assert.equal(written.toString('hex'), encode(fromTypedJson(vector.json)).toString('hex'), vector.name);
    if (vector.encodes) {
      assert.equal(written.toString('hex'), vector.hex, vector.name);
    } else {
      assert.deepEqual(toTypedJson(decode(written, { exact: true })), vector.json, vector.name);
    }
  }
});

/** A number of 33 to 53 bits is sent as INT64, which is received as a bigint. */
function withoutWidths(message) {
  return JSON.stringify(message, (key, value) => (typeof value === 'bigint' || typeof value === 'number' ? String(value) : value));
}

test('what is read plainly can be written, and reads as the same', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const plain = decode(Buffer.from(vector.hex, 'hex'));
    assert.equal(withoutWidths(decode(encode(plain))), withoutWidths(plain), vector.name);
  }
});

test('every malformed vector is refused at its offset', { timeout: 60_000 }, () => {
  for (const vector of malformed) {
    assert.throws(
      () => decode(Buffer.from(vector.hex, 'hex')),
      (error) => {
        assert.ok(error instanceof IpcError, `${vector.name}: ${error.stack}`);
        assert.equal(error.status, 'PROTOCOL_ERROR', vector.name);
        assert.match(error.message, new RegExp(`\\(at byte ${vector.offset}\\)$`), `${vector.name}: ${error.message}`);
        return true;
      },
      vector.name);
  }
});

test('every beginning of an accepted vector is refused', { timeout: 30_000 }, () => {
  for (const vector of accepted) {
    const bytes = Buffer.from(vector.hex, 'hex');
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decode(bytes.subarray(0, length)), IpcError, `${vector.name}, ${length} bytes`);
    }
  }
});
