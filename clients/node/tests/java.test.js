/** Java and Node.js, each the server of the other, over each transport. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { command, home, startCommand, startNode, withoutCommand } from './support/processes.js';
import { framed, HELLO, sayAfterAnswer, split } from './support/raw.js';
import { jsonVectors } from './support/vectors.js';
import { ANSWERED, GREETINGS, IGNORED, OVERDUE, OVERDUE_ID, PROTOCOL_ERROR, VIOLATIONS } from './support/violations.js';
import { KIND } from '../lib/frames.js';
import { BigDecimal, connect, decode, Duration, encode, Instant, IpcError, Point, serve, Uuid, V } from '../lib/index.js';

/** The machine may be busy: no answer is late before that. */
const PATIENCE_MILLIS = 60_000;
const PATIENCE = ['--timeout', '60s'];
const limit = { timeout: 300_000, skip: withoutCommand };

if (withoutCommand) {
  console.log(`Skipped: the tests against Java, ${withoutCommand}`);
}

async function statusOf(promise) {
  return promise.then(() => 'OK', (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error.status;
  });
}

async function connected(t, endpoint, options) {
  const connection = await connect(endpoint, { timeout: PATIENCE_MILLIS, ...options });
  t.after(() => connection.close());
  return connection;
}

/** One message with a value of each type; beside it the typed JSON of the command. */
const EVERY_TYPE = {
  byte: [V.int8(-5), { $type: 'byte', value: -5 }],
  short: [V.int16(5), { $type: 'short', value: 5 }],
  int: [5, 5],
  long: [5n, { $type: 'long', value: 5 }],
  uint8: [V.uint8(200), { $type: 'uint8', value: 200 }],
  uint16: [V.uint16(60_000), { $type: 'uint16', value: 60_000 }],
  uint32: [V.uint32(4_000_000_000), { $type: 'uint32', value: 4_000_000_000 }],
  uint64: [V.uint64(2n ** 64n - 1n), { $type: 'uint64', value: '18446744073709551615' }],
  float: [V.single(1.5), { $type: 'float', value: 1.5 }],
  double: [V.double(1.5), 1.5],
  char: [V.char('A'), { $type: 'char', value: 'A' }],
  string: ['grüße 🎉', 'grüße 🎉'],
  boolean: [true, true],
  nothing: [null, null],
  instant: [Instant.parse('2030-01-31T12:00:00.000000001Z'), { $type: 'instant', value: '2030-01-31T12:00:00.000000001Z' }],
  duration: [new Duration(-2, 500_000_000), { $type: 'duration', value: 'PT-1.5S' }],
  uuid: [new Uuid('123e4567-e89b-12d3-a456-426614174000'), { $type: 'uuid', value: '123e4567-e89b-12d3-a456-426614174000' }],
  big: [V.bigInteger(2n ** 70n), { $type: 'biginteger', value: '1180591620717411303424' }],
  decimal: [BigDecimal.parse('273.15'), { $type: 'bigdecimal', value: '273.15' }],
  point: [new Point(1, 2), { $type: 'point', value: { x: 1, y: 2 } }],
  bytes: [Buffer.from('abc'), { $type: 'bytes', value: 'YWJj' }],
  ints: [Int32Array.of(1, 2), [1, 2]],
  longs: [BigInt64Array.of(1n), { $type: 'long[]', value: [1] }],
  uint16s: [Uint16Array.of(1, 65_535), { $type: 'uint16[]', value: [1, 65_535] }],
  uint32s: [Uint32Array.of(1, 4_294_967_295), { $type: 'uint32[]', value: [1, 4_294_967_295] }],
  uint64s: [BigUint64Array.of(1n), { $type: 'uint64[]', value: [1] }],
  strings: [V.strings(['a']), ['a']],
  booleans: [V.booleans([true]), [true]],
  list: [[1, 'x', null], [1, 'x', null]],
  set: [{ a: 1 }, { a: 1 }],
};
const EXACT = Object.fromEntries(Object.entries(EVERY_TYPE).map(([key, [value]]) => [key, value]));
const JSON_TYPED = Object.fromEntries(Object.entries(EVERY_TYPE).map(([key, [, json]]) => [key, json]));

for (const transport of ['pipe', 'loopback']) {
  test(`${transport}: a Java server and a Node.js client`, limit, async (t) => {
    const address = `${transport}:java`;
    const server = startCommand(t, 'serve', address, '--event', 'note');
    await server.line(/^serving/);
    const connection = await connected(t, address, { exact: true });

    for (const { name, hex, encodes } of jsonVectors('valueset.json').accepted) {
      const message = decode(Buffer.from(hex, 'hex'), { exact: true });
      const reply = encode(await connection.request('echo', message));
      assert.equal(reply.toString('hex'), encode(message).toString('hex'), name);
      assert.ok(!encodes || reply.toString('hex') === hex, name);
    }
    assert.deepEqual(await connection.request('echo', EXACT), EXACT);
    const long = { data: randomBytes(1 << 20) };
    assert.deepEqual(await connection.request('echo', long), long);
    const many = await Promise.all(Array.from({ length: 500 }, (_, i) => connection.request('echo', { i })));
    assert.deepEqual(many, Array.from({ length: 500 }, (_, i) => ({ i })));
    assert.equal(await statusOf(connection.request('echo', { data: Buffer.alloc(17 << 20) })), 'MESSAGE_TOO_LARGE');
    const unknown = await connection.request('price').catch((error) => error);
    assert.deepEqual([unknown.status, unknown.delivery], ['SERVICE_NOT_FOUND', 'REJECTED']);
    const info = await (await connected(t, address)).request('valise.info');
    assert.equal(info.pid, BigInt(connection.peer.pid));
    assert.deepEqual(info.endpoints, [address]);
    await connection.send('note', { text: 'hello' });
    assert.equal(await server.line(/^note/), 'note {"text":"hello"}');
    assert.equal(await statusOf(serve(address)), 'ADDRESS_IN_USE');

    const draining = await connected(t, address);
    process.kill(connection.peer.pid, 'SIGTERM');
    const { status, byPeer } = await draining.closed;
    assert.deepEqual([status, byPeer], ['CONNECTION_CLOSED', true]);
    assert.equal((await server.exited).code, 0);
    assert.equal(await statusOf(connect(address)), 'ENDPOINT_NOT_FOUND');
  });

  test(`${transport}: a Node.js server and a Java client`, limit, async (t) => {
    const address = `${transport}:node`;
    const echoed = [];
    const server = await serve(address, {
      exact: true,
      application: 'node test',
      services: {
        echo: (message) => {
          echoed.push(message);
          return message;
        },
      },
    });
    t.after(() => server.close());
    writeFileSync(`${home}/every.json`, JSON.stringify(JSON_TYPED));

    for (const way of ['as this test writes it', 'as the command has printed the reply']) {
      const { code, stdout, stderr } = await command('call', address, 'echo', `@${home}/every.json`, '--json', '--typed', ...PATIENCE);
      assert.equal(code, 0, stderr);
      assert.deepEqual(echoed.pop(), EXACT, way);
      writeFileSync(`${home}/every.json`, stdout);
    }
    const listed = await command('list', ...PATIENCE);
    assert.match(listed.stdout, new RegExp(`${address} +node test +${process.pid} .* echo`));
    assert.match((await command('schema', address)).stdout, /^service +echo +- +-$/m);
    assert.match((await command('serve', address)).stderr, /ADDRESS_IN_USE/);
    const cleaned = await command('runtime', 'clean');
    assert.equal(cleaned.code, 1);
    assert.match(cleaned.stderr, new RegExp(`serves ${transport}.*:node`));
    assert.deepEqual(server.connections, []);
  });

  test(`${transport}: a name is taken over from a killed server of the other language, both ways`, limit, async (t) => {
    const address = `${transport}:heir`;
    const first = startCommand(t, 'serve', address);
    await first.line(/^serving/);
    const connection = await connected(t, address);
    process.kill(connection.peer.pid, 'SIGKILL');
    assert.equal((await connection.closed).status, 'PEER_DIED');
    await first.exited;
    const second = await startNode(t, address);
    assert.equal((await command('call', address, 'echo', '{"n":1}', '--json', ...PATIENCE)).stdout.trim(), '{"n":1}');
    await second.kill();
    const third = startCommand(t, 'serve', address);
    await third.line(/^serving/);
    assert.deepEqual(await (await connected(t, address)).request('echo', { n: 2 }), { n: 2 });
  });
}

test('what a Java client is told, and tells, beside replies', limit, async (t) => {
  const noted = [];
  const server = await serve('pipe:told', {
    services: {
      echo: (message) => message,
      remaining: (message, call) => ({ seconds: Math.ceil(call.remaining / 1_000) }),
      fail: () => {
        throw new TypeError('no market today');
      },
    },
    events: { note: (message) => noted.push(message) },
  });
  t.after(() => server.close());
  writeFileSync(`${home}/long.json`, JSON.stringify({ text: 'ü'.repeat(500_000) }));
  const long = await command('call', 'pipe:told', 'echo', `@${home}/long.json`, '--json', ...PATIENCE);
  assert.equal(JSON.parse(long.stdout).text.length, 500_000);
  const timed = await command('call', 'pipe:told', 'remaining', '--json', '--timeout', '77s');
  assert.equal(JSON.parse(timed.stdout).seconds, 77);
  const unknown = await command('call', 'pipe:told', 'nothing', ...PATIENCE);
  assert.match(`${unknown.code} ${unknown.stderr}`, /^1 ipc: SERVICE_NOT_FOUND: .*offered: echo, fail/);
  const failed = await command('call', 'pipe:told', 'fail', ...PATIENCE);
  assert.match(`${failed.code} ${failed.stderr}`, /^1 ipc: HANDLER_FAILED: TypeError: no market today/);
  assert.equal((await command('send', 'pipe:told', 'note', '{"text": "hello"}', ...PATIENCE)).code, 0);
  assert.deepEqual(noted, [{ text: 'hello' }]);
  const pinged = await command('ping', 'pipe:told', '-c', '100', '--warm-up', '10', '--json', ...PATIENCE);
  assert.equal(JSON.parse(pinged.stdout).count, 100);
});

test('a Java server takes for a violation what this package does, and passes over the same', limit, async (t) => {
  const server = startCommand(t, 'serve', 'pipe:strict');
  await server.line(/^serving/);
  const hear = async (...parts) => split(await sayAfterAnswer(`${home}/pipe/strict`, ...parts));
  for (const { name: what, bytes } of VIOLATIONS.filter(({ needs }) => needs === undefined)) {
    const said = await hear(HELLO, bytes);
    assert.equal(said[0].kind, KIND.WELCOME, what);
    assert.deepEqual([said.at(-1).kind, said.at(-1).flags, said.at(-1).status], [KIND.GOAWAY, 0, PROTOCOL_ERROR], what);
  }
  const said = await hear(HELLO, ...[...IGNORED, ...ANSWERED].map(({ bytes }) => bytes), OVERDUE, framed(99));
  const answers = new Map(said.slice(1, -1).map(({ kind, flags, status, id }) => [String(id), { kind, flags, status, id }]));
  const overdue = answers.get(String(OVERDUE_ID)); // refused, unless a handler can begin at once
  assert.ok(overdue.kind === KIND.RESPONSE || (overdue.status === 8 && overdue.flags === 4));
  answers.delete(String(OVERDUE_ID));
  assert.deepEqual([...answers.values()].sort((a, b) => a.id - b.id), ANSWERED.map(({ answer }) => answer));
  assert.deepEqual([said.at(-1).kind, said.at(-1).status], [KIND.GOAWAY, PROTOCOL_ERROR]);
  for (const { name: what, bytes, answers: expected } of GREETINGS) {
    assert.deepEqual((await hear(bytes)).map(({ kind, status }) => ({ kind, status })), expected, what);
  }
});

test('a stream of a Java process, with credit: a file by its token', limit, async (t) => {
  const content = randomBytes(1_000_000);
  writeFileSync(`${home}/report`, content);
  const sharing = startCommand(t, 'share', `${home}/report`, '--over', 'pipe');
  const [, address, token] = /^(any:[^/]+|pipe:[^/]+)\/(.*)$/.exec(await sharing.line(/^(any|pipe):/));
  const connection = await connected(t, address);
  const items = connection.stream('files.redeem', { token }, { window: 4 });
  const { value: head } = await items.next();
  assert.deepEqual([head.name, Number(head.size)], ['report', content.length]);
  const parts = [];
  for (let size = 0; size < content.length;) {
    const { value } = await items.next();
    parts.push(value.data);
    size += value.data.length;
  }
  await connection.request('files.received', { token });
  assert.equal((await items.next()).done, true);
  assert.ok(Buffer.concat(parts).equals(content));
  assert.equal((await sharing.exited).code, 0);
});

test('a stream of a Node.js process, with credit: a file that the command redeems', limit, async (t) => {
  const content = randomBytes(300_000);
  let received;
  const all = new Promise((resolve) => {
    received = resolve;
  });
  const server = await serve('any:share-node', {
    services: {
      'files.received': () => {
        received();
        return {};
      },
    },
    streams: {
      async *'files.redeem'() {
        yield { name: 'report', size: BigInt(content.length) };
        for (let at = 0; at < content.length; at += 10_000) {
          yield { data: content.subarray(at, at + 10_000) };
        }
        await all;
      },
    },
  });
  t.after(() => server.close());
  const token = createHash('sha256').update('token').digest('base64url');
  const redeemed = await command('redeem', `any:share-node/${token}`, '-o', `${home}/copy`);
  assert.equal(redeemed.code, 0, redeemed.stderr);
  assert.ok(existsSync(`${home}/copy`) && readFileSync(`${home}/copy`).equals(content));
});
