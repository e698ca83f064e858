/** A server for tests, in a process of its own: `node echo-server.js ADDRESS…` prints "ready", and ends with its input. */
import { IpcError, serve } from '../../lib/index.js';

const server = await serve(process.argv.slice(2), {
  application: 'echo-server',
  exact: true,
  services: {
    echo: (message) => message,
    metadata: (message, call) => call.metadata,
    hang: (message, call) => new Promise((resolve) => call.signal.addEventListener('abort', () => resolve({}))),
    busy: () => {
      throw new IpcError('RESOURCE_EXHAUSTED', 'all desks are taken');
    },
    fail: () => {
      throw new TypeError('no market today');
    },
    priced: (message, call) => {
      const costs = { parts: [1] };
      call.replyMetadata(costs);
      costs.parts.push('x'.repeat(100_000)); // what was set is a copy
      call.replyMetadata(new Map([['more', 2]]));
      return message;
    },
    mispriced: (message, call) => call.replyMetadata('abc'),
    large: (message) => ({ data: Buffer.alloc(message.bytes) }),
    callBack: async (message, call) => call.connection.request('offered', message),
    drain: (message, call) => {
      void call.connection.drain(5_000);
      return {};
    },
  },
  streams: {
    *count({ until }) {
      for (let i = 0; i < until; i++) {
        yield { i };
      }
    },
    *broken() {
      yield { i: 0 };
      throw new RangeError('out of numbers');
    },
  },
  events: {
    note: (message, event) => event.connection.send('noted', message),
    toAll: (message) => server.broadcast('told', message),
  },
});
console.log('ready');
process.stdin.on('end', async () => {
  await server.shutdown(2_000);
  process.exit(0);
});
process.stdin.resume();
