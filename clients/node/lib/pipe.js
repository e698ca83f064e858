/** The transport pipe: over Unix domain sockets. */
import { connectTo, NamedListener } from './named-socket.js';
import { folderToRead, folderToServe } from './runtime-directory.js';

const FOLDER = 'pipe';

export async function connectPipe(name, limits) {
  return connectTo(await folderToRead(FOLDER), name, limits);
}

/** @param accepted is called with each connected socket */
export async function listenPipe(name, accepted) {
  const folder = await folderToServe(FOLDER);
  let listener = await NamedListener.open(folder, name, accepted);
  return {
    endpoint: `pipe:${name}`,
    files: () => [folder, ...listener.files()],
    /** Listens again when the socket's file was removed. */
    async renew() {
      if (!await listener.isThere()) {
        const removed = listener;
        listener = await NamedListener.open(folder, name, accepted);
        await removed.close();
      }
    },
    close: () => listener.close(),
  };
}
