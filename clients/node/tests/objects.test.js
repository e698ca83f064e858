/** Remote objects: between two ends, and each half of the conversation in docs/protocol.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import './support/processes.js';
import { until } from './support/until.js';
import { root } from './support/vectors.js';
import { as, byReference, connect, invoke, IpcError, release, serve, toTypedJson } from '../lib/index.js';
import { objectsOf } from '../lib/objects/references.js';

const limit = { timeout: 60_000 };

class Counter {
  #sum = 0;

  constructor(name) {
    this.title = name;
    byReference(this, 'acme.Counter', 'acme.Named');
  }

  async add(by, listener) {
    this.#sum += by;
    await listener?.counted(this.#sum);
    return this.#sum;
  }

  name() {
    return this.title;
  }

  async *[Symbol.asyncIterator]() {
    yield* [1, 2, this.#sum];
  }

  same(other) {
    return other === this;
  }

  fail() {
    throw new RangeError('out of numbers');
  }

  _hidden() {
    return 'hidden';
  }
}

class Counters {
  open(name) {
    return new Counter(name);
  }

  all() {
    return [{ name: 'a', counter: new Counter('a') }, { name: 'b', counter: null }];
  }

  nothing() {}
}

async function failure(promise) {
  return promise.then(() => assert.fail('it did not fail'), (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error;
  });
}

async function pair(t, name, objects, options = {}) {
  let greeted;
  const accepted = new Promise((resolve) => {
    greeted = resolve;
  });
  const server = await serve(name, { objects, onConnect: greeted });
  t.after(() => server.close());
  const connection = await connect(name, options);
  t.after(() => connection.close());
  return { connection, held: objectsOf((await accepted).session).exports, accepted: await accepted };
}

for (const transport of ['pipe', 'loopback']) {
  test(`${transport}: objects are called, called back, iterated, and released`, limit, async (t) => {
    const { connection, held } = await pair(t, `${transport}:objects`, { 'acme.Counters': new Counters() });
    const counters = connection.remote('acme.Counters');
    assert.equal(await counters.nothing(), undefined);
    const counter = await counters.open('apples');
    const heard = [];
    assert.equal(await counter.add(5, (value) => heard.push(value)), 5);
    assert.equal(await counter.add(2, byReference({ counted: async (value) => heard.push(value) })), 7);
    assert.deepEqual(heard, [5, 7]);
    assert.equal(await counter.same(counter), true);
    assert.equal(await counter.same(await counters.open('other')), false);
    const values = [];
    for await (const value of counter) {
      values.push(value);
    }
    assert.deepEqual(values, [1, 2, 7]);
    const named = await as(counter, 'acme.Named');
    assert.equal(named, counter);
    assert.equal(await named.name(), 'apples');
    assert.equal((await failure(as(counter, 'acme.Secret'))).status, 'UNSUPPORTED');
    const [first, second] = await counters.all();
    assert.deepEqual([first.name, await first.counter.name(), second], ['a', 'a', { name: 'b', counter: null }]);
    const failed = await failure(counter.fail());
    assert.deepEqual([failed.status, failed.reason], ['HANDLER_FAILED', 'RangeError: out of numbers']);
    for (const method of ['_hidden', 'constructor', 'toString', 'hasOwnProperty', '__proto__', 'title', 'absent']) {
      assert.equal((await failure(invoke(counter, method))).status, 'UNSUPPORTED', method);
    }
    assert.equal((await failure(connection.remote('acme.None').open())).status, 'SERVICE_NOT_FOUND');
    assert.match(String(counter), /^object \d+ at /);
    const before = held.size;
    release(counter);
    release(counter);
    assert.deepEqual([(await failure(counter.name())).status, (await failure(counter.name())).delivery], ['SERVICE_NOT_FOUND', 'NOT_SENT']);
    await until(t, () => held.size === before - 1);
  });
}

test('what is garbage is released, and what is used is not', limit, async (t) => {
  const { connection, held } = await pair(t, 'pipe:garbage', { 'acme.Counters': new Counters() });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const kept = await connection.remote('acme.Counters').open('kept');
  await (async () => {
    for (let i = 0; i < 20; i++) {
      await (await connection.remote('acme.Counters').open(`dropped ${i}`)).add(1);
    }
  })();
  await until(t, () => held.size === 1, () => {
    collect();
    return connection.request('valise.ping');
  });
  assert.equal(await kept.name(), 'kept');
});

test('references in a call that did not arrive are taken back, and all end with the connection', limit, async (t) => {
  const { connection, accepted, held } = await pair(t, 'pipe:back', { 'acme.Counters': new Counters() });
  const own = objectsOf(connection.session).exports;
  await failure(connection.remote('acme.None').tell(() => {}));
  assert.equal(own.size, 0);
  await assert.rejects(connection.remote('acme.Counters').open(() => {}, new Set()), TypeError);
  assert.equal(own.size, 0);
  const counter = await connection.remote('acme.Counters').open(() => {});
  assert.deepEqual([own.size, held.size], [1, 1]);
  await connection.close();
  await accepted.closed;
  assert.deepEqual([own.size, held.size], [0, 0]);
  assert.equal((await failure(counter.name())).status, 'CONNECTION_CLOSED');
});

test('an object of another process is handed on, and called through this one', limit, async (t) => {
  const { connection: toOwner } = await pair(t, 'pipe:owner', { 'acme.Counters': new Counters() });
  const counter = await toOwner.remote('acme.Counters').open('apples');
  const desk = { counter: () => counter, counters: () => toOwner.remote('acme.Counters') };
  const { connection } = await pair(t, 'pipe:agent', { 'acme.Desk': desk });
  const handed = await connection.remote('acme.Desk').counter();
  assert.equal(await handed.add(5), 5);
  assert.equal(await counter.add(1), 6);
  const values = [];
  for await (const value of handed) {
    values.push(value);
  }
  assert.deepEqual(values, [1, 2, 6]);
  assert.equal(await (await (await connection.remote('acme.Desk').counters()).open('pears')).name(), 'pears');
});

test('after a reconnect exported objects go on, and references do not', limit, async (t) => {
  const server = await serve('pipe:later', { objects: { 'acme.Counters': new Counters() } });
  const { connection } = { connection: await connect('pipe:later', { reconnect: {} }) };
  t.after(() => connection.close());
  const counters = connection.remote('acme.Counters');
  const counter = await counters.open('apples');
  await server.close();
  const next = await serve('pipe:later', { objects: { 'acme.Counters': new Counters() } });
  t.after(() => next.close());
  assert.equal(await (await counters.open('pears')).name(), 'pears');
  assert.equal((await failure(counter.name())).status, 'CONNECTION_CLOSED');
});

// ---- the conversation of the document: each half, played by hand, gets the other half from this package

const conversation = readFileSync(`${root}docs/protocol.md`, 'utf8').split('\n').filter((line) => line.startsWith('{"from":')).map((line) => JSON.parse(line));

/** Ids are the sender's choice: those of the example stand for what it chose. */
class Renaming {
  #actual = new Map();

  learn(expected, actual) {
    for (const [key, value] of Object.entries(expected ?? {})) {
      if (key === 'mine' && !this.#actual.has(value)) {
        this.#actual.set(value, actual.mine);
      } else if (value !== null && typeof value === 'object' && actual?.[key] !== undefined) {
        this.learn(value, actual[key]);
      }
    }
  }

  renamed(message) {
    if (message === null || typeof message !== 'object') {
      return message;
    } else if (message.$type === 'long[]') {
      return BigInt64Array.from(message.value, (id) => this.#actual.get(id) ?? BigInt(id));
    }
    return Object.fromEntries(Object.entries(message).map(([key, value]) =>
      [key, key === 'o' || key === 'mine' ? this.#actual.get(value) ?? BigInt(value) : this.renamed(value)]));
  }

  check(expected, actual) {
    this.learn(expected.message, actual);
    assert.deepEqual(toTypedJson(actual), toTypedJson(this.renamed(expected.message)), JSON.stringify(expected));
  }
}

class Apples {
  async add(by, listener) {
    await listener.counted(by);
    return by;
  }

  values() {
    return (async function* publish() {
      yield 5;
    })();
  }

  name() {
    return 'apples';
  }
}

/** What comes in, as the example has it, one after the other. */
function inbox() {
  const [items, waiting] = [[], []];
  return {
    put: (item) => (waiting.length > 0 ? waiting.shift()(item) : items.push(item)),
    take: () => (items.length > 0 ? Promise.resolve(items.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** Handlers that put what comes into an inbox, with the way to answer it. */
function recorder(box) {
  const service = (message, call) => new Promise((answer) => box.put({ name: call.service, message, answer, connection: call.connection }));
  return {
    service,
    event: (message, { name }) => box.put({ name, message }),
    stream: (message, call) => {
      const items = inbox();
      box.put({ name: call.service, message, items });
      return (async function* all() {
        for (let item = await items.take(); item !== undefined; item = await items.take()) {
          yield item;
        }
      })();
    },
  };
}

test('a real server says its half of the conversation', limit, async (t) => {
  const { connection, held } = await pair(t, 'pipe:by-hand-client', {
    'acme.Counters': { open: () => byReference(new Apples(), 'acme.Named') },
  });
  const [box, names] = [inbox(), new Renaming()];
  connection.service('objects.call', recorder(box).service);
  let [reply, asked, stream] = [];
  for (const line of conversation) {
    const message = () => names.renamed(line.message);
    switch (`${line.from} ${line.kind}`) {
      case 'client REQUEST':
        reply = connection.request(line.service, new Map(Object.entries(message())));
        break;
      case 'server REQUEST':
        asked = await box.take();
        names.check(line, asked.message);
        break;
      case 'client RESPONSE':
        asked.answer(message());
        break;
      case 'server RESPONSE':
        names.check(line, await reply);
        break;
      case 'client STREAM_OPEN':
        stream = connection.stream(line.service, message());
        break;
      case 'server STREAM_ITEM':
        names.check(line, (await stream.next()).value);
        break;
      case 'server STREAM_END':
        assert.equal((await stream.next()).done, true);
        break;
      default:
        assert.equal(`${line.from} ${line.kind}`, 'client EVENT');
        await connection.send(line.service, message());
    }
  }
  // the counter was sent a second time for its other interface, and is held until that is released too
  await connection.request('valise.ping');
  assert.equal(held.size, 2);
});

test('a real client says its half of the conversation', limit, async (t) => {
  const [box, names] = [inbox(), new Renaming()];
  const { service, stream, event } = recorder(box);
  const server = await serve('pipe:by-hand-server', {
    services: { 'object:acme.Counters': service, 'objects.call': service },
    streams: { 'objects.stream': stream },
    events: { 'objects.release': event },
  });
  t.after(() => server.close());
  const connection = await connect('pipe:by-hand-server');
  t.after(() => connection.close());
  const heard = [];
  const client = (async () => {
    const counter = await connection.remote('acme.Counters').open('apples');
    const sum = await counter.add(5, (value) => void heard.push(value));
    const values = await counter.values();
    for await (const value of values) {
      heard.push(value);
    }
    const named = await as(counter, 'acme.Named');
    release(counter);
    return [sum, values, named];
  })();
  let [taken, reply] = [];
  for (const line of conversation) {
    switch (`${line.from} ${line.kind}`) {
      case 'client REQUEST':
      case 'client STREAM_OPEN':
      case 'client EVENT':
        taken = await box.take();
        assert.equal(taken.name, line.service);
        names.check(line, taken.message);
        break;
      case 'server RESPONSE':
        taken.answer(names.renamed(line.message));
        break;
      case 'server REQUEST':
        reply = [taken, taken.connection.request(line.service, names.renamed(line.message))];
        break;
      case 'client RESPONSE':
        names.check(line, await reply[1]);
        [taken] = reply;
        break;
      case 'server STREAM_ITEM':
        taken.items.put(names.renamed(line.message));
        break;
      default:
        assert.equal(`${line.from} ${line.kind}`, 'server STREAM_END');
        taken.items.put(undefined);
    }
  }
  assert.equal((await client)[0], 5);
  assert.deepEqual(heard, [5, 5]);
});
