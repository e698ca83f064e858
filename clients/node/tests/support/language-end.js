/** This package's end of the test protocol (docs/languages.md): one line of words in, one line of words out. */
import { createInterface } from 'node:readline';
import { connect, decode, encode, IpcError, serve } from '../../lib/index.js';

const heard = [];
const begun = new Map();
let [cancelled, waiting, server, connection] = [0];

const word = (message) => encode(message).toString('hex');
const message = (hex) => decode(Buffer.from(hex, 'hex'), { exact: true });
const note = (received, { name }) => {
  heard.push(`${name} ${word(received)}`);
  waiting?.();
};

/** The option of that name, written as name=value. */
function option(words, name) {
  return words.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}

function hang(received, { signal }) {
  return new Promise(() => {
    signal.addEventListener('abort', () => {
      cancelled++;
    });
  });
}

function* count({ until }) {
  for (let n = 0; n < until; n++) {
    yield { n };
  }
}

function* broken(asked) {
  yield* count(asked);
  throw new Error('out of numbers');
}

const SHARED = { echo: (received) => received, metadata: (received, { metadata }) => metadata, hang };
const SERVICES = {
  ...SHARED,
  priced: (received, call) => {
    call.replyMetadata(received);
    return received;
  },
  remaining: (received, { remaining }) => ({ millis: Math.floor(remaining ?? -1) }),
  fail: () => {
    throw new Error('no market today');
  },
  refuse: () => {
    throw new IpcError('RESOURCE_EXHAUSTED', 'all desks are taken');
  },
  large: ({ bytes }) => ({ data: Buffer.alloc(bytes) }),
  cancelled: () => ({ count: cancelled }),
  back: (received, call) => call.connection.request('echo', received),
};

function failed(error) {
  if (!(error instanceof IpcError)) {
    throw error;
  }
  return `failed ${error.status} ${error.delivery} ${Buffer.from(error.reason).toString('hex') || '00'}`;
}

function request(words, at) {
  const controller = new AbortController();
  const metadata = option(words, 'metadata');
  const result = connection.request(words[at], message(words[at + 1]), {
    timeout: Number(option(words, 'timeout') ?? 60_000), signal: controller.signal, ...(metadata && { metadata: message(metadata) }),
  });
  return { controller, reply: result.then((reply) => `reply ${word(reply)}`, failed) };
}

async function stream(words) {
  const most = Number(option(words, 'take') ?? 1_000_000);
  const items = [];
  try {
    for await (const item of connection.stream(words[1], message(words[2]), { window: 2 })) {
      items.push(word(item));
      if (items.length === most) {
        return ['items', ...items, 'more'].join(' ');
      }
    }
    return ['items', ...items, 'end'].join(' ');
  } catch (error) {
    return ['items', ...items, failed(error)].join(' ');
  }
}

const COMMANDS = {
  async listen(words) {
    const denied = option(words, 'deny');
    server = await serve(words[1], {
      exact: true, services: SERVICES, streams: { count, broken }, maxMessageBytes: Number(option(words, 'max') ?? 1 << 24),
      events: { note, noteBack: (received, event) => event.connection.send('note', received) },
      access: (peer, name) => name !== denied,
    });
    return 'ok';
  },
  unlisten: async () => {
    await server.close();
    return 'ok';
  },
  shutdown: async ([, millis]) => `ok ${await server.shutdown(Number(millis))}`,
  broadcast: async ([, event, hex]) => {
    server.broadcast(event, message(hex));
    return 'ok';
  },
  async connect(words) {
    const idempotent = option(words, 'reconnect');
    connection = await connect(words[1], {
      exact: true, timeout: 60_000, services: SHARED, events: { note }, maxMessageBytes: Number(option(words, 'max') ?? 1 << 24),
      ...(idempotent && { reconnect: { idempotent: [idempotent] } }),
    });
    return 'ok';
  },
  close: async () => {
    await connection?.close();
    return 'ok';
  },
  request: (words) => request(words, 1).reply,
  exchange: ([, service, hex]) => connection.exchange(service, message(hex), { timeout: 60_000 })
    .then(({ message: reply, metadata }) => `reply ${word(reply)} ${word(metadata)}`, failed),
  begin: async (words) => {
    begun.set(words[1], request(words, 2));
    return 'ok';
  },
  end: ([, id]) => begun.get(id).reply,
  cancel: async ([, id]) => {
    begun.get(id).controller.abort();
    return 'ok true';
  },
  send: async ([, event, hex]) => {
    await connection.send(event, message(hex));
    return 'ok';
  },
  stream,
  closed: async () => {
    const { status, byPeer } = await connection.closed;
    return `closed ${status} ${byPeer ? 'peer' : 'here'}`;
  },
  async heard([, wanted]) {
    while (heard.length < Number(wanted)) {
      await new Promise((resolve) => {
        waiting = resolve;
      });
    }
    return ['heard', ...heard.splice(0, Number(wanted))].join(' ');
  },
};

console.log('ready client server serves reconnects exchanges');
for await (const line of createInterface({ input: process.stdin })) {
  const words = line.split(' ');
  console.log(await (COMMANDS[words[0]]?.(words) ?? Promise.resolve(`unknown ${words[0]}`)).catch(failed));
}
process.exit();
