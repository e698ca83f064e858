/** A publisher's keys in a file: two blocks of PEM, PRIVATE KEY (PKCS #8) and PUBLIC KEY. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { configurationFolder, existingConfigurationFolder } from '../configuration-directory.js';
import { draft, failed, read } from '../private-directory.js';
import { IpcError } from '../status.js';
import { rawKey } from './ed25519.js';

const FOLDER = 'keys';
const MOST_BYTES = 4_096;

function fileOf(folder, publisher) {
  return path.join(folder, `${publisher}.key`);
}

/** The keys of this user's publisher, made on first use: all processes that race have the same. */
export async function keysOf(publisher) {
  const file = fileOf(await configurationFolder(FOLDER), publisher);
  const text = await read(file, MOST_BYTES) ?? await create(file);
  return parse(file, text);
}

/** The keys of this user's publisher; undefined when there are none. */
export async function existingKeys(publisher) {
  const folder = await existingConfigurationFolder(FOLDER);
  const text = folder === undefined ? undefined : await read(fileOf(folder, publisher), MOST_BYTES);
  return text === undefined ? undefined : parse(fileOf(folder, publisher), text);
}

/** Links a complete file to the name, which one of all who try can; what that one wrote is read. */
async function create(file) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const made = await draft(file,
    privateKey.export({ type: 'pkcs8', format: 'pem' }) + publicKey.export({ type: 'spki', format: 'pem' }));
  try {
    await fs.link(made, file);
  } catch (cause) {
    if (cause.code !== 'EEXIST') {
      throw failed('write', file, cause);
    }
  } finally {
    await fs.rm(made, { force: true });
  }
  return read(file, MOST_BYTES);
}

function parse(file, text) {
  try {
    const keys = { privateKey: createPrivateKey(block('PRIVATE KEY', text)), publicKey: createPublicKey(block('PUBLIC KEY', text)) };
    if (keys.publicKey.asymmetricKeyType !== 'ed25519' || !rawKey(keys.publicKey).equals(rawKey(createPublicKey(keys.privateKey)))) {
      throw new Error('the public key is not that of the private one, or no Ed25519 key');
    }
    return keys;
  } catch (cause) {
    throw new IpcError('PROTOCOL_ERROR',
      `key file ${file}: ${cause.message}; restore it, or remove it to become another publisher`, 'NOT_SENT', { cause });
  }
}

function block(what, text) {
  const found = new RegExp(`-----BEGIN ${what}-----[\\s\\S]*?-----END ${what}-----`).exec(text);
  if (found === null) {
    throw new Error(`expected a block of PEM, "${what}", found none`);
  }
  return found[0];
}
