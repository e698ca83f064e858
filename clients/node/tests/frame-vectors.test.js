import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../lib/cbor/writer.js';
import { Reassembly } from '../lib/fragments.js';
import * as frames from '../lib/frames.js';
import * as handshake from '../lib/handshake.js';
import { decode, encode, V } from '../lib/index.js';
import { statusOf } from '../lib/status.js';
import { jsonVectors, propertyVectors, vectorFiles } from './support/vectors.js';

const { KIND } = frames;
const vectors = jsonVectors('frames.json').frames;

/** The bytes of a frame, without its length. */
function hexOf(vector) {
  const out = new Writer();
  write(out, vector);
  return frames.undo(out).toString('hex');
}

function begun(hex) {
  const frame = new frames.FrameReader();
  const bytes = Buffer.from(hex, 'hex');
  frame.begin(bytes, 0, bytes.length);
  return frame;
}

/** Appends the frame of a vector, from what the vector says of it. */
function write(out, { kind, flags, status, id, body }) {
  const about = body.about === undefined ? undefined : { ...body.about, pid: V.int64(body.about.pid) };
  const millis = body.remainingNanos === undefined ? undefined : body.remainingNanos / 1e6;
  switch (kind) {
    case KIND.HELLO:
      return frames.hello(out, id, about);
    case KIND.WELCOME:
      return frames.welcome(out, id, body.version, about);
    case KIND.REQUEST:
      return frames.request(out, id, body.service, body.message, body.metadata, millis);
    case KIND.STREAM_OPEN:
      return frames.streamOpen(out, id, body.credit, body.service, body.message, body.metadata);
    case KIND.EVENT:
      return frames.event(out, body.event, body.message);
    case KIND.RESPONSE:
    case KIND.STREAM_ITEM:
      return frames.message(out, kind, id, body.message);
    case KIND.STREAM_END:
    case KIND.CANCEL:
      return frames.signal(out, kind, id, statusOf(status));
    case KIND.CREDIT:
      return frames.credit(out, id, body.more);
    default:
      return frames.text(out, kind, flags, statusOf(status), id, body.text);
  }
}

test('every frame but fragments is written as its vector', { timeout: 60_000 }, () => {
  for (const vector of vectors.filter(({ kind }) => kind !== KIND.FRAGMENT)) {
    assert.equal(hexOf(vector), vector.hex, vector.name);
  }
});

test('every header reads as its vector says', { timeout: 60_000 }, () => {
  for (const { name, hex, kind, flags, status, id } of vectors) {
    const frame = begun(hex);
    assert.deepEqual([frame.kind, frame.flags, frame.status, frame.id, frame.length], [kind, flags, status, id, hex.length / 2], name);
  }
});

test('the fragments are put together to a REQUEST', { timeout: 60_000 }, () => {
  const reassembly = new Reassembly(4_096);
  const wholes = vectors.filter(({ kind }) => kind === KIND.FRAGMENT)
    .map(({ hex }) => reassembly.add(begun(hex)));
  assert.deepEqual(wholes.slice(0, 2), [undefined, undefined]);
  const frame = begun(wholes[2].toString('hex'));
  assert.deepEqual([frame.kind, frame.flags, frame.status, frame.id], [KIND.REQUEST, 2, 0, 7]);
  assert.equal(frame.millis(), 30_000);
  assert.equal(frame.name(), 'count');
  assert.deepEqual(frame.last(false), { data: Buffer.alloc(100) });
});

test('what is held of fragments grows with their bytes, not with their number or what was announced', { timeout: 60_000 }, () => {
  const total = 1 << 20;
  const reassembly = new Reassembly(total);
  const fragment = (flags, announced, part) => {
    const out = new Writer();
    frames.fragment(out, flags, announced, part);
    return begun(frames.undo(out).toString('hex'));
  };
  const part = Buffer.of(7);
  reassembly.add(fragment(frames.FLAG.FIRST, total, part));
  for (let length = 2; length < total; length++) {
    reassembly.add(fragment(0, undefined, part));
    assert.ok(reassembly.whole.length <= 4 * length, `${reassembly.whole.length} bytes for ${length}`);
  }
  assert.ok(reassembly.add(fragment(frames.FLAG.LAST, undefined, part)).equals(Buffer.alloc(total, 7)));
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
