import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export const root = ROOT;

/** A JSON file of test vectors of the project. */
export function jsonVectors(name) {
  return JSON.parse(readFileSync(`${ROOT}ipc-api/src/test/resources/vectors/${name}`, 'utf8'));
}

/** A file of test vectors in lines of key and value; `\n` in a value is a line feed. */
export function propertyVectors(name) {
  const text = readFileSync(`${ROOT}ipc-api/src/test/resources/vectors/${name}`, 'utf8');
  const lines = text.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

export function vectorFiles() {
  return readdirSync(`${ROOT}ipc-api/src/test/resources/vectors`);
}
