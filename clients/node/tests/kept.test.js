/** What a server has in the runtime directory is made again when it was removed. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { home } from './support/processes.js';
import { connect } from '../lib/index.js';
import { listenLoopback } from '../lib/loopback.js';
import { NamedListener } from '../lib/named-socket.js';
import { listenPipe } from '../lib/pipe.js';

const limit = { timeout: 60_000 };
const TRANSPORTS = { pipe: [listenPipe, ['pipe/kept']], loopback: [listenLoopback, ['loopback/kept', 'loopback-held/kept']] };

for (const [transport, [listen, files]] of Object.entries(TRANSPORTS)) {
  test(`${transport}: files that were removed are there again`, limit, async () => {
    const listener = await listen('kept', (socket) => socket.destroy());
    const paths = files.map((file) => `${home}/${file}`);
    assert.deepEqual(paths.map((path) => statSync(path).mode & 0o777), paths.map(() => 0o600));
    await listener.renew();
    for (const path of paths) {
      rmSync(path);
      await listener.renew();
      assert.ok(existsSync(path), path);
    }
    // it is connected to, and hung up
    await assert.rejects(connect(`${transport}:kept`), ({ status }) => status === 'PEER_DIED');
    await listener.close();
    assert.deepEqual(paths.filter(existsSync), []);
    assert.deepEqual(readdirSync(`${home}/${transport}`), ['.valise']);
  });
}

test('a name that another server has taken since is not freed', limit, async () => {
  mkdirSync(`${home}/folder`, { mode: 0o700 });
  const first = await NamedListener.open(`${home}/folder`, 'name', (socket) => socket.destroy());
  rmSync(`${home}/folder/name`);
  const second = await NamedListener.open(`${home}/folder`, 'name', (socket) => socket.end('second'));
  await first.close();
  const said = await new Promise((resolve, reject) => {
    net.connect(`${home}/folder/name`).on('data', resolve).on('error', reject);
  });
  assert.equal(String(said), 'second');
  await second.close();
  assert.deepEqual(readdirSync(`${home}/folder`), []);
});
