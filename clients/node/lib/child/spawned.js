/** Connections to a program that this one starts, over its standard input and output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { checkSignal } from '../calls.js';
import { connectBy } from '../client.js';
import { IpcError } from '../status.js';
import { awaitPreamble, PREAMBLE } from './preamble.js';
import { StreamPair } from './stream-pair.js';

const FIRST_WORD_MILLIS = 30_000;
/** A program that goes on after its input has ended is terminated after this long, and killed after as long again. */
const GRACE_MILLIS = 5_000;
const EXIT_MILLIS = 2_000;

/**
 * Starts a program and connects to it; it calls `connectParent`, or what its language has for it.
 *
 * @param command the program and its arguments; no shell is involved
 */
export async function connectChild(command, options = {}) {
  if (!Array.isArray(command) || command.length === 0 || !command.every((part) => typeof part === 'string')) {
    throw new TypeError('command: expected a list of the program and its arguments');
  }
  const endpoint = `stdio:${nameOf(command[0])}`;
  return connectBy(async (limits) => ({ socket: await start(command, options, limits), endpoint }), options, FIRST_WORD_MILLIS);
}

/** The program's file name, as far as an address can hold it. */
function nameOf(program) {
  const legal = path.basename(program).replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64);
  return legal === '' ? 'child' : legal;
}

async function start(command, { cwd, env, stderr = 'inherit' }, limits) {
  checkSignal(limits.signal, `starting ${command[0]}`);
  const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ['pipe', 'pipe', stderr] });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new IpcError('ENDPOINT_NOT_FOUND', `cannot start ${command[0]}: ${cause.message}`, 'NOT_SENT', { cause });
  }
  child.on('error', () => {}); // such as a signal that it could not be sent
  child.stdin.on('error', () => {}); // seen as the end of its output
  child.stdin.write(PREAMBLE);
  try {
    await awaitPreamble(child.stdout, limits, (printed) =>
      new IpcError('PEER_DIED', `the program ${command[0]} ended, or closed its standard output, before it called connectParent()${printed}`, 'NOT_SENT'));
  } catch (error) {
    terminate(child);
    child.stdin.destroy();
    child.stdout.destroy();
    throw await explained(error, child);
  }
  const socket = new StreamPair(child.stdout, child.stdin);
  socket.on('error', () => {}); // seen as the end of the connection
  socket.once('close', () => endSoon(child));
  return socket;
}

/** A program that has ended says by its status why. */
async function explained(error, child) {
  if (error.status !== 'PEER_DIED') {
    return error;
  }
  const ended = child.exitCode !== null || child.signalCode !== null
    || await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_MILLIS) }).then(() => true, () => false);
  const how = ended ? ` (${child.signalCode ?? `status ${child.exitCode}`})` : '';
  return new IpcError(error.status, `${error.reason}${how}`, 'NOT_SENT');
}

/** Its standard input has ended, which tells a program to end. */
function endSoon(child) {
  unlessEnded(child, () => terminate(child));
}

/** A program may ignore SIGTERM. */
function terminate(child) {
  child.kill('SIGTERM');
  unlessEnded(child, () => child.kill('SIGKILL'));
}

/** Does something to a program that has not ended by itself in a while. */
function unlessEnded(child, action) {
  if (child.exitCode === null && child.signalCode === null) {
    const timer = setTimeout(action, GRACE_MILLIS).unref();
    child.once('exit', () => clearTimeout(timer));
  }
}
