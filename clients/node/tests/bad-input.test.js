/** Peers that do not keep to the protocol harm their own connection alone. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { home } from './support/processes.js';
import { fakeServer, framed, HELLO, say, split, WELCOME } from './support/raw.js';
import { until } from './support/until.js';
import { ANSWERED, GREETINGS, IGNORED, OVERDUE, OVERDUE_ID, PROTOCOL_ERROR, REASONS, VIOLATIONS } from './support/violations.js';
import { jsonVectors } from './support/vectors.js';
import * as endpointFile from '../lib/endpoint-file.js';
import { FLAG, KIND } from '../lib/frames.js';
import { connect, serve } from '../lib/index.js';
import { numberOf } from '../lib/status.js';

const limit = { timeout: 60_000 };

test('a violation ends its connection with GOAWAY and status 13, and no other', limit, async (t) => {
  const server = await serve('pipe:strict', {
    services: { hang: () => new Promise(() => {}), echo: (message) => message },
    streams: { ticks: () => [{}] },
  });
  t.after(() => server.close());
  const bystander = await connect('pipe:strict');
  t.after(() => bystander.close());
  for (const { name: what, bytes } of VIOLATIONS) {
    const said = split(await say(`${home}/pipe/strict`, HELLO, bytes));
    assert.equal(said[0].kind, KIND.WELCOME, what);
    const last = said.at(-1);
    assert.deepEqual([last.kind, last.flags, last.status], [KIND.GOAWAY, 0, PROTOCOL_ERROR], `${what}: ${JSON.stringify(said)}`);
    assert.match(last.text, REASONS.get(what), what);
    assert.deepEqual(await bystander.request('echo', { what }), { what });
  }
});

test('what is no violation is passed over, or answered', limit, async (t) => {
  const server = await serve('pipe:lenient', { services: { echo: (message) => message } });
  t.after(() => server.close());
  const end = framed(99);
  const said = split(await say(`${home}/pipe/lenient`, HELLO, ...[...IGNORED, ...ANSWERED].map(({ bytes }) => bytes), OVERDUE, end));
  const answers = said.slice(1, -1).map(({ kind, flags, status, id }) => ({ kind, flags, status, id }));
  assert.deepEqual(answers, [...ANSWERED.map(({ answer }) => answer), { kind: KIND.ERROR, flags: 4, status: 8, id: OVERDUE_ID }]);
});

test('a greeting that is none ends the connection', limit, async (t) => {
  const server = await serve('pipe:polite');
  t.after(() => server.close());
  for (const { name: what, bytes, answers } of GREETINGS) {
    const said = split(await say(`${home}/pipe/polite`, bytes)).map(({ kind, status }) => ({ kind, status }));
    assert.deepEqual(said, answers, what);
  }
});

test('a server that does not keep to the protocol fails the client with a status', limit, async (t) => {
  const cases = [
    [[Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], 'PROTOCOL_ERROR', 'NOT_SENT'],
    [[framed(KIND.ERROR, { id: 1, status: 3, flags: 4, body: '6e6f' })], 'ACCESS_DENIED', 'NOT_SENT'],
    [[framed(KIND.WELCOME, { id: 1, body: '0009a0' })], 'VERSION_MISMATCH', 'NOT_SENT'],
    [[framed(KIND.WELCOME, { id: 2, body: '0002a0' })], 'PROTOCOL_ERROR', 'NOT_SENT'],
    [[framed(KIND.GOAWAY, { status: 7 })], 'RESOURCE_EXHAUSTED', 'NOT_SENT'],
  ];
  mkdirSync(`${home}/pipe`, { recursive: true, mode: 0o700 });
  for (const [i, [parts, status, delivery]] of cases.entries()) {
    const server = await fakeServer(`${home}/pipe/fake${i}`, ...parts);
    t.after(() => server.close());
    await assert.rejects(connect(`pipe:fake${i}`), (error) => {
      assert.deepEqual([error.status, error.delivery], [status, delivery], error.stack);
      return true;
    });
  }
});

test('a server that sends more items than credit is not believed', limit, async (t) => {
  mkdirSync(`${home}/pipe`, { recursive: true, mode: 0o700 });
  const item = framed(KIND.STREAM_ITEM, { id: 2, body: 'a0' });
  const eager = await fakeServer(`${home}/pipe/eager`, WELCOME);
  t.after(() => eager.close());
  const connection = await connect('pipe:eager');
  const stream = connection.stream('ticks', {}, { window: 3 });
  const first = stream.next();
  eager.sockets[0].write(Buffer.concat([item, item, item, item, item, item, item]));
  assert.deepEqual(await first, { value: {}, done: false });
  const { status, byPeer } = await connection.closed;
  assert.deepEqual([status, byPeer], ['PROTOCOL_ERROR', false]);
  const last = split(await eager.heard).at(-1);
  assert.deepEqual([last.kind, last.status], [KIND.GOAWAY, PROTOCOL_ERROR]);
  assert.match(last.text, /more than was asked for/);
});

test('a client that does not read is disconnected, and holds up no other', limit, async (t) => {
  const server = await serve('pipe:loud');
  t.after(() => server.close());
  const heard = [];
  const reader = await connect('pipe:loud', { events: { news: ({ i }) => heard.push(i) } });
  t.after(() => reader.close());
  const deaf = net.connect(`${home}/pipe/loud`);
  t.after(() => deaf.destroy());
  deaf.write(HELLO);
  await once(deaf, 'readable'); // its WELCOME; nothing is read after that
  const [, ended] = server.connections;
  let sent = 0;
  for (; ended.isOpen; sent++) {
    server.broadcast('news', { i: sent, data: Buffer.alloc(1 << 20) });
    await until(t, () => heard.length > sent);
  }
  assert.equal((await ended.closed).status, 'RESOURCE_EXHAUSTED');
  assert.deepEqual(heard, Array.from({ length: sent }, (_, i) => i));
});

test('an event to a peer that does not read waits as long as a request, and no longer', limit, async (t) => {
  mkdirSync(`${home}/pipe`, { recursive: true, mode: 0o700 });
  const deaf = await fakeServer(`${home}/pipe/deaf`, WELCOME);
  t.after(() => deaf.close());
  for (const options of [{}, { reconnect: {} }]) {
    const connection = await connect('pipe:deaf', { requestTimeout: 50, ...options });
    deaf.sockets.at(-1).pause();
    const fill = async () => {
      for (;;) {
        t.signal.throwIfAborted();
        await connection.send('note', { data: Buffer.alloc(1 << 16) });
      }
    };
    await assert.rejects(fill(), (error) => {
      assert.deepEqual([error.status, error.delivery], ['TIMEOUT', 'UNKNOWN'], error.stack);
      return true;
    });
    assert.ok(connection.isOpen);
    deaf.sockets.at(-1).destroy();
    await connection.close();
  }
  const connection = await connect('pipe:deaf');
  deaf.sockets.at(-1).pause();
  const waiting = connection.send('note', { data: Buffer.alloc(8 << 20) });
  deaf.sockets.at(-1).destroy();
  await assert.rejects(waiting, ({ status, delivery }) => status === 'PEER_DIED' && delivery === 'UNKNOWN');
});

test('a client that asks and does not read the answers is disconnected', limit, async (t) => {
  const server = await serve('pipe:asked', { services: { fails: () => { throw new Error('x'.repeat(2_000)); } } });
  t.after(() => server.close());
  const name = Buffer.from('fails');
  for (const body of [`ff${'6e'.repeat(255)}a0`, `05${name.toString('hex')}a0`]) {
    const deaf = net.connect(`${home}/pipe/asked`);
    t.after(() => deaf.destroy());
    deaf.on('error', () => {}); // it is hung up
    deaf.write(HELLO);
    await once(deaf, 'readable'); // its WELCOME; nothing is read after that
    const [connection] = server.connections;
    const asking = framed(KIND.REQUEST, { id: 2, body });
    const many = Buffer.concat(Array(1_000).fill(asking));
    const ask = () => connection.isOpen && deaf.write(many, ask);
    ask();
    const { status, detail } = await connection.closed;
    assert.equal(status, 'RESOURCE_EXHAUSTED');
    assert.match(detail, /does not read/);
  }
});

test('handlers that run on after their callers gave up are not without number', limit, async (t) => {
  const most = 65_536;
  let begun = 0;
  const server = await serve('pipe:forsaken', { services: { hangs: () => new Promise(() => begun++) } });
  t.after(() => server.close());
  const body = `05${Buffer.from('hangs').toString('hex')}a0`;
  const asked = Array.from({ length: most + 1 }, (_, i) =>
    [framed(KIND.REQUEST, { id: i + 2, body }), framed(KIND.CANCEL, { id: i + 2 })]).flat();
  const heard = await say(`${home}/pipe/forsaken`, HELLO, Buffer.concat(asked), HELLO); // the second one ends it
  const [refused] = split(heard).filter(({ kind }) => kind === KIND.ERROR);
  assert.equal(begun, most);
  assert.deepEqual([refused.id, refused.status, refused.flags], [most + 2, numberOf('RESOURCE_EXHAUSTED'), FLAG.REJECTED]);
  assert.match(refused.text, /limit=65536/);
});

test('what was taken from a peer that drains is answered before the end', limit, async (t) => {
  mkdirSync(`${home}/pipe`, { recursive: true, mode: 0o700 });
  const asking = framed(KIND.REQUEST, { id: 7, body: `04${Buffer.from('slow').toString('hex')}a0` });
  for (const [i, options] of [{}, { reconnect: {} }].entries()) {
    const draining = await fakeServer(`${home}/pipe/draining${i}`, WELCOME, asking, framed(KIND.GOAWAY, { flags: 4 }));
    t.after(() => draining.close());
    let begun;
    let finish;
    const running = new Promise((resolve) => {
      begun = resolve;
    });
    const slow = () => new Promise((resolve) => {
      finish = () => resolve({});
      begun();
    });
    const connection = await connect(`pipe:draining${i}`, { services: { slow }, ...options });
    await running;
    const { session } = connection;
    await until(t, () => !session.isOpen);
    const closed = connection.close({ grace: 50_000 });
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    await closed;
    const said = split(await draining.heard).slice(1).map(({ kind, id }) => [kind, id]);
    assert.deepEqual(said.filter(([kind]) => kind === KIND.RESPONSE), [[KIND.RESPONSE, 7]], JSON.stringify(said));
    await connection.close({ grace: 50_000 }); // ended already
  }
});

test('loopback: who does not know the secret gets no further', limit, async (t) => {
  const server = await serve('loopback:secret', { services: { echo: (message) => message } });
  t.after(() => server.close());
  const { port } = endpointFile.parse('file', readFileSync(`${home}/loopback/secret`, 'ascii'));
  const hello = Buffer.concat([Buffer.from('VALISE\x01\0'), Buffer.alloc(32)]);
  const heard = (...parts) => say({ host: '127.0.0.1', port }, ...parts);
  const refused = await heard(hello, Buffer.alloc(32));
  assert.equal(refused.length, 73);
  assert.equal(refused.at(-1), 4);
  assert.equal((await heard(Buffer.from('VALISE\x02\0'))).toString('hex'), `${Buffer.from('VALISE').toString('hex')}0105`);
  assert.equal((await heard(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).length, 0);
  const connection = await connect('loopback:secret');
  assert.deepEqual(await connection.request('echo', { n: 1 }), { n: 1 });
  await connection.close();
});

test('loopback: a client tells nothing to a server that cannot prove itself', limit, async (t) => {
  const challenge = Buffer.concat([Buffer.from('VALISE\x01\0'), Buffer.alloc(64)]);
  const impostor = await fakeServer({ host: '127.0.0.1', port: 0 }, challenge);
  t.after(() => impostor.close());
  mkdirSync(`${home}/loopback`, { recursive: true, mode: 0o700 });
  await endpointFile.publish(`${home}/loopback`, { name: 'impostor', port: impostor.port, port6: 0, secret: Buffer.alloc(32, 1) });
  await assert.rejects(connect('loopback:impostor'), ({ status, delivery }) => status === 'AUTHENTICATION_FAILED' && delivery === 'NOT_SENT');
  assert.equal((await impostor.heard).length, 40, 'only its hello');
});

test('loopback: a server that hangs up within the handshake has died', limit, async (t) => {
  mkdirSync(`${home}/loopback`, { recursive: true, mode: 0o700 });
  const challenge = Buffer.concat([Buffer.from('VALISE\x01\0'), Buffer.alloc(64)]);
  for (const length of [0, 3, 8, 20, 40, 71]) {
    const server = net.createServer((socket) => socket.on('error', () => {}).end(challenge.subarray(0, length)));
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address();
    await endpointFile.publish(`${home}/loopback`, { name: 'short', port, port6: 0, secret: Buffer.alloc(32, 1) });
    await assert.rejects(connect('loopback:short'), (error) => {
      assert.deepEqual([error.status, error.delivery], ['PEER_DIED', 'NOT_SENT'], `${length} bytes: ${error.stack}`);
      return true;
    });
  }
});

test('endpoint files that are none, or could be read by others, are refused', limit, async () => {
  const { accepted, refused } = jsonVectors('places.json').endpointFiles;
  mkdirSync(`${home}/loopback`, { recursive: true, mode: 0o700 });
  const file = `${home}/loopback/quotes`;
  for (const { name, text, status, mode = '0600' } of refused) {
    writeFileSync(file, text);
    chmodSync(file, Number.parseInt(mode, 8));
    await assert.rejects(connect('loopback:quotes'), (error) => error.status === status && error.delivery === 'NOT_SENT', name);
  }
  for (const { name, text, port, port6, secret } of accepted) {
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    const found = await endpointFile.find(`${home}/loopback`, 'quotes');
    assert.deepEqual(found, { name: 'quotes', port, port6, secret: Buffer.from(secret, 'hex') }, name);
  }
  await endpointFile.publish(`${home}/loopback`, { name: 'gone', port: 1, port6: 0, secret: Buffer.alloc(32) });
  await assert.rejects(connect('loopback:gone'), ({ status }) => status === 'ENDPOINT_NOT_FOUND');
});

test('a runtime directory that is not private is refused; an unusable XDG_RUNTIME_DIR is passed over', limit, async (t) => {
  const { runtimeDirectory } = await import('../lib/runtime-directory.js');
  const before = process.env.VALISE_HOME;
  t.after(() => {
    process.env.VALISE_HOME = before;
    delete process.env.XDG_RUNTIME_DIR;
  });
  mkdirSync(`${home}/open`, { mode: 0o755 });
  chmodSync(`${home}/open`, 0o755);
  symlinkSync(`${home}/loopback`, `${home}/link`);
  writeFileSync(`${home}/file`, '');
  for (const directory of ['open', 'link', 'file']) {
    process.env.VALISE_HOME = `${home}/${directory}`;
    await assert.rejects(connect('any:x'), ({ status }) => status === 'ACCESS_DENIED', directory);
    await assert.rejects(serve('any:x'), ({ status }) => status === 'ACCESS_DENIED', directory);
  }
  process.env.VALISE_HOME = ' ';
  process.env.XDG_RUNTIME_DIR = `${home}/absent`;
  assert.equal(await runtimeDirectory(), `/tmp/valise-${process.geteuid()}`);
  mkdirSync(`${home}/shared`);
  chmodSync(`${home}/shared`, 0o777);
  process.env.XDG_RUNTIME_DIR = `${home}/shared`;
  assert.equal(await runtimeDirectory(), `/tmp/valise-${process.geteuid()}`);
  process.env.XDG_RUNTIME_DIR = `${home}/loopback`;
  assert.equal(await runtimeDirectory(), `${home}/loopback/valise`);
});
