/** The directory with what this user keeps from one start to the next, such as keys (docs/configuration.md). */
import os from 'node:os';
import path from 'node:path';
import { check, secure } from './private-directory.js';
import { checkSystem, setting } from './runtime-directory.js';

function place() {
  const chosen = setting('VALISE_CONFIG');
  if (chosen !== undefined) {
    return path.resolve(chosen);
  } else if (process.platform === 'darwin') {
    return path.join(os.homedir(), 'Library', 'Application Support', 'valise');
  }
  const xdg = setting('XDG_CONFIG_HOME');
  return path.join(xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), '.config'), 'valise');
}

/** A folder in it, created if absent; both are this user's alone. */
export async function configurationFolder(name) {
  checkSystem();
  await secure(place());
  const folder = path.join(place(), name);
  await secure(folder);
  return folder;
}

/** A folder in it, checked; undefined when it is absent. Creates nothing. */
export async function existingConfigurationFolder(name) {
  checkSystem();
  const folder = path.join(place(), name);
  return await check(place()) && await check(folder) ? folder : undefined;
}
