/** Java and Node.js: identities and grants, remote objects, and the standard streams of a child, both ways. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compileJava, home, javaCommand, startJava, withoutCommand } from './support/processes.js';
import { fakeServer } from './support/raw.js';
import { jsonVectors } from './support/vectors.js';
import { allow, AppIdentity, as, byReference, CapabilityGrant, connect, connectChild, serve, V } from '../lib/index.js';

process.env.VALISE_CONFIG = `${home}/config`;
const PATIENCE_MILLIS = 60_000;
const limit = { timeout: 300_000, skip: withoutCommand };

if (withoutCommand) {
  console.log(`Skipped: the tests of systems against Java, ${withoutCommand}`);
} else {
  before(compileJava);
}

for (const transport of ['pipe', 'loopback']) {
  test(`${transport}: a Java server knows a Node.js client, and its grant`, limit, async (t) => {
    const identity = await AppIdentity.open('trader', { publisher: 'broker' });
    const server = startJava(t, 'guard', `${transport}:java-desk`, identity.id);
    await server.line(/^ready/);
    const without = await connect(`${transport}:java-desk`, { identity, timeout: PATIENCE_MILLIS });
    t.after(() => without.close());
    await assert.rejects(without.request('place'), ({ status, delivery }) => status === 'ACCESS_DENIED' && delivery === 'REJECTED');
    const grants = [await CapabilityGrant.read(`${home}/java.grant`)];
    const granted = await connect(`${transport}:java-desk`, { identity, grants, timeout: PATIENCE_MILLIS });
    t.after(() => granted.close());
    assert.deepEqual(await granted.request('place'), { by: identity.id });
    assert.equal(granted.peer.applicationId, (await AppIdentity.find('desk', { publisher: 'owner' })).id);
  });

  test(`${transport}: a Node.js server knows a Java client, and its grant`, limit, async (t) => {
    const [identity, trader] = [await AppIdentity.open('desk', { publisher: 'owner' }), await AppIdentity.open('trader', { publisher: 'broker' })];
    const server = await serve(`${transport}:node-desk`, {
      identity, access: allow.capability('orders.place'), services: { place: (message, { connection }) => ({ by: connection.peer.applicationId }) },
    });
    t.after(() => server.close());
    writeFileSync(`${home}/node.grant`, CapabilityGrant.issue(identity, 'orders.place', trader.id, new Date('2100-01-01')).text, { mode: 0o600 });
    const client = startJava(t, 'trade', `${transport}:node-desk`, `${home}/node.grant`);
    assert.equal((await client.exited).code, 0, client.errors);
    assert.deepEqual(client.lines, ['without a grant: ACCESS_DENIED REJECTED', `with a grant: ${trader.id}`, `server: ${identity.id}`]);
  });
}

test('objects of Java are called from Node.js', limit, async (t) => {
  const server = startJava(t, 'export', 'pipe:java-objects');
  await server.line(/^ready/);
  const connection = await connect('pipe:java-objects', { timeout: PATIENCE_MILLIS });
  t.after(() => connection.close());
  const counter = await connection.remote('acme.Counters').open('apples');
  const heard = [];
  assert.equal(await counter.add(5, (value) => void heard.push(value)), 5n);
  assert.deepEqual(heard, [5n]);
  assert.deepEqual(await counter.tag({ name: 'a', colour: 'RED', sizes: [7], note: null }),
    { name: 'a!', colour: 'GREEN', sizes: [1, 2], note: 'note' });
  const values = [];
  for await (const value of await counter.values()) {
    values.push(value);
  }
  assert.deepEqual(values, [1n, 2n]);
  assert.equal(await counter.isMine(counter), true);
  assert.equal(await (await as(counter, 'acme.Named')).name(), 'apples');
  await assert.rejects(counter.absent(), ({ status }) => status === 'UNSUPPORTED');
});

test('objects of Node.js are called from Java', limit, async (t) => {
  const counter = byReference({
    sum: 0,
    async add(by, listener) {
      this.sum += Number(by);
      await listener.counted(this.sum);
      return V.int64(this.sum);
    },
    tag: ({ name, sizes }) => ({ name: `${name}!`, colour: 'GREEN', sizes, extra: 'ignored' }),
    async *[Symbol.asyncIterator]() {
      yield* [1, 2];
    },
    values() {
      return this;
    },
    isMine: (other) => other === counter,
    name: () => 'apples',
  }, 'acme.Named');
  const server = await serve('pipe:node-objects', { objects: { 'acme.Counters': { open: () => counter } } });
  t.after(() => server.close());
  const client = startJava(t, 'count', 'pipe:node-objects');
  assert.equal((await client.exited).code, 0, client.errors);
  assert.deepEqual(client.lines, [
    'sum 5 heard 5', 'Tag[name=a!, colour=GREEN, sizes=[7], note=Optional.empty]', 'mine true', 'values 1 2 ', 'name apples',
  ]);
});

test('a Java child of Node.js, and a Node.js child of Java', limit, async (t) => {
  const child = await connectChild(javaCommand('child'), { timeout: PATIENCE_MILLIS });
  t.after(() => child.close());
  assert.deepEqual(await child.request('echo', { n: 1, data: Buffer.alloc(200_000, 'a') }), { n: 1, data: Buffer.alloc(200_000, 'a') });
  const { closed } = child;
  await child.close();
  assert.equal((await closed).status, 'CONNECTION_CLOSED');
  const program = fileURLToPath(new URL('support/child.js', import.meta.url));
  const parent = startJava(t, 'parent', process.execPath, program);
  assert.equal((await parent.exited).code, 0, parent.errors);
  assert.deepEqual(parent.lines, ['answered 1']);
  assert.match(parent.errors, /ended: CONNECTION_CLOSED/);
});

test('a Java client reads endpoint files as the vectors say', limit, async (t) => {
  const { accepted, refused } = jsonVectors('places.json').endpointFiles;
  const java = startJava(t, 'knock', 'loopback:quotes');
  mkdirSync(`${home}/loopback`, { recursive: true, mode: 0o700 });
  const file = `${home}/loopback/quotes`;
  const knock = async (number, text, mode) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
    java.child.stdin.write(`${number}\n`);
    return (await java.line(new RegExp(`^${number} `))).split(' ')[1];
  };
  for (const [i, { name, text, status, mode = '0600' }] of refused.entries()) {
    assert.equal(await knock(i, text, Number.parseInt(mode, 8)), status, name);
  }
  for (const [i, { name, text }] of accepted.entries()) {
    const impostor = await fakeServer({ host: '127.0.0.1', port: 0 }, Buffer.from('no handshake'));
    t.after(() => impostor.close());
    const status = await knock(refused.length + i, text.replaceAll('40123', impostor.port), 0o600);
    assert.equal(status, 'PROTOCOL_ERROR', name);
    assert.equal((await impostor.heard).length, 40, 'it has said its hello');
  }
});
