/** What a server of loopback: publishes, so that clients of its user find and know it. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { read, write } from './private-directory.js';
import { IpcError } from './status.js';

const FORMAT = 'valise-loopback 1';
const MOST_BYTES = 1_024;

export function freshSecret() {
  return randomBytes(32);
}

export function textOf({ name, port, port6, secret }) {
  const lines = [FORMAT, `name=${name}`, `port=${port}`, `port6=${port6}`, `pid=${process.pid}`, 'held=socket', `secret=${secret.toString('hex')}`];
  return lines.map((line) => `${line}\n`).join('');
}

export function parse(file, text) {
  const lines = text.split('\n');
  if (lines[0] !== FORMAT) {
    throw malformed(file, `first line: expected "${FORMAT}", actual="${lines[0].slice(0, 40)}"`);
  }
  const values = new Map(lines.filter((line) => line.indexOf('=') > 0)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const secret = values.get('secret') ?? '';
  if (!/^[0-9a-f]{64}$/.test(secret)) {
    throw malformed(file, 'secret: expected 64 hexadecimal digits');
  }
  if (!/^\d+$/.test(values.get('pid') ?? '')) {
    throw malformed(file, 'pid: expected decimal digits');
  }
  return {
    name: values.get('name') ?? '',
    port: port(file, values, 'port', 1),
    port6: port(file, values, 'port6', 0),
    secret: Buffer.from(secret, 'hex'),
  };
}

function port(file, values, key, least) {
  const text = values.get(key) ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (number < least || number > 65_535) {
    throw malformed(file, `${key}: expected ${least} to 65535, actual="${text.slice(0, 40)}"`);
  }
  return number;
}

function malformed(file, why) {
  return new IpcError('PROTOCOL_ERROR', `${file}: ${why}; restart the server to replace it`, 'NOT_SENT');
}

/** What a server of this name published; undefined when there is none. Where file names ignore case, the name decides. */
export async function find(folder, name) {
  const file = path.join(folder, name);
  const text = await read(file, MOST_BYTES);
  const found = text === undefined ? undefined : parse(file, text);
  return found?.name === name ? found : undefined;
}

export async function publish(folder, server) {
  await write(path.join(folder, server.name), textOf(server));
}

/** Removes the file, unless another server has replaced it. */
export async function retract(folder, server) {
  const there = await find(folder, server.name).catch(() => undefined);
  if (there?.secret.equals(server.secret)) {
    await fs.rm(path.join(folder, server.name), { force: true });
  }
}
