/** Two processes of this package, over each transport. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startNode } from './support/processes.js';
import { until } from './support/until.js';
import { connect, IpcError, serve, V } from '../lib/index.js';

const limit = { timeout: 60_000 };

async function failure(promise) {
  return promise.then(() => assert.fail('it did not fail'), (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error;
  });
}

/** A connection that ends with the test. */
async function connected(t, endpoint, options) {
  const connection = await connect(endpoint, options);
  t.after(() => connection.close());
  return connection;
}

for (const transport of ['pipe', 'loopback']) {
  const address = `${transport}:talk`;

  test(`${transport}: what a conversation has`, limit, async (t) => {
    await startNode(t, address);

    await t.test('requests, in any number and size', limit, async (t) => {
      const connection = await connected(t, address, { exact: true });
      const many = await Promise.all(Array.from({ length: 200 }, (_, i) => connection.request('echo', { i })));
      assert.deepEqual(many, Array.from({ length: 200 }, (_, i) => ({ i })));
      const message = { data: Buffer.alloc(1 << 20, 'ab'), width: V.uint16(7) };
      assert.deepEqual(await connection.request('echo', message), message);
      assert.deepEqual(await connection.request('metadata', {}, { metadata: { tenant: 7 } }), { tenant: 7 });
      assert.deepEqual(await connection.exchange('priced', { i: 1 }), { message: { i: 1 }, metadata: { parts: [1], more: 2 } });
      assert.deepEqual(await connection.exchange('echo', { i: 1 }), { message: { i: 1 }, metadata: {} });
      assert.equal(connection.peer.application, 'echo-server');
      assert.equal(connection.endpoint, address);
    });

    await t.test('failures with status and delivery', limit, async (t) => {
      const connection = await connected(t, address, { maxMessageBytes: 4_096 });
      const of = async (promise) => (({ status, delivery }) => [status, delivery])(await failure(promise));
      assert.deepEqual(await of(connection.request('nothing')), ['SERVICE_NOT_FOUND', 'REJECTED']);
      assert.deepEqual(await of(connection.request('count')), ['UNSUPPORTED', 'REJECTED']);
      assert.deepEqual(await of(connection.request('busy')), ['RESOURCE_EXHAUSTED', 'UNKNOWN']);
      assert.deepEqual(await of(connection.request('hang', {}, { timeout: 20 })), ['TIMEOUT', 'UNKNOWN']);
      assert.deepEqual(await of(connection.request('large', { bytes: 5_000 })), ['MESSAGE_TOO_LARGE', 'UNKNOWN']);
      assert.deepEqual(await of(connection.request('echo', { data: Buffer.alloc(17 << 20) })), ['MESSAGE_TOO_LARGE', 'NOT_SENT']);
      const failed = await failure(connection.request('fail'));
      assert.deepEqual([failed.status, failed.reason], ['HANDLER_FAILED', 'TypeError: no market today']);
      assert.match((await failure(connection.request('mispriced'))).reason, /expected a plain object or a Map/);
      const controller = new AbortController();
      const given = of(connection.request('hang', {}, { signal: controller.signal }));
      controller.abort();
      assert.deepEqual(await given, ['CANCELLED', 'UNKNOWN']);
      assert.deepEqual(await of(connection.request('echo', {}, { signal: controller.signal })), ['CANCELLED', 'NOT_SENT']);
      await assert.rejects(connection.request('echo', { v: undefined }), TypeError);
      await assert.rejects(connection.request('echo', {}, { signal: null }), TypeError);
      await assert.rejects(connection.stream('count', {}, { signal: {} }).next(), TypeError);
      assert.deepEqual(await connection.request('echo', { still: 'here' }), { still: 'here' });
    });

    await t.test('streams, with credit', limit, async (t) => {
      const connection = await connected(t, address);
      const seen = [];
      for await (const { i } of connection.stream('count', { until: 1_000 }, { window: 3 })) {
        seen.push(i);
      }
      assert.deepEqual(seen, Array.from({ length: 1_000 }, (_, i) => i));
      for await (const { i } of connection.stream('count', { until: 1_000_000_000 })) {
        if (i === 100) {
          break;
        }
      }
      const broken = connection.stream('broken');
      assert.deepEqual(await broken.next(), { value: { i: 0 }, done: false });
      const failed = await failure(broken.next());
      assert.deepEqual([failed.status, failed.reason], ['HANDLER_FAILED', 'RangeError: out of numbers']);
      assert.deepEqual(await broken.next(), { value: undefined, done: true });
      assert.equal((await failure(connection.stream('echo').next())).status, 'UNSUPPORTED');
      const controller = new AbortController();
      const given = connection.stream('count', { until: 1_000_000_000 }, { signal: controller.signal });
      await given.next();
      controller.abort();
      assert.equal((await failure(given.next())).status, 'CANCELLED');
    });

    await t.test('events both ways, in order, and to all', limit, async (t) => {
      const noted = [];
      let all;
      const heard = new Promise((resolve) => {
        all = resolve;
      });
      const events = { noted: ({ i }) => noted.push(i), told: all };
      const connection = await connected(t, address, { events });
      const other = await connected(t, address);
      const otherHeard = new Promise((resolve) => other.onEvent('told', resolve));
      for (let i = 0; i < 100; i++) {
        await connection.send('note', { i });
      }
      await connection.send('toAll', { text: 'hello' });
      assert.deepEqual(await Promise.all([heard, otherHeard]), [{ text: 'hello' }, { text: 'hello' }]);
      assert.deepEqual(noted, Array.from({ length: 100 }, (_, i) => i));
    });

    await t.test('the server calls the client', limit, async (t) => {
      const connection = await connected(t, address, { services: { offered: ({ n }) => ({ twice: 2 * n }) } });
      assert.deepEqual(await connection.request('callBack', { n: 21 }), { twice: 42 });
    });

    await t.test('a peer that drains answers what it has, and takes no more', limit, async (t) => {
      const connection = await connected(t, address);
      await connection.request('drain');
      const failed = await failure(connection.request('echo'));
      assert.equal(failed.status, 'CONNECTION_CLOSED');
      assert.notEqual(failed.delivery, 'UNKNOWN');
      assert.equal(connection.isOpen, false);
    });
  });

  test(`${transport}: a killed server ends what is pending, and its name is free`, limit, async (t) => {
    const server = await startNode(t, address);
    const connection = await connected(t, address);
    const pending = failure(connection.request('hang'));
    await connection.request('echo');
    await server.kill();
    const { status, delivery } = await pending;
    assert.deepEqual([status, delivery], ['PEER_DIED', 'UNKNOWN']);
    assert.deepEqual((await connection.closed).status, 'PEER_DIED');
    assert.equal((await failure(connection.request('echo'))).delivery, 'NOT_SENT');
    assert.equal((await failure(connect(address))).status, 'ENDPOINT_NOT_FOUND');
    const next = await startNode(t, address);
    const again = await connected(t, address);
    assert.deepEqual(await again.request('echo', { n: 1 }), { n: 1 });
    assert.equal((await failure(serve(address))).status, 'ADDRESS_IN_USE');
    const closed = again.closed;
    assert.equal((await next.end()).code, 0);
    assert.deepEqual(({ ...await closed }), { status: 'CONNECTION_CLOSED', byPeer: true, detail: 'the peer closed the connection' });
    assert.equal((await failure(connect(address))).status, 'ENDPOINT_NOT_FOUND');
  });

  test(`${transport}: shutdown answers what runs`, limit, async (t) => {
    let begun;
    let finish;
    const running = new Promise((resolve) => {
      begun = resolve;
    });
    const slow = () => {
      begun();
      return new Promise((resolve) => {
        finish = () => resolve({ done: true });
      });
    };
    const server = await serve(`${transport}:slow`, { services: { slow } });
    const connection = await connect(`${transport}:slow`);
    const reply = connection.request('slow');
    await running;
    const down = server.shutdown(10_000);
    await until(t, () => !connection.isOpen,
      () => connection.request('valise.ping').catch(({ status }) => assert.equal(status, 'CONNECTION_CLOSED')));
    assert.equal((await failure(connection.request('slow'))).status, 'CONNECTION_CLOSED');
    finish();
    assert.deepEqual(await reply, { done: true });
    assert.equal(await down, true);
    assert.equal((await connection.closed).status, 'CONNECTION_CLOSED');
  });

  test(`${transport}: of many servers that start at once one has the name`, limit, async () => {
    const racing = Array.from({ length: 8 }, () => serve(`${transport}:race`).then((server) => server, (error) => error));
    const results = await Promise.all(racing);
    const servers = results.filter((result) => !(result instanceof Error));
    assert.equal(servers.length, 1);
    results.filter((result) => result instanceof Error).forEach(({ status }) => assert.equal(status, 'ADDRESS_IN_USE'));
    const connection = await connect(`${transport}:race`);
    await connection.request('valise.ping');
    await servers[0].close();
  });
}

test('a server says what it offers', limit, async (t) => {
  const server = await serve('pipe:offers', {
    services: { price: () => ({}), ask: () => ({}) },
    streams: { ticks: () => [] },
    events: { seen: () => {}, heard: () => {} },
    objects: { 'acme.Counter': { add: (by) => by } },
  });
  t.after(() => server.close());
  const connection = await connected(t, 'pipe:offers');
  const { offers, types } = await connection.request('valise.schema');
  assert.deepEqual(offers.map(({ kind, name }) => `${kind} ${name}`), [
    'SERVICE ask', 'SERVICE price', 'STREAM ticks', 'OBJECT object:acme.Counter', 'EVENT heard', 'EVENT seen',
  ]);
  assert.deepEqual(types, []);
});

test('a name too long for a socket has one elsewhere', limit, async (t) => {
  const before = process.env.VALISE_HOME;
  process.env.VALISE_HOME = `${before}/${'long'.repeat(20)}`;
  t.after(() => {
    process.env.VALISE_HOME = before;
  });
  const server = await serve(`any:${'n'.repeat(64)}`);
  t.after(() => server.close());
  const connection = await connected(t, `any:${'n'.repeat(64)}`);
  assert.deepEqual(await connection.request('valise.ping', { n: 1 }), { n: 1 });
});

test('a file that cannot be removed is told of, and keeps no server from closing', limit, async (t) => {
  const name = 'f'.repeat(64);
  const before = process.env.VALISE_HOME;
  process.env.VALISE_HOME = `${before}/${'folder'.repeat(12)}`;
  t.after(() => {
    process.env.VALISE_HOME = before;
  });
  const told = [];
  const server = await serve(`pipe:${name}`, { onError: (error, where) => told.push([error.code, where]) });
  const connection = await connected(t, `pipe:${name}`);
  const marker = `${process.env.VALISE_HOME}/pipe/.at-${name}`;
  rmSync(marker);
  mkdirSync(marker);
  await server.close();
  assert.deepEqual(told, [['ERR_FS_EISDIR', `removing the files of pipe:${name}`]]);
  assert.equal((await connection.closed).byPeer, true);
  await assert.rejects(connect(`pipe:${name}`), { status: 'ENDPOINT_NOT_FOUND' });
});

test('one signal gives up any number of calls, without a warning, and is forgotten by those that were answered or connected', limit, async (t) => {
  const server = await serve('any:signals', {
    services: { hang: () => new Promise(() => {}), echo: (message) => message },
    streams: { async *waits(_, { signal }) { await new Promise((resolve) => signal.addEventListener('abort', resolve)); } },
  });
  t.after(() => server.close());
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const connection = await connected(t, 'pipe:signals', { requestTimeout: Infinity });
  const controller = new AbortController();
  const { signal } = controller;
  const many = (call) => Promise.all(Array.from({ length: 20 }, call));
  await many((_, i) => connection.request('echo', { i }, { signal }));
  const others = await many(() => connect('loopback:signals', { signal }));
  await Promise.all(others.map((other) => other.close()));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  const given = many(async (_, i) => {
    const call = i % 2 === 0 ? connection.request('hang', {}, { signal }) : connection.stream('waits', {}, { signal }).next();
    return (await failure(call)).status;
  });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  await connection.request('echo'); // all have been sent
  controller.abort();
  assert.deepEqual(new Set(await given), new Set(['CANCELLED']));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  assert.deepEqual(warnings, []);
});

test('a handler may throw anything: its caller is told, and the connection goes on', limit, async (t) => {
  const bare = Object.create(null);
  const altered = Object.assign(new IpcError('TIMEOUT', 'late'), { status: 'NEVER' });
  const untold = Object.defineProperty(new Error(), 'message', { get: () => { throw new Error('no message'); } });
  const thenable = { get then() { throw new Error('no then'); } };
  const thrown = [null, undefined, Symbol('odd'), bare, untold, altered, new IpcError('TIMEOUT'), new IpcError('TIMEOUT', 5)];
  const server = await serve('pipe:odd', {
    services: {
      now: ({ i }) => { throw thrown[i]; },
      later: async ({ i }) => { throw thrown[i]; },
      thenable: () => thenable,
      echo: (message) => message,
    },
    streams: { async *items({ i }) { throw thrown[i]; } },
    events: { thenable: () => thenable, bare: () => { throw bare; }, last: (_, { connection }) => connection.send('heard') },
    onError() { throw bare; },
  });
  t.after(() => server.close());
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  let heard;
  const last = new Promise((resolve) => {
    heard = resolve;
  });
  const connection = await connected(t, 'pipe:odd', { events: { heard } });
  const told = ['null', 'undefined', 'Symbol(odd)', 'an error without a text', 'an error without a text', 'IpcError: TIMEOUT: late', 'no reason was given', '5'];
  for (const [i, reason] of told.entries()) {
    const status = i < 6 ? 'HANDLER_FAILED' : 'TIMEOUT';
    for (const call of [connection.request('now', { i }), connection.request('later', { i }), connection.stream('items', { i }).next()]) {
      const error = await failure(call);
      assert.deepEqual([error.status, error.reason, error.delivery], [status, reason, 'UNKNOWN']);
    }
  }
  assert.equal((await failure(connection.request('thenable'))).reason, 'Error: no then');
  await connection.send('thenable');
  await connection.send('bare');
  await connection.send('last');
  await last;
  assert.deepEqual(await connection.request('echo', { still: 'here' }), { still: 'here' });
  const strict = await serve('pipe:strict', { services: { echo: (message) => message }, access() { throw bare; } });
  t.after(() => strict.close());
  assert.equal((await failure((await connected(t, 'pipe:strict')).request('echo'))).status, 'ACCESS_DENIED');
  assert.deepEqual(warnings, Array(2).fill('onError failed: [Object: null prototype] {}'));
});

test('what listeners throw or reject with is told, though nothing can show it', limit, async (t) => {
  const unshown = Object.defineProperty(new Error(), 'stack', { get: () => { throw new Error('no stack'); } });
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const handled = [];
  const server = await serve('pipe:unshown', {
    events: { thrown: () => { throw unshown; }, rejected: async () => { throw unshown; }, last: () => handled.push('last') },
    onConnect: async () => { throw unshown; },
    onDisconnect: async () => { throw unshown; },
  });
  t.after(() => server.close());
  const connection = await connect('pipe:unshown', { reconnect: {}, onState: async () => { throw unshown; } });
  await connection.send('thrown');
  await connection.send('rejected');
  await connection.send('last');
  await until(t, () => handled.length > 0);
  await connection.close();
  const where = ['onConnect', 'onState', 'the handler of event thrown', 'the handler of event rejected', 'onState', 'onDisconnect'];
  await until(t, () => warnings.length === where.length);
  assert.deepEqual(warnings.sort(), where.map((what) => `pipe:unshown: ${what} failed: Error: `).sort());
  const told = [];
  const strict = await serve('pipe:listeners', { onConnect: async () => { throw unshown; }, onError: async (error, what) => {
    told.push([error, what]);
    throw unshown;
  } });
  t.after(() => strict.close());
  await connected(t, 'pipe:listeners');
  await until(t, () => warnings.length > where.length);
  assert.deepEqual(told, [[unshown, 'onConnect']]);
  assert.equal(warnings.at(-1), 'onError failed: Error: ');
});

test('an event handler that fails is reported, and the next event is handled', limit, async (t) => {
  const reported = [];
  let heard;
  const told = new Promise((resolve) => {
    heard = resolve;
  });
  const bad = () => {
    throw new Error('no');
  };
  const onError = (error, where) => reported.push([error.message, where]);
  const server = await serve('pipe:events', { events: { bad, good: heard }, onError });
  t.after(() => server.close());
  const connection = await connected(t, 'pipe:events');
  await connection.send('bad');
  await connection.send('good');
  await told;
  assert.deepEqual(reported, [['no', 'the handler of event bad']]);
});

test('an address that is none, and a transport that is not here, are refused', limit, async () => {
  await assert.rejects(connect('quotes'), RangeError);
  await assert.rejects(connect('pipe:a/b'), RangeError);
  assert.equal((await failure(connect('shm:quotes'))).status, 'UNSUPPORTED');
  assert.equal((await failure(connect('any:nothing'))).status, 'ENDPOINT_NOT_FOUND');
  await assert.rejects(connect('any:x', { maxMessageBytes: 100 }), /limit=4096/);
});

test('what has no name, or one of the library, is not offered', limit, async (t) => {
  const server = await serve('pipe:names');
  t.after(() => server.close());
  const connection = await connected(t, 'pipe:names');
  for (const [name, why] of [['valise.x', /reserved/], ['', /limit=1 to 255/], ['ü'.repeat(128), /limit=1 to 255/], ['\ud800', /UTF-8/]]) {
    for (const kind of ['services', 'streams', 'events']) {
      await assert.rejects(serve('pipe:x', { [kind]: { [name]: () => ({}) } }), why);
    }
    for (const add of ['service', 'streamService', 'onEvent']) {
      assert.throws(() => connection[add](name, () => ({})), why);
    }
  }
});

test('a handler that ends its own connection is answered first, or told', limit, async (t) => {
  let told;
  const aborted = new Promise((resolve) => {
    told = resolve;
  });
  const server = await serve('pipe:own-end', {
    services: {
      async bye(message, { connection }) {
        connection.close({ grace: 50_000 });
        await nextTurn();
        return { last: true };
      },
      async drop(message, { connection, signal }) {
        connection.close();
        signal.aborted ? told() : signal.addEventListener('abort', told);
        await aborted;
      },
    },
  });
  t.after(() => server.close());
  const served = await connected(t, 'pipe:own-end');
  assert.deepEqual(await served.request('bye'), { last: true });
  assert.equal((await served.closed).status, 'CONNECTION_CLOSED');
  const dropped = await connected(t, 'pipe:own-end');
  assert.equal((await failure(dropped.request('drop'))).status, 'CONNECTION_CLOSED');
  await aborted;
});

test('an application that is no text is refused', limit, async () => {
  for (const application of [7, '\ud800', {}]) {
    await assert.rejects(serve('pipe:nameless', { application }), /^TypeError: application: expected text, actual=/);
  }
});

test('Infinity is no limit, of connecting, requests and what is under way at the end', limit, async (t) => {
  for (const address of ['pipe:patient', 'loopback:patient']) {
    let begun;
    let finish;
    const running = new Promise((resolve) => {
      begun = resolve;
    });
    const slow = () => new Promise((resolve) => {
      finish = () => resolve({ done: true });
      begun();
    });
    const server = await serve(address, { services: { slow } });
    t.after(() => server.close());
    const connection = await connected(t, address, { timeout: Infinity, requestTimeout: Infinity });
    const reply = connection.request('slow');
    await running;
    for (const grace of [-1, NaN, undefined, '5', 2 ** 31]) {
      await assert.rejects(connection.drain(grace), RangeError);
      await assert.rejects(server.shutdown(grace), RangeError);
    }
    await assert.rejects(connection.close({ grace: -1 }), RangeError);
    const down = server.shutdown(Infinity);
    await until(t, () => !connection.isOpen,
      () => connection.request('valise.ping').catch(({ status }) => assert.equal(status, 'CONNECTION_CLOSED')));
    finish();
    assert.deepEqual(await reply, { done: true });
    assert.equal(await down, true);
  }
});

test('what waits for a slow reader is not written over by what is sent later', limit, async (t) => {
  const seen = [];
  const block = ({ i, data }) => void seen.push([i, data.every((byte) => byte === (i & 0xff))]);
  const server = await serve('pipe:slow', { events: { block } });
  t.after(() => server.close());
  const connection = await connected(t, 'pipe:slow');
  const sent = [];
  for (let i = 0; i < 4_000; i++) {
    sent.push(connection.send('block', { i, data: Buffer.alloc(300, i) }));
    await new Promise(process.nextTick); // it is written, and nothing is read
  }
  assert.ok(connection.session.isFull, 'more than the sockets hold');
  await Promise.all(sent);
  await connection.request('valise.ping');
  assert.deepEqual(seen, Array.from({ length: 4_000 }, (_, i) => [i, true]));
});

test('a call is answered, given up or failed after thousands that came later', limit, async (t) => {
  const held = [];
  const hold = (message) => new Promise((resolve) => held.push(() => resolve(message)));
  const server = await serve('pipe:held', { services: { echo: (message) => message, hold } });
  t.after(() => server.close());
  const connection = await connected(t, 'pipe:held');
  const controller = new AbortController();
  const given = failure(connection.request('hold', {}, { signal: controller.signal }));
  const early = Array.from({ length: 3 }, (_, i) => connection.request('hold', { i }));
  const late = failure(connection.request('hold', {}, { timeout: 500 }));
  for (let i = 0; i < 1_000; i++) {
    assert.deepEqual(await connection.request('echo', { i }), { i });
  }
  const many = await Promise.all(Array.from({ length: 1_000 }, (_, i) => connection.request('echo', { i })));
  assert.deepEqual(many, Array.from({ length: 1_000 }, (_, i) => ({ i })));
  controller.abort();
  assert.equal((await given).status, 'CANCELLED');
  assert.equal((await late).status, 'TIMEOUT');
  held.forEach((answer) => answer());
  assert.deepEqual(await Promise.all(early), [{ i: 0 }, { i: 1 }, { i: 2 }]);
  const order = [];
  const failed = Array.from({ length: 300 }, async (_, i) => order.push([i, (await failure(connection.request('hold'))).status]));
  await connection.request('echo');
  await connection.close();
  await Promise.all(failed);
  assert.deepEqual(order, Array.from({ length: 300 }, (_, i) => [i, 'CONNECTION_CLOSED']));
});
