/**
 * Requests of this package beside a bare Node.js socket echo of the same number of bytes: `npm run bench`. Both servers are
 * alive and warm all the time; slices of the two alternate, and each round has a ratio of its own, so that what else the
 * machine does falls on both. The bare socket is as most programs use one: it reads by `data` events, and writes each message
 * by itself. Its echo is as long as a request, 68 bytes; a reply of this package has 55. `--rounds 120`, `--millis 50` for a slice, `--only sequential` or `--only concurrent`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect } from '../lib/index.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '120' }, millis: { type: 'string', default: '50' }, only: { type: 'string' } },
});
const ROUNDS = Number(values.rounds);
const SLICE_MILLIS = Number(values.millis);
const IN_FLIGHT = 128;
const MESSAGE = { symbol: 'KRW/USD', bid: 101.25, size: 500 };
/** What such a request takes on the wire, with its length: the bare socket sends as much. */
const REQUEST_BYTES = 68;

const home = mkdtempSync('/tmp/valise-bench-');
process.env.VALISE_HOME = home;
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

async function start(...args) {
  const server = spawn(process.execPath, [fileURLToPath(new URL('servers.js', import.meta.url)), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  return server;
}

/** How many a second: `run` makes as many as it can until the time is up, and answers their number. */
async function rate(run) {
  const begun = performance.now();
  const done = await run(begun + SLICE_MILLIS);
  return done * 1_000 / (performance.now() - begun);
}

// ---- the bare socket

function bare(socket, inFlight) {
  const bytes = Buffer.alloc(REQUEST_BYTES, 'x');
  return (end) => new Promise((resolve) => {
    let [done, sent, heard] = [0, 0, 0];
    const send = () => {
      sent++;
      socket.write(bytes);
    };
    const onData = (chunk) => {
      for (heard += chunk.length; heard >= REQUEST_BYTES; heard -= REQUEST_BYTES) {
        done++;
        if (performance.now() < end) {
          send();
        }
      }
      if (done === sent) {
        socket.off('data', onData);
        resolve(done);
      }
    };
    socket.on('data', onData);
    for (let i = 0; i < inFlight; i++) {
      send();
    }
  });
}

// ---- this package

function valise(connection, inFlight) {
  return async (end) => {
    let done = 0;
    const loop = async () => {
      while (performance.now() < end) {
        await connection.request('echo', MESSAGE);
        done++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, loop));
    return done;
  };
}

// ---- rounds

function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

function summary(values, digits) {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, median, high] = [0.25, 0.5, 0.75].map((part) => quantile(sorted, part).toFixed(digits));
  return { median, text: `${median} (quartiles ${low} to ${high})` };
}

async function compare(name, one, other) {
  for (let i = 0; i < 30; i++) { // warm
    await rate(one);
    await rate(other);
  }
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const first = i % 2 === 0; // neither always follows the other
    const a = first ? await rate(one) : undefined;
    const b = await rate(other);
    rounds.push([a ?? await rate(one), b]);
  }
  console.log(`${name}: @valise/ipc ${summary(rounds.map(([a]) => a), 0).text}/s, bare socket ${summary(rounds.map(([, b]) => b), 0).text}/s`);
  console.log(`  ratio ${summary(rounds.map(([a, b]) => a / b), 3).text} over ${ROUNDS} rounds`);
}

console.log(`Node.js ${process.version}, ${os.cpus().length} processors, load ${os.loadavg()[0].toFixed(1)}, slices of ${SLICE_MILLIS} ms`);
const servers = [await start('bare', `${home}/bare`), await start('valise', 'pipe:bench')];
const socket = net.connect(`${home}/bare`);
const connection = await connect('pipe:bench');
if (values.only !== 'concurrent') {
  await compare('sequential', valise(connection, 1), bare(socket, 1));
}
if (values.only !== 'sequential') {
  await compare(`${IN_FLIGHT} in flight`, valise(connection, IN_FLIGHT), bare(socket, IN_FLIGHT));
}
socket.destroy();
await connection.close();
servers.forEach((server) => server.stdin.end());
