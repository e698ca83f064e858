/** Connections that come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { home, startNode } from './support/processes.js';
import { until } from './support/until.js';
import { AppIdentity, connect, IpcError, serve } from '../lib/index.js';

process.env.VALISE_CONFIG = `${home}/config`;
const limit = { timeout: 60_000 };

async function failure(promise) {
  return promise.then(() => assert.fail('it did not fail'), (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error;
  });
}

/** A connection that ends with the test, and the states that it has told. */
async function reconnecting(t, address, reconnect = {}, options = {}) {
  const states = [];
  const connection = await connect(address, { reconnect, ...options });
  t.after(() => connection.close());
  return { connection, states };
}

/** Resolves when a connection is in a state. */
function stateTeller() {
  const waiting = [];
  const seen = [];
  return {
    seen,
    onState: (state) => {
      seen.push(state);
      waiting.filter((one) => one.state === state).forEach(({ resolve }) => resolve());
    },
    next: (state) => new Promise((resolve) => waiting.push({ state, resolve })),
  };
}

for (const transport of ['pipe', 'loopback']) {
  const address = `${transport}:again`;

  test(`${transport}: calls outlive a killed server as far as that is safe`, limit, async (t) => {
    const first = await startNode(t, address);
    const { connection } = await reconnecting(t, address, { idempotent: ['echo'] }, { requestTimeout: 50_000 });
    const { pid } = connection.peer;
    const mayHaveRun = failure(connection.request('hang'));
    await connection.request('echo');
    await first.kill();
    assert.deepEqual([(await mayHaveRun).status, (await mayHaveRun).delivery], ['PEER_DIED', 'UNKNOWN']);
    assert.equal(connection.isOpen, true);
    const waiting = connection.request('metadata', {}, { metadata: { n: 1 } });
    const stream = connection.stream('count', { until: 3 });
    const items = [stream.next(), stream.next(), stream.next(), stream.next()];
    await startNode(t, address);
    assert.deepEqual(await waiting, { n: 1 });
    assert.deepEqual(await Promise.all(items), [
      { value: { i: 0 }, done: false }, { value: { i: 1 }, done: false }, { value: { i: 2 }, done: false }, { value: undefined, done: true },
    ]);
    assert.notEqual(connection.peer.pid, pid);
    await connection.close();
    assert.equal((await connection.closed).status, 'CONNECTION_CLOSED');
    assert.equal((await failure(connection.request('echo'))).delivery, 'NOT_SENT');
  });
}

test('what waits for a link ends at its own time, or is given up', limit, async (t) => {
  const server = await serve('pipe:gone');
  const { connection } = await reconnecting(t, 'pipe:gone');
  await server.close();
  const late = await failure(connection.request('echo', {}, { timeout: 500 })); // an attempt fails in that time
  assert.deepEqual([late.status, late.delivery], ['ENDPOINT_NOT_FOUND', 'NOT_SENT']);
  assert.match(late.reason, /no connection within the time allowed/);
  const controller = new AbortController();
  const given = failure(connection.request('echo', {}, { signal: controller.signal }));
  controller.abort();
  assert.deepEqual([(await given).status, (await given).delivery], ['CANCELLED', 'NOT_SENT']);
  for (const call of [connection.request('echo', {}, { signal: controller.signal }),
    connection.stream('count', {}, { signal: controller.signal }).next()]) {
    assert.deepEqual([(await failure(call)).status, (await failure(call)).delivery], ['CANCELLED', 'NOT_SENT']);
  }
  await assert.rejects(connection.request('echo', {}, { signal: null }), TypeError);
  const closed = failure(connection.request('echo'));
  await connection.close();
  assert.deepEqual([(await closed).status, (await closed).delivery], ['CONNECTION_CLOSED', 'NOT_SENT']);
});

test('an idempotent call is made again, and tells that it may have run', limit, async (t) => {
  let taken;
  const begun = new Promise((resolve) => {
    taken = resolve;
  });
  const hang = () => {
    taken();
    return new Promise(() => {});
  };
  const server = await serve('pipe:twice', { services: { hang } });
  const { connection } = await reconnecting(t, 'pipe:twice', { idempotent: ['hang'] });
  const result = connection.request('hang', {}, { timeout: 10_000 });
  await begun;
  await server.close();
  const next = await serve('pipe:twice', { services: { hang: () => ({ second: true }) } });
  t.after(() => next.close());
  assert.deepEqual(await result, { second: true });
});

test('it dials by itself while something listens, and tells its states', limit, async (t) => {
  const { onState, next, seen } = stateTeller();
  const heard = [];
  const server = await serve('pipe:news');
  const { connection } = await reconnecting(t, 'pipe:news', {}, { onState, events: { news: ({ n }) => heard.push(n) } });
  const lost = next('RECONNECTING');
  const found = next('CONNECTED');
  await server.close();
  await lost;
  let greeted;
  const again = new Promise((resolve) => {
    greeted = resolve;
  });
  const second = await serve('pipe:news', { onConnect: greeted });
  t.after(() => second.close());
  await (await again).send('news', { n: 2 });
  await found;
  await until(t, () => heard.length > 0);
  await connection.close();
  assert.deepEqual(heard, [2]);
  assert.deepEqual(seen, ['CONNECTED', 'RECONNECTING', 'CONNECTED', 'CLOSED']);
});

test('on use alone it dials for calls, and gives up when it is told to', limit, async (t) => {
  const server = await serve('pipe:vain');
  const { connection } = await reconnecting(t, 'pipe:vain', { onUse: true, giveUpAfter: 30, maxDelay: 20 });
  await server.close();
  const { status } = await failure(connection.request('valise.ping'));
  assert.equal(status, 'ENDPOINT_NOT_FOUND');
  const { status: reason, detail } = await connection.closed;
  assert.equal(reason, 'ENDPOINT_NOT_FOUND');
  assert.match(detail, /dialled in vain/);
  assert.equal(connection.isOpen, false);
});

test('while a server drains, new calls go to the next one, and old ones are answered', limit, async (t) => {
  let finish;
  let begun;
  const running = new Promise((resolve) => {
    begun = resolve;
  });
  const slow = () => new Promise((resolve) => {
    finish = () => resolve({ server: 1 });
    begun();
  });
  const first = await serve('pipe:shift', { services: { slow, who: () => ({ server: 1 }) } });
  const { connection } = await reconnecting(t, 'pipe:shift');
  const old = connection.request('slow');
  await running;
  const down = first.shutdown(50_000);
  await new Promise((resolve) => setImmediate(resolve));
  const second = await serve('pipe:shift', { services: { who: () => ({ server: 2 }) } });
  t.after(() => second.close());
  let answer = await connection.request('who').catch((error) => error);
  await until(t, () => answer.server === 2, async () => {
    answer = await connection.request('who');
  });
  finish();
  assert.deepEqual(await old, { server: 1 });
  assert.equal(await down, true);
});

test('a stream that is left while there is no link is not opened', limit, async (t) => {
  const opened = [];
  const streams = { *count({ n }) { opened.push(n); yield { n }; } };
  const server = await serve('pipe:left', { streams });
  const { connection } = await reconnecting(t, 'pipe:left');
  await server.close();
  const stream = connection.stream('count', { n: 1 });
  const item = stream.next();
  await stream.return();
  const next = await serve('pipe:left', { streams });
  t.after(() => next.close());
  assert.deepEqual(await item, { value: undefined, done: true });
  assert.deepEqual(await connection.stream('count', { n: 2 }).next(), { value: { n: 2 }, done: false });
  assert.deepEqual(opened, [2]);
});

test('a link that has ended is not kept', limit, async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const server = await serve('pipe:kept');
  const { connection } = await reconnecting(t, 'pipe:kept');
  const former = new WeakRef(connection.session);
  await server.close();
  await connection.session.ended;
  const next = await serve('pipe:kept');
  t.after(() => next.close());
  await connection.request('valise.ping');
  await until(t, () => former.deref() === undefined, async () => {
    await connection.request('valise.ping');
    collect();
  });
});

test('a server that drains calls back the objects that it holds', limit, async (t) => {
  let begun;
  let finish;
  const running = new Promise((resolve) => {
    begun = resolve;
  });
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const slow = async (listener) => {
    begun();
    await finished;
    return listener('heard');
  };
  const first = await serve('pipe:backwards', { objects: { 'acme.Slow': { slow } } });
  const { connection } = await reconnecting(t, 'pipe:backwards');
  const heard = [];
  const reply = connection.remote('acme.Slow').slow((said) => heard.push(said));
  await running;
  const former = connection.session;
  const down = first.shutdown(50_000);
  await until(t, () => !former.isOpen);
  const second = await serve('pipe:backwards');
  t.after(() => second.close());
  await connection.request('valise.ping');
  assert.notEqual(connection.session, former);
  finish();
  assert.equal(await reply, 1);
  assert.deepEqual(heard, ['heard']);
  assert.equal(await down, true);
});

test('another application that answers later is refused', limit, async (t) => {
  const identity = await AppIdentity.open('quotes', { publisher: 'owner' });
  const server = await serve('pipe:same', { identity });
  const { connection } = await reconnecting(t, 'pipe:same', {}, { identity });
  await server.close();
  const impostor = await serve('pipe:same', { identity: await AppIdentity.open('other', { publisher: 'owner' }) });
  t.after(() => impostor.close());
  const { status, reason } = await failure(connection.request('valise.ping'));
  assert.equal(status, 'AUTHENTICATION_FAILED');
  assert.match(reason, /expected application=quotes_/);
});

test('a policy that cannot be is refused', limit, async () => {
  for (const reconnect of [{ firstDelay: 0 }, { firstDelay: 5, maxDelay: 1 }, { giveUpAfter: -1 }]) {
    await assert.rejects(connect('pipe:x', { reconnect }), RangeError);
  }
});
