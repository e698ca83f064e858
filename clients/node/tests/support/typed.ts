/** Uses every part of the types; `tests/types.test.js` compiles it. */
import {
  allow, AppIdentity, as, BigDecimal, byReference, CapabilityGrant, connect, connectChild, connectParent, decode, Duration,
  encode, fromTypedJson, Instant, invoke, IpcError, Point, Rect, release, serve, Size, STATUSES, toTypedJson, Typed, Uuid, V,
} from '@valise/ipc';
import type { AccessPolicy, Connection, Delivery, Message, Received, RemoteObject, Server, Status, Value } from '@valise/ipc';

interface Counter {
  add(by: number): Promise<number>;
}

const status: Status = STATUSES[0];
const delivery: Delivery = 'NOT_SENT';
const values: Value[] = [
  null, true, 1, 2n, 'text', new Date(), new Instant(1), new Duration(1n, 5), new Uuid('123e4567-e89b-12d3-a456-426614174000'),
  new BigDecimal(1), new Point(1, 2), new Size(1, 2), new Rect(1, 2, 3, 4), V.uint8(5), V.strings(['a']), new Uint8Array(1), [1, [2]], { a: { b: 1 } },
];
const message: Message = { values, typed: V.int64(5) as Typed<bigint> };
const copy: Received = decode(encode(message), { exact: true });
const json: string = JSON.stringify(toTypedJson(fromTypedJson(JSON.parse('{"a": 1}'))));
const policy: AccessPolicy = allow.every(allow.applications('a_b'), (peer, name) => peer.hasCapability(name) || 'no');

async function all(): Promise<[Connection, Server]> {
  const identity: AppIdentity = await AppIdentity.open('quotes', { publisher: 'acme' });
  const grant = CapabilityGrant.issue(identity, 'quotes.read', identity.id, new Date());
  const server = await serve(['pipe:a', 'any:b'], {
    identity,
    access: policy,
    objects: { 'acme.Counter': byReference({ add: async (by: number) => by }, 'acme.Named') },
    services: { price: ({ symbol }, call) => ({ symbol, left: call.remaining ?? -1, by: call.connection.peer.applicationId ?? '' }) },
    streams: {
      async *ticks(asked, { signal }) {
        yield { n: signal.aborted ? 0 : 1 };
      },
    },
    events: { seen: async (received, event) => event.connection.send('noted', { name: event.name }) },
    onConnect: (connection) => console.log(connection.endpoint),
    onDisconnect: (connection, reason) => console.log(reason.status),
    onError: (error, where) => console.log(error, where),
  });
  const connection = await connect('any:a', {
    identity, grants: [grant], timeout: 5, signal: AbortSignal.timeout(5), reconnect: { idempotent: ['price'], giveUpAfter: 5 },
    onState: (state) => console.log(state),
  });
  const { bid } = await connection.request('price', message, { timeout: 5, metadata: { tenant: 'a' } });
  for await (const { n } of connection.stream('ticks', {}, { window: 3 })) {
    console.log(n, bid);
  }
  const counter = connection.remote<Counter>('acme.Counter');
  const sum: number = await counter.add(5);
  const remote: RemoteObject = connection.remote('acme.Counters');
  release(await as(await invoke(remote, 'then', [sum]), 'acme.Named'));
  try {
    await connection.send('seen', copy);
  } catch (error) {
    console.log(error instanceof IpcError && error.delivery === delivery && error.status === status, json);
  }
  const child = await connectChild(['node', 'child.js'], { cwd: '/', stderr: 'ignore' });
  await (await connectParent({ services: {} })).drain(5);
  await child.close({ grace: 5 });
  server.broadcast('halted', {});
  const answered: boolean = await server.shutdown(5);
  console.log(answered);
  return [connection, server];
}

// @ts-expect-error: a message is an object
encode([1]);
// @ts-expect-error: no such status
new IpcError('NO_SUCH_STATUS', 'text');
// @ts-expect-error: a service answers a message
void serve('pipe:a', { services: { price: () => 5 } });
// @ts-expect-error: an identity is no text
void connect('pipe:a', { identity: 'quotes' });

export { all };
