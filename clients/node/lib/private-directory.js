/** Directories and files that only this user can enter or read. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { IpcError } from './status.js';

const MARK = '.valise';

export function user() {
  return process.geteuid();
}

export function denied(what, why) {
  return new IpcError('ACCESS_DENIED', `${what}: ${why}`, 'NOT_SENT');
}

/** The exception for a file operation that the system refused. */
export function failed(what, file, cause) {
  const status = cause.code === 'EACCES' || cause.code === 'EPERM' ? 'ACCESS_DENIED' : 'RESOURCE_EXHAUSTED';
  return new IpcError(status, `cannot ${what} ${file}: ${cause.message}`, 'NOT_SENT', { cause });
}

/** Facts of a file, not of what it links to; undefined when it is absent. */
export async function facts(file) {
  try {
    return await fs.lstat(file);
  } catch (cause) {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
      return undefined;
    }
    throw failed('inspect', file, cause);
  }
}

/** Checks a directory: no link, this user's, mode 0700. Answers whether it is there. */
export async function check(directory) {
  const found = await facts(directory);
  if (found === undefined) {
    return false;
  }
  checkOwned(directory, found);
  const mode = found.mode & 0o7777;
  if (mode !== 0o700) {
    throw denied(`private directory ${directory}`, `mode: expected 0700, actual=0${mode.toString(8)}: chmod 700 it`);
  }
  return true;
}

export function checkOwned(directory, found) {
  const what = `private directory ${directory}`;
  if (found.isSymbolicLink()) {
    throw denied(what, 'it is a symbolic link: remove it');
  } else if (!found.isDirectory()) {
    throw denied(what, 'it is not a directory: remove it');
  } else if (found.uid !== user()) {
    throw denied(what, `it belongs to user ${found.uid}: set VALISE_HOME to a directory of yours`);
  }
}

/** Creates a directory, this user's alone, if it is absent, and checks it. Answers whether it was created. */
export async function secure(directory) {
  let made = false;
  try {
    if (await facts(directory) === undefined) {
      await fs.mkdir(path.dirname(directory), { recursive: true, mode: 0o700 });
      made = await fs.mkdir(directory, { mode: 0o700 }).then(() => true, ignoreExisting);
    }
  } catch (cause) {
    throw cause instanceof IpcError ? cause : failed('create', directory, cause);
  }
  await check(directory);
  return made;
}

function ignoreExisting(cause) {
  if (cause.code === 'EEXIST') {
    return false; // another process was quicker; what it made is checked like anything else
  }
  throw cause;
}

/** A folder in the runtime directory, created and marked as made by Valise if it is absent. */
export async function secureFolder(folder) {
  if (await secure(folder)) {
    await write(path.join(folder, MARK),
      `Valise made this folder, ${path.basename(folder)}: ipc runtime clean deletes it and all that is in it.\n`);
  }
  return folder;
}

/** Writes a file of mode 0600 in a private folder; no process sees half of it. */
export async function write(file, text) {
  const made = await draft(file, text);
  try {
    await fs.rename(made, file);
  } catch (cause) {
    await fs.rm(made, { force: true });
    throw failed('write', file, cause);
  }
}

/** A complete file of mode 0600 beside another, with a name of its own; answers its path. */
export async function draft(file, text) {
  const made = path.join(path.dirname(file), `.draft-${randomBytes(8).toString('hex')}`);
  try {
    const handle = await fs.open(made, 'wx', 0o600);
    try {
      await handle.writeFile(text, 'ascii');
      await handle.sync();
    } finally {
      await handle.close();
    }
    return made;
  } catch (cause) {
    await fs.rm(made, { force: true });
    throw failed('write', file, cause);
  }
}

/** The text of a private file; undefined when it is absent. */
export async function read(file, maxBytes) {
  const found = await facts(file);
  if (found === undefined) {
    return undefined;
  }
  const mode = found.mode & 0o777;
  if (!found.isFile() || found.uid !== user() || mode !== 0o600) {
    throw denied(`private file ${file}`,
      `expected a file of user ${user()} with mode 0600, actual=user ${found.uid}, mode 0${mode.toString(8)}`);
  }
  return readBounded(file, maxBytes);
}

async function readBounded(file, maxBytes) {
  let handle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    const buffer = Buffer.alloc(maxBytes + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    if (bytesRead > maxBytes) {
      throw new IpcError('PROTOCOL_ERROR', `${file}: limit=${maxBytes} bytes, actual=more: remove it`, 'NOT_SENT');
    }
    return buffer.toString('ascii', 0, bytesRead);
  } catch (cause) {
    if (cause.code === 'ENOENT') {
      return undefined;
    }
    throw cause instanceof IpcError ? cause : failed('read', file, cause);
  } finally {
    await handle?.close();
  }
}
