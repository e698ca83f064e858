/** A server of the benchmark, in a process of its own: `servers.js bare|valise NAME` prints "ready", and ends with its input. */
import net from 'node:net';
import { serve } from '../lib/index.js';

const [kind, where] = process.argv.slice(2);
if (kind === 'bare') {
  const server = net.createServer((socket) => {
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => {});
  });
  await new Promise((resolve) => server.listen(where, resolve));
} else {
  await serve(where, { services: { echo: (message) => message } });
}
console.log('ready');
process.stdin.on('end', () => process.exit());
process.stdin.resume();
