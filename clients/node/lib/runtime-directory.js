/** Where servers and clients of one user meet (docs/protocol.md, "Addresses and the runtime directory"). */
import fs from 'node:fs/promises';
import path from 'node:path';
import { check, checkOwned, denied, facts, secure, secureFolder, user } from './private-directory.js';
import { IpcError } from './status.js';

const OTHERS_WRITE = 0o022;

export function setting(name) {
  const value = process.env[name];
  return value === undefined || value.trim() === '' ? undefined : value;
}

export function checkSystem() {
  if (process.platform === 'win32') {
    throw new IpcError('UNSUPPORTED', 'this package does not work on Windows: Node.js cannot check access lists', 'NOT_SENT');
  }
}

function inTemp(directory) {
  return path.join(directory, `valise-${user()}`);
}

/** The short place that always exists, for sockets whose own path would be too long. */
export async function refuge(create) {
  const directory = inTemp('/tmp');
  await (create ? secure(directory) : check(directory));
  return directory;
}

async function usable(directory) {
  if (!await check(directory)) {
    await checkCreatable(directory);
  }
}

async function checkCreatable(directory) {
  let ancestor = path.dirname(directory);
  while (ancestor !== path.dirname(ancestor) && await facts(ancestor) === undefined) {
    ancestor = path.dirname(ancestor);
  }
  try {
    await fs.access(ancestor, fs.constants.W_OK);
  } catch {
    throw denied(`cannot create ${directory}`, `${ancestor} is not writable; set VALISE_HOME to another directory`);
  }
}

/** XDG_RUNTIME_DIR must be this user's, and not writable for others. */
async function inXdg(xdg) {
  if (!path.isAbsolute(xdg)) {
    throw denied('XDG_RUNTIME_DIR', `expected an absolute path, actual="${xdg}"`);
  }
  const found = await facts(xdg);
  if (found === undefined) {
    throw denied(`XDG_RUNTIME_DIR ${xdg}`, 'there is no such directory');
  }
  checkOwned(xdg, found);
  if ((found.mode & OTHERS_WRITE) !== 0) {
    throw denied(`XDG_RUNTIME_DIR ${xdg}`, 'other users can write to it');
  }
  const directory = path.join(xdg, 'valise');
  await usable(directory);
  return directory;
}

/** The runtime directory of this process, checked; it need not exist. */
export async function runtimeDirectory() {
  checkSystem();
  const home = setting('VALISE_HOME');
  if (home !== undefined) {
    const directory = path.resolve(home);
    await usable(directory);
    return directory;
  }
  const xdg = setting('XDG_RUNTIME_DIR');
  if (xdg !== undefined) {
    try {
      return await inXdg(xdg);
    } catch (unusable) {
      if (!(unusable instanceof IpcError)) {
        throw unusable;
      } // the next place is taken
    }
  }
  const temp = process.platform === 'darwin' ? setting('TMPDIR') ?? '/tmp' : '/tmp';
  const directory = inTemp(temp);
  await usable(directory);
  return directory;
}

/** A folder to put something in, created if absent. */
export async function folderToServe(name) {
  const directory = await runtimeDirectory();
  await secure(directory);
  return secureFolder(path.join(directory, name));
}

/** A folder to read from: checked if it exists. */
export async function folderToRead(name) {
  const folder = path.join(await runtimeDirectory(), name);
  await check(folder);
  return folder;
}
