/** Identities, grants and access policies: against the vectors, and between two ends. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { home } from './support/processes.js';
import { framed, say, split } from './support/raw.js';
import { until } from './support/until.js';
import { propertyVectors } from './support/vectors.js';
import * as frames from '../lib/frames.js';
import { ClientProof, ServerProof, transcript } from '../lib/identity/proof.js';
import { allow, AppIdentity, CapabilityGrant, connect, decode, IpcError, serve } from '../lib/index.js';

process.env.VALISE_CONFIG = `${home}/config`;
const limit = { timeout: 60_000 };
const vector = propertyVectors('identity.properties');
const bytes = (name) => Buffer.from(vector[name], 'hex');
const TOMORROW = new Date(Date.now() + 86_400_000);

/** An identity with keys of the vectors. */
function identityOf(end) {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes(`${end}Key`).toString('base64url'), d: bytes(`${end}Secret`).toString('base64url') };
  return new AppIdentity(vector[`${end}Application`], {
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
  });
}

function messageOf(name, before) {
  return decode(bytes(name).subarray(frames.HEADER_BYTES + before));
}

async function failure(promise) {
  return promise.then(() => assert.fail('it did not fail'), (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error;
  });
}

test('ids, transcripts and both ends of the proof are those of the vectors', limit, () => {
  const [reader, quotes] = [identityOf('client'), identityOf('server')];
  assert.deepEqual([reader.id, quotes.id], [vector.clientId, vector.serverId]);
  const claims = ['client', 'server'].map((end) => ({ application: vector[`${end}Application`], key: bytes(`${end}Key`) }));
  const nonces = [bytes('clientNonce'), bytes('serverNonce')];
  assert.equal(transcript(...nonces, ...claims, vector.address).toString('hex'), vector.transcript);
  assert.equal(transcript(...nonces, claims[0], undefined, vector.address).toString('hex'), vector.anonymousTranscript);

  const grant = new CapabilityGrant(vector.grant.replaceAll('\\n', '\n'));
  const client = new ClientProof(reader, [grant], vector.address, nonces[0]);
  assert.deepEqual(client.hello(), messageOf('hello', 8));
  const server = new ServerProof(quotes, vector.address, client.hello().identity, nonces[1]);
  assert.deepEqual(server.challenge(), messageOf('challenge', 0));
  const { proof, applicationId } = client.answer(messageOf('challenge', 0));
  assert.deepEqual(proof, messageOf('proof', 0));
  assert.equal(applicationId, vector.serverId);
  const proven = server.check(messageOf('proof', 0), (error) => assert.fail(error));
  assert.deepEqual(proven, { applicationId: vector.clientId, grants: new Map([['quotes.read', new Date('2100-01-01T00:00:00Z')]]) });

  const anonymous = new ServerProof(undefined, vector.address, client.hello().identity, nonces[1]);
  assert.deepEqual(anonymous.challenge(), { nonce: nonces[1] });
  assert.equal(client.answer({ nonce: nonces[1] }).proof.signature.toString('hex'), vector.clientSignatureToAnonymous);
});

test('a grant that is none, or not for this, is refused with the reason', limit, () => {
  const [reader, quotes] = [identityOf('client'), identityOf('server')];
  const text = vector.grant.replaceAll('\\n', '\n');
  const grant = new CapabilityGrant(text);
  const changed = new CapabilityGrant(text.replace('quotes.read', 'quotes.sell'));
  assert.equal(grant.refusal(quotes.publicKey, reader.id), undefined);
  assert.match(grant.refusal(reader.publicKey, reader.id), /another publisher/);
  assert.match(changed.refusal(quotes.publicKey, reader.id), /signature does not fit/);
  assert.match(grant.refusal(quotes.publicKey, quotes.id), /it is for reader_/);
  assert.match(grant.refusal(quotes.publicKey, reader.id, new Date('2100-01-01T00:00:00Z')), /it expired at 2100/);
  const own = CapabilityGrant.issue(quotes, 'quotes.read', reader.id, TOMORROW, { developmentOnly: true });
  assert.match(own.refusal(quotes.publicKey, reader.id), /for development/);
  assert.equal(String(own), `quotes.read for ${reader.id} until ${own.expires.toISOString()}, for development`);
  assert.throws(() => new CapabilityGrant(`${text}more`), ({ status }) => status === 'PROTOCOL_ERROR');
  assert.throws(() => new CapabilityGrant(text.replace('2100-01-01', '2100-13-01')), /expires/);
  assert.throws(() => CapabilityGrant.issue(quotes, 'a/b', reader.id, TOMORROW), RangeError);
  assert.throws(() => CapabilityGrant.issue(quotes, 'a', 'reader', TOMORROW), RangeError);
  assert.throws(() => CapabilityGrant.issue(quotes, 'a', reader.id, new Date(NaN)), RangeError);
});

test('keys are made once, with mode 0600, and read again', limit, async () => {
  assert.equal(await AppIdentity.find('editor', { publisher: 'acme' }), undefined);
  assert.equal(existsSync(`${home}/config`), false);
  const all = await Promise.all(Array.from({ length: 8 }, () => AppIdentity.open('editor', { publisher: 'acme' })));
  assert.equal(new Set(all.map(({ id }) => id)).size, 1);
  const file = `${home}/config/keys/acme.key`;
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const viewer = await AppIdentity.find('viewer', { publisher: 'acme' });
  assert.equal(viewer.publisherId, all[0].publisherId);
  const signature = viewer.sign(Buffer.from('data'));
  assert.equal(AppIdentity.verify(all[0].publicKey, Buffer.from('data'), signature), true);
  assert.equal(AppIdentity.verify(all[0].publicKey, Buffer.from('Data'), signature), false);
  const text = readFileSync(file, 'ascii');
  writeFileSync(file, text.replace(/BEGIN PUBLIC/, 'BEGAN PUBLIC'));
  await assert.rejects(AppIdentity.open('editor', { publisher: 'acme' }), ({ status }) => status === 'PROTOCOL_ERROR');
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  await assert.rejects(AppIdentity.open('editor', { publisher: 'acme' }), ({ status }) => status === 'ACCESS_DENIED');
  await assert.rejects(AppIdentity.open('a b'), RangeError);
});

for (const transport of ['pipe', 'loopback']) {
  test(`${transport}: a policy goes by who the peer has proved to be, and by its grants`, limit, async (t) => {
    const address = `${transport}:guarded`;
    const quotes = await AppIdentity.open('quotes', { publisher: 'owner' });
    const reader = await AppIdentity.open('reader', { publisher: 'reader' });
    const grants = ['quotes.read', 'quotes.sell'].map((capability) => CapabilityGrant.issue(quotes, capability, reader.id, TOMORROW));
    const foreign = CapabilityGrant.issue(reader, 'quotes.all', reader.id, TOMORROW);
    const noted = [];
    const heard = [];
    const policy = (peer, name) => (name === 'price' ? allow.capability('quotes.read')(peer, name)
      : name === 'mine' ? allow.every(allow.applications(reader.id), allow.capability('quotes.sell'))(peer, name)
        : name === 'broken' ? peer.none.such : allow.all()(peer, name));
    const server = await serve(address, {
      identity: quotes,
      access: policy,
      onError: (error, where) => noted.push([error.status, where, error.reason]),
      services: {
        price: (message, { connection: { peer } }) => ({ id: peer.applicationId, grants: [...peer.grants.keys()] }),
        mine: () => ({}), broken: () => ({}), open: () => ({}),
      },
      events: { mine: () => heard.push('mine'), open: () => heard.push('open') },
    });
    t.after(() => server.close());

    const known = await connect(address, { identity: reader, grants: [...grants, foreign] });
    t.after(() => known.close());
    assert.equal(known.peer.applicationId, quotes.id);
    assert.deepEqual(await known.request('price'), { id: reader.id, grants: ['quotes.read', 'quotes.sell'] });
    assert.match(noted.shift().join(), /ACCESS_DENIED,a grant of a client,grant of quotes.all/);
    await known.request('mine');
    const broken = await failure(known.request('broken'));
    assert.deepEqual([broken.status, broken.delivery, broken.reason], ['ACCESS_DENIED', 'REJECTED', 'access denied']);
    assert.match(noted.shift().join(), /access to broken,.*the policy failed/);

    const stranger = await connect(address);
    t.after(() => stranger.close());
    assert.deepEqual([stranger.peer.applicationId, stranger.peer.grants.size], [undefined, 0]);
    for (const name of ['price', 'mine']) {
      assert.equal((await failure(stranger.request(name))).status, 'ACCESS_DENIED');
    }
    await stranger.send('mine');
    await stranger.send('open');
    await stranger.request('open');
    await until(t, () => heard.length > 0);
    assert.deepEqual(heard, ['open']);
    assert.equal(noted.length, 3);

    const server2 = await serve(`${transport}:anonymous`, { services: { who: (m, { connection }) => ({ id: connection.peer.applicationId }) } });
    t.after(() => server2.close());
    const toAnonymous = await connect(`${transport}:anonymous`, { identity: reader, grants });
    t.after(() => toAnonymous.close());
    assert.deepEqual(await toAnonymous.request('who'), { id: reader.id });
    assert.equal(toAnonymous.peer.applicationId, undefined);
  });
}

test('a grant ends with its time, and not before', limit, async (t) => {
  const quotes = await AppIdentity.open('quotes', { publisher: 'owner' });
  const grants = [CapabilityGrant.issue(quotes, 'now', quotes.id, TOMORROW)];
  const server = await serve('pipe:clock', { identity: quotes, access: allow.capability('now'), services: { a: () => ({}) } });
  t.after(() => server.close());
  const connection = await connect('pipe:clock', { identity: quotes, grants });
  t.after(() => connection.close());
  await connection.request('a');
  t.mock.timers.enable({ apis: ['Date'], now: TOMORROW });
  const { status } = await failure(connection.request('a'));
  t.mock.timers.reset();
  assert.equal(status, 'ACCESS_DENIED');
});

test('a client that proves the wrong thing gets no further', limit, async (t) => {
  const server = await serve('pipe:proof', { identity: await AppIdentity.open('quotes', { publisher: 'owner' }) });
  t.after(() => server.close());
  const where = `${home}/pipe/proof`;
  const hello = framed(1, { id: 1, body: vector.hello.slice(2 * frames.HEADER_BYTES) });
  const ends = async (...parts) => split(await say(where, ...parts)).slice(1).map(({ kind, status }) => [kind, status]);
  assert.deepEqual(await ends(hello, framed(15, { id: 1, body: vector.proof.slice(2 * frames.HEADER_BYTES) })), [[5, 4], [12, 4]]);
  assert.deepEqual(await ends(hello, framed(3, { id: 2, body: '0161a0' })), [[12, 13]]);
  assert.deepEqual(await ends(hello, hello), [[12, 13]]);
  assert.deepEqual(split(await say(where, framed(1, { id: 1, body: '564c534500010002a1686964656e74697479a0' })))
    .map(({ kind, status }) => [kind, status]), [[12, 13]]);
});

test('options that cannot be are refused at once', limit, async () => {
  const reader = await AppIdentity.open('reader', { publisher: 'reader' });
  const grant = CapabilityGrant.issue(reader, 'a', reader.id, TOMORROW);
  await assert.rejects(connect('pipe:x', { identity: 'reader' }), TypeError);
  await assert.rejects(connect('pipe:x', { grants: [grant] }), /identity too/);
  await assert.rejects(connect('pipe:x', { identity: reader, grants: Array(9).fill(grant) }), /8 of CapabilityGrant/);
  await assert.rejects(serve('pipe:x', { access: {} }), TypeError);
});
