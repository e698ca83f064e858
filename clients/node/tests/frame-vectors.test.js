import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reassembly } from '../lib/fragments.js';
import * as frames from '../lib/frames.js';
import * as handshake from '../lib/handshake.js';
import { decode, encode, V } from '../lib/index.js';
import { statusOf } from '../lib/status.js';
import { jsonVectors, propertyVectors, vectorFiles } from './support/vectors.js';

const { KIND } = frames;
const vectors = jsonVectors('frames.json').frames;
const hex = (frame) => frame.bytes().subarray(frames.LENGTH_BYTES).toString('hex');

/** The frame of a vector, written from what the vector says of it. */
function written({ kind, flags, status, id, body }) {
  const about = body.about === undefined ? undefined : { ...body.about, pid: V.int64(body.about.pid) };
  const millis = body.remainingNanos === undefined ? undefined : body.remainingNanos / 1e6;
  switch (kind) {
    case KIND.HELLO:
      return frames.hello(id, about);
    case KIND.WELCOME:
      return frames.welcome(id, body.version, about);
    case KIND.REQUEST:
      return frames.request(id, body.service, body.message, body.metadata, millis);
    case KIND.STREAM_OPEN:
      return frames.streamOpen(id, body.credit, body.service, body.message, body.metadata);
    case KIND.EVENT:
      return frames.event(body.event, body.message);
    case KIND.RESPONSE:
    case KIND.STREAM_ITEM:
      return frames.message(kind, id, body.message);
    case KIND.STREAM_END:
    case KIND.CANCEL:
      return frames.signal(kind, id, statusOf(status));
    case KIND.CREDIT:
      return frames.credit(id, body.more);
    default:
      return frames.text(kind, flags, statusOf(status), id, body.text);
  }
}

test('every frame but fragments is written as its vector', { timeout: 60_000 }, () => {
  for (const vector of vectors.filter(({ kind }) => kind !== KIND.FRAGMENT)) {
    assert.equal(hex(written(vector)), vector.hex, vector.name);
  }
});

test('every header reads as its vector says', { timeout: 60_000 }, () => {
  for (const { name, hex: bytes, kind, flags, status, id } of vectors) {
    assert.deepEqual(frames.header(Buffer.from(bytes, 'hex')), { kind, flags, status, id }, name);
  }
});

test('the fragments are put together to a REQUEST', { timeout: 60_000 }, () => {
  const reassembly = new Reassembly(4_096);
  const wholes = vectors.filter(({ kind }) => kind === KIND.FRAGMENT)
    .map(({ hex: bytes, flags }) => reassembly.add(flags, Buffer.from(bytes, 'hex')));
  assert.deepEqual(wholes.slice(0, 2), [undefined, undefined]);
  assert.deepEqual(frames.header(wholes[2]), { kind: KIND.REQUEST, flags: 2, status: 0, id: 7 });
  const body = new frames.Body(wholes[2]);
  assert.equal(body.millis(), 30_000);
  assert.equal(body.name(), 'count');
  assert.deepEqual(body.last(false), { data: Buffer.alloc(100) });
});

test('both ends of the handshake say what the vectors say', { timeout: 60_000 }, async () => {
  const vector = propertyVectors('handshake.properties');
  const bytes = (name) => Buffer.from(vector[name], 'hex');
  const end = (heard) => {
    const said = [];
    let at = 0;
    const read = async (length) => heard.subarray(at, at += length);
    return { said, talk: { read, send: (part) => said.push(part) } };
  };
  const client = end(Buffer.concat([bytes('challenge'), bytes('verdict')]));
  await handshake.asClient(client.talk, bytes('secret'), vector.context, bytes('clientNonce'));
  assert.equal(Buffer.concat(client.said).toString('hex'), vector.hello + vector.proof);
  const server = end(Buffer.concat([bytes('hello'), bytes('proof')]));
  await handshake.asServer(server.talk, bytes('secret'), vector.context, bytes('serverNonce'));
  assert.equal(Buffer.concat(server.said).toString('hex'), vector.challenge + vector.verdict);
});

test('the frames of identities read and are written as they were', { timeout: 60_000 }, () => {
  const vector = propertyVectors('identity.properties');
  for (const [name, before] of [['hello', 8], ['challenge', 0], ['proof', 0]]) {
    const frame = Buffer.from(vector[name], 'hex');
    const message = frame.subarray(frames.HEADER_BYTES + before);
    assert.equal(encode(decode(message, { exact: true })).toString('hex'), message.toString('hex'), name);
  }
});

test('these are all files of vectors', { timeout: 60_000 }, () => {
  assert.deepEqual(vectorFiles().sort(), ['frames.json', 'handshake.properties', 'identity.properties', 'valueset.json']);
});
