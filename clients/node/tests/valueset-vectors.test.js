import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode, IpcError } from '../lib/index.js';
import { javaText, typeOf } from './support/java-text.js';
import { jsonVectors } from './support/vectors.js';

const { accepted, malformed } = jsonVectors('valueset.json');

test('every accepted vector reads as its type and text', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const { v } = decode(Buffer.from(vector.hex, 'hex'), { exact: true });
    assert.equal(typeOf(v), vector.type, vector.name);
    assert.equal(javaText(v), vector.text, vector.name);
  }
});

test('what is read exactly is written as the other end writes it', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const written = encode(decode(Buffer.from(vector.hex, 'hex'), { exact: true }));
    if (vector.encodes) {
      assert.equal(written.toString('hex'), vector.hex, vector.name);
    } else {
      assert.equal(javaText(decode(written, { exact: true }).v), vector.text, vector.name);
    }
  }
});

test('what is read plainly can be written, and reads as the same', { timeout: 60_000 }, () => {
  for (const vector of accepted) {
    const plain = decode(Buffer.from(vector.hex, 'hex'));
    assert.equal(javaText(decode(encode(plain))), javaText(plain), vector.name);
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
