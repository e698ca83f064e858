/** Peers that do not keep to the protocol harm their own connection alone. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { home } from './support/processes.js';
import { fakeServer, framed, HELLO, say, split, WELCOME } from './support/raw.js';
import { LENIENT, PROTOCOL_ERROR, VIOLATIONS } from './support/violations.js';
import * as endpointFile from '../lib/endpoint-file.js';
import { KIND } from '../lib/frames.js';
import { connect, serve } from '../lib/index.js';

const limit = { timeout: 60_000 };

test('a violation ends its connection with GOAWAY and status 13, and no other', limit, async (t) => {
  const server = await serve('pipe:strict', {
    services: { hang: () => new Promise(() => {}), echo: (message) => message },
    streams: { ticks: () => [{}] },
  });
  t.after(() => server.close());
  const bystander = await connect('pipe:strict');
  t.after(() => bystander.close());
  for (const [what, bytes, reason] of VIOLATIONS) {
    const said = split(await say(`${home}/pipe/strict`, HELLO, bytes));
    assert.equal(said[0].kind, KIND.WELCOME, what);
    const last = said.at(-1);
    assert.deepEqual([last.kind, last.flags, last.status], [KIND.GOAWAY, 0, PROTOCOL_ERROR], `${what}: ${JSON.stringify(said)}`);
    assert.match(last.text, reason, what);
    assert.deepEqual(await bystander.request('echo', { what }), { what });
  }
});

test('what is no violation is passed over', limit, async (t) => {
  const server = await serve('pipe:lenient', { services: { echo: (message) => message } });
  t.after(() => server.close());
  const said = split(await say(`${home}/pipe/lenient`, HELLO, ...LENIENT));
  const answers = said.filter(({ kind }) => kind === KIND.RESPONSE || kind === KIND.ERROR);
  assert.equal(answers.length, 2, JSON.stringify(said, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
  assert.deepEqual([answers[0].kind, answers[0].id, answers[0].body], [KIND.RESPONSE, 9, 'a0']);
  assert.deepEqual([answers[1].kind, answers[1].flags, answers[1].status, answers[1].id], [KIND.ERROR, 4, 8, 2n ** 64n - 1n]);
});

test('a greeting that is none ends the connection', limit, async (t) => {
  const server = await serve('pipe:polite');
  t.after(() => server.close());
  const ends = async (...parts) => split(await say(`${home}/pipe/polite`, ...parts)).map(({ kind, status }) => [kind, status]);
  const goaway = [KIND.GOAWAY, PROTOCOL_ERROR];
  assert.deepEqual(await ends(framed(KIND.REQUEST, { id: 1, body: '0161a0' })), [goaway]);
  assert.deepEqual(await ends(framed(99, { flags: 0x80 })), [goaway], 'an optional kind too');
  assert.deepEqual(await ends(framed(KIND.HELLO, { id: 1, body: '564c534600010002a0' })), [goaway]);
  assert.deepEqual(await ends(framed(KIND.HELLO, { id: 1, body: '564c534500030004a0' })), [[KIND.ERROR, 5], [KIND.GOAWAY, 5]]);
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
  eager.socket.write(Buffer.concat([item, item, item, item, item, item, item]));
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
    while (heard.length <= sent) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  assert.equal((await ended.closed).status, 'RESOURCE_EXHAUSTED');
  assert.deepEqual(heard, Array.from({ length: sent }, (_, i) => i));
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

test('endpoint files that are none, or could be read by others, are refused', limit, async () => {
  mkdirSync(`${home}/loopback`, { recursive: true, mode: 0o700 });
  const put = (name, text, mode = 0o600) => {
    writeFileSync(`${home}/loopback/${name}`, text, { mode });
    chmodSync(`${home}/loopback/${name}`, mode);
  };
  const good = (name) => endpointFile.textOf({ name, port: 1, port6: 0, secret: Buffer.alloc(32) });
  put('other', 'valise-loopback 2\n');
  put('porous', good('porous'), 0o644);
  put('long', `${good('long')}${'x'.repeat(1_024)}`);
  put('portless', good('portless').replace('port=1', 'port=0'));
  put('secretless', good('secretless').replace(/secret=.*/, 'secret=00'));
  put('Renamed', good('renamed'));
  put('gone', good('gone'));
  const status = async (name) => connect(`loopback:${name}`).then(() => 'OK', (error) => error.status);
  assert.equal(await status('other'), 'PROTOCOL_ERROR');
  assert.equal(await status('porous'), 'ACCESS_DENIED');
  assert.equal(await status('long'), 'PROTOCOL_ERROR');
  assert.equal(await status('portless'), 'PROTOCOL_ERROR');
  assert.equal(await status('secretless'), 'PROTOCOL_ERROR');
  assert.equal(await status('Renamed'), 'ENDPOINT_NOT_FOUND');
  assert.equal(await status('gone'), 'ENDPOINT_NOT_FOUND');
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
