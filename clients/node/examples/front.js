/**
 * A front in Node.js, as an Electron application has one, with its back end in Java: `node front.js COMMAND…`, such as
 * `node front.js java -cp 'ipc-cli/target/launcher/lib/*' BackEnd.java`. The back end is a child of this process: it has no address,
 * no other process can reach it, and it ends with this one. If it dies, the next request starts another.
 */
import { connectChild } from '@valise/ipc';

let watching;
const watched = new Promise((resolve) => {
  watching = resolve;
});
const backEnd = await connectChild(process.argv.slice(2), {
  reconnect: { idempotent: ['price'] },
  events: { watching },
});

const { bid, at } = await backEnd.request('price', { symbol: 'KRW/USD' }, { timeout: 10_000 });
console.log(`bid ${bid} at ${at}`);
for await (const { n } of backEnd.stream('ticks', { count: 3 })) {
  console.log(`tick ${n}`);
}
await backEnd.send('watch', { symbol: 'KRW/USD' });
console.log(`the back end watches ${(await watched).symbol}`);

process.kill(backEnd.peer.pid, 'SIGKILL'); // as a crash would end it
const again = await backEnd.request('price', { symbol: 'EUR/USD' }, { timeout: 60_000 });
console.log(`${again.symbol} from another back end`);
await backEnd.close();
