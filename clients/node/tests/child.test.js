/** Connections over the standard streams of a child. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { home } from './support/processes.js';
import { until } from './support/until.js';
import { connectChild, IpcError } from '../lib/index.js';

const limit = { timeout: 60_000 };
const PROGRAM = fileURLToPath(new URL('support/child.js', import.meta.url));
const command = (...args) => [process.execPath, PROGRAM, ...args];

async function failure(promise) {
  return promise.then(() => assert.fail('it did not fail'), (error) => {
    assert.ok(error instanceof IpcError, error.stack);
    return error;
  });
}

/** A connection to a child whose standard error goes to a file; `printed` is what it has printed so far. */
async function child(t, name, args = [], options = {}) {
  const file = `${home}/${name}`;
  const stderr = openSync(file, 'w');
  const connection = await connectChild(command(...args), { stderr, ...options });
  closeSync(stderr);
  t.after(() => connection.close());
  return { connection, printed: () => readFileSync(file, 'utf8') };
}

function lives(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a child answers, calls back, and prints elsewhere', limit, async (t) => {
  const { connection, printed } = await child(t, 'talk', [], { services: { offered: ({ n }) => ({ twice: 2 * n }) } });
  assert.equal(connection.endpoint, `stdio:${process.execPath.split('/').at(-1)}`);
  const many = await Promise.all(Array.from({ length: 200 }, (_, i) => connection.request('echo', { i })));
  assert.deepEqual(many, Array.from({ length: 200 }, (_, i) => ({ i })));
  const long = { data: Buffer.alloc(3 << 20, 'ab') };
  assert.deepEqual(await connection.request('echo', long), long);
  assert.deepEqual(await connection.request('call', { n: 21 }), { twice: 42 });
  await connection.request('print', { text: 'printed' });
  await until(t, () => printed() === 'printed\nprinted again\n');
  assert.deepEqual(await connection.request('second'), { status: 'ADDRESS_IN_USE' });
  const seen = [];
  for await (const { i } of connection.stream('count', { until: 100 }, { window: 3 })) {
    seen.push(i);
  }
  assert.equal(seen.length, 100);
  const info = await connection.request('valise.info');
  assert.deepEqual(info.endpoints, ['stdio:parent']);
  await connection.close();
  await until(t, () => printed().endsWith('ended: CONNECTION_CLOSED\n'));
});

test('a child that dies ends the connection, and one that is no program is said so', limit, async (t) => {
  const { connection } = await child(t, 'dies');
  const { status, delivery } = await failure(connection.request('stop'));
  assert.deepEqual([status, delivery], ['PEER_DIED', 'UNKNOWN']);
  const silent = await failure(connectChild(command('silent')));
  assert.deepEqual([silent.status, silent.delivery], ['PEER_DIED', 'NOT_SENT']);
  assert.match(silent.reason, /printed: noise before the first frame \(status 3\)/);
  const absent = await failure(connectChild([`${home}/absent`]));
  assert.deepEqual([absent.status, absent.delivery], ['ENDPOINT_NOT_FOUND', 'NOT_SENT']);
  const signal = AbortSignal.abort();
  assert.equal((await failure(connectChild(command(), { signal }))).status, 'CANCELLED');
  assert.equal((await failure(connectChild(['/bin/sleep', '100'], { timeout: 100 }))).status, 'TIMEOUT');
  await assert.rejects(connectChild('node'), TypeError);
});

test('a child that is to come back is started again by the next call', limit, async (t) => {
  const { connection } = await child(t, 'returns', [], { reconnect: { idempotent: ['echo'] } });
  const first = connection.peer.pid;
  await failure(connection.request('stop'));
  assert.deepEqual(await connection.request('echo', { n: 1 }), { n: 1 });
  assert.notEqual(connection.peer.pid, first);
});

test('a child that goes on after its input has ended is terminated', limit, async (t) => {
  const { connection, printed } = await child(t, 'stubborn', ['stubborn']);
  const { pid } = connection.peer;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => t.mock.timers.reset());
  await connection.close();
  await until(t, () => printed().endsWith('ended: CONNECTION_CLOSED\n'));
  assert.ok(lives(pid));
  t.mock.timers.tick(5_000);
  await until(t, () => printed().endsWith('terminated\n'));
  await until(t, () => !lives(pid));
});

test('a program that ignores SIGTERM and does not connect is killed', limit, async (t) => {
  const file = `${home}/deaf`;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => t.mock.timers.reset());
  const patience = new AbortController();
  const program = `process.on('SIGTERM', () => require('fs').appendFileSync('${file}', 'asked'));
    setTimeout(() => {}, 60_000); // it ends though the test fails
    require('fs').writeFileSync('${file}', process.pid + ' ');`;
  const connecting = failure(connectChild([process.execPath, '-e', program], { signal: patience.signal }));
  const said = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await until(t, () => said().endsWith(' '));
  patience.abort();
  assert.equal((await connecting).status, 'CANCELLED');
  await until(t, () => said().endsWith('asked'));
  const pid = Number.parseInt(said(), 10);
  assert.ok(lives(pid));
  t.mock.timers.tick(5_000);
  await until(t, () => !lives(pid));
});

test('a parent that dies ends its child', limit, async (t) => {
  const program = `import { connectChild } from ${JSON.stringify(new URL('../lib/index.js', import.meta.url).href)};
    const child = await connectChild(${JSON.stringify(command())});
    console.log(child.peer.pid);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => parent.kill('SIGKILL'));
  let errors = '';
  parent.stderr.on('data', (text) => {
    errors += text;
  });
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  parent.kill('SIGKILL');
  await until(t, () => errors === 'ended: PEER_DIED\n');
});

test('a program that was started by no parent is told so', limit, async () => {
  const alone = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  alone.stderr.on('data', (text) => {
    errors += text;
  });
  const code = await new Promise((resolve) => alone.once('close', resolve));
  assert.equal(code, 1);
  assert.match(errors, /ENDPOINT_NOT_FOUND: standard input and output are no pipes: start this program by connectChild\(\)/);
});
