/** A program for tests that is started by `connectChild`; its argument says how it behaves. */
import { connectParent } from '../../lib/index.js';

const how = process.argv[2];
console.log('noise before the first frame');
if (how === 'silent') {
  process.exit(3);
}
const parent = await connectParent({
  services: {
    echo: (message) => message,
    print: ({ text }) => {
      console.log(text);
      process.stdout.write(`${text} again\n`);
    },
    stop: () => process.exit(7),
    second: () => connectParent().then(() => ({}), ({ status }) => ({ status })),
    call: (message, { connection }) => connection.request('offered', message),
  },
  streams: {
    *count({ until }) {
      for (let i = 0; i < until; i++) {
        yield { i };
      }
    },
  },
});
const { status } = await parent.closed;
if (how === 'stubborn') {
  process.on('SIGTERM', () => {
    console.error('terminated');
    process.exit(9);
  });
  setTimeout(() => {}, 60_000); // it ends though the test fails
}
console.error(`ended: ${status}`); // from now on the test may terminate it
