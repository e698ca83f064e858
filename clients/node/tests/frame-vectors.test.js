import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../lib/cbor/writer.js';
import { Reassembly } from '../lib/fragments.js';
import * as frames from '../lib/frames.js';
import * as handshake from '../lib/handshake.js';
import { decode, encode, fromTypedJson, toTypedJson, V } from '../lib/index.js';
import { placeOf } from '../lib/named-socket.js';
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

test('every frame but fragments and optional ones is written as its vector', { timeout: 60_000 }, () => {
  for (const vector of vectors.filter(({ kind, flags }) => kind !== KIND.FRAGMENT && (flags & frames.FLAG.OPTIONAL) === 0)) {
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

/** An end of a handshake that hears these messages, and what it says. */
function handshakeEnd(...messages) {
  const vector = propertyVectors('handshake.properties');
  const heard = Buffer.from(messages.map((name) => vector[name]).join(''), 'hex');
  const said = [];
  let at = 0;
  return { said, talk: { read: async (length) => heard.subarray(at, at += length), send: (part) => said.push(part.toString('hex')) } };
}

test('both ends of the handshake say what the vectors say', { timeout: 60_000 }, async () => {
  const vector = propertyVectors('handshake.properties');
  const bytes = (name) => Buffer.from(vector[name], 'hex');
  const as = (role, { talk }, six = '') => handshake[`as${role}`](talk, bytes('secret'), vector[`context${six}`], bytes(`${role.toLowerCase()}Nonce`));
  for (const six of ['', '6']) {
    const client = handshakeEnd(`challenge${six}`, 'verdict');
    await as('Client', client, six);
    assert.deepEqual(client.said, [vector.hello, vector[`proof${six}`]]);
    const server = handshakeEnd('hello', `proof${six}`);
    await as('Server', server, six);
    assert.deepEqual(server.said, [vector[`challenge${six}`], vector.verdict]);
  }
  const refused = async (status, role, end, said) => {
    await assert.rejects(as(role, end), (error) => error.status === status);
    assert.deepEqual(end.said, said);
  };
  for (const wrong of ['wrongProof', 'proof6']) {
    await refused('AUTHENTICATION_FAILED', 'Server', handshakeEnd('hello', wrong), [vector.challenge, vector.refusal]);
  }
  for (const wrong of ['wrongChallenge', 'challenge6']) {
    await refused('AUTHENTICATION_FAILED', 'Client', handshakeEnd(wrong, 'verdict'), [vector.hello]);
  }
  await refused('AUTHENTICATION_FAILED', 'Client', handshakeEnd('challenge', 'refusal'), [vector.hello, vector.proof]);
  await refused('VERSION_MISMATCH', 'Server', handshakeEnd('otherVersion'), [vector.versions]);
  await refused('VERSION_MISMATCH', 'Client', handshakeEnd('versions'), [vector.hello]);
});

test('sockets are where the vectors say', { timeout: 60_000 }, async () => {
  for (const { folder, name, socket, hash, marker } of jsonVectors('places.json').sockets) {
    const place = await placeOf(folder, name, true);
    assert.deepEqual(place, hash === undefined
      ? { socket, marker: undefined }
      : { socket: `/tmp/valise-${process.geteuid()}/${hash}`, marker: `${folder}/${marker}` });
  }
});

test('an answer of valise.info reads as its text', { timeout: 60_000 }, () => {
  const { hex, message } = jsonVectors('peers.json').info;
  const bytes = Buffer.from(hex, 'hex');
  assert.deepEqual(toTypedJson(decode(bytes, { exact: true })), message);
  assert.ok(bytes.equals(encode(fromTypedJson(message))));
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
  assert.deepEqual(vectorFiles().sort(), ['frames.json', 'handshake.properties', 'identity.properties', 'peers.json', 'places.json', 'valueset.json']);
});
