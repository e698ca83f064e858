/** The other end of `connectChild`: the connection of a program to the one that started it. */
import fs from 'node:fs';
import { Writable } from 'node:stream';
import { Server } from '../server.js';
import { IpcError } from '../status.js';
import { awaitPreamble, PREAMBLE } from './preamble.js';
import { StreamPair } from './stream-pair.js';

const ENDPOINT = 'stdio:parent';
const FIRST_WORD_MILLIS = 30_000;
const INPUT = 0;
const OUTPUT = 1;
let taken = false;

function absent(why) {
  return new IpcError('ENDPOINT_NOT_FOUND', `${why}: start this program by connectChild()`, 'NOT_SENT');
}

/** Takes standard input and output for frames, once in a process: what is printed from then on goes to standard error. */
export async function connectParent(options = {}) {
  const server = new Server(options);
  if (taken) {
    throw new IpcError('ADDRESS_IN_USE', 'standard input and output carry a connection already: a process has one parent at most', 'NOT_SENT');
  } else if (![INPUT, OUTPUT].every(isPipe)) {
    throw absent('standard input and output are no pipes');
  }
  taken = true;
  const socket = await openSocket();
  server.add({ endpoint: ENDPOINT, files: () => [], renew: async () => {}, close: async () => {} });
  const connection = await server.accept(socket, ENDPOINT);
  if (connection === undefined) {
    await server.close();
    throw new IpcError('PEER_DIED', 'the other end of standard input went, or was not understood, before there was a connection', 'NOT_SENT');
  }
  connection.closed.then(() => server.close());
  return connection;
}

function isPipe(descriptor) {
  try {
    const found = fs.fstatSync(descriptor);
    return found.isFIFO() || found.isSocket();
  } catch {
    return false; // closed
  }
}

async function openSocket() {
  const { stdin } = process;
  const output = takeOutput();
  output.write(PREAMBLE);
  try {
    await awaitPreamble(stdin, { deadline: performance.now() + FIRST_WORD_MILLIS },
      (printed) => absent(`standard input ended without a connection${printed}`));
  } catch (error) {
    stdin.destroy();
    output.destroy();
    throw error;
  }
  const socket = new StreamPair(stdin, output);
  socket.on('error', () => {}); // seen as the end of the connection
  return socket;
}

/** Standard output for frames alone: all else of this process prints to standard error. */
function takeOutput() {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const output = new Writable({
    write: (chunk, encoding, done) => {
      write(chunk, done);
    },
    destroy: (error, done) => {
      closeOutput();
      done(error);
    },
  });
  output.on('error', () => {}); // seen as the end of the input
  stdout.on('error', (error) => output.destroy(error));
  stdout.write = stderr.write.bind(stderr); // a console that was used before has kept this stream
  Object.defineProperty(process, 'stdout', { value: stderr, configurable: true });
  return output;
}

/** Node.js never closes standard output: the other end would not see the end. The descriptor is not left to other files. */
function closeOutput() {
  fs.closeSync(OUTPUT);
  while (fs.openSync('/dev/null', 'r+') < OUTPUT) {
    // standard input, closed too, was lower
  }
}
