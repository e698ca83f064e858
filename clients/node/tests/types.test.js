/** The types are those of the library: a program that uses all of them compiles, where there is a TypeScript compiler. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { home } from './support/processes.js';

const directory = fileURLToPath(new URL('..', import.meta.url));

/** The compiler's program, wherever Node.js or a shell finds one. */
function compiler() {
  try {
    const file = createRequire(import.meta.url).resolve('typescript/package.json');
    return path.join(path.dirname(file), 'bin', 'tsc');
  } catch {
    return (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'tsc')).find(existsSync);
  }
}

const tsc = compiler();
if (tsc === undefined) {
  console.log('Skipped: the check of the types, there is no TypeScript: npm install --global typescript');
}

test('a program that uses all types compiles', { timeout: 120_000, skip: tsc === undefined ? 'there is no TypeScript' : false }, () => {
  const project = `${home}/typed`;
  mkdirSync(`${project}/node_modules/@valise`, { recursive: true });
  symlinkSync(directory, `${project}/node_modules/@valise/ipc`);
  writeFileSync(`${project}/package.json`, '{"type": "module"}');
  symlinkSync(`${directory}tests/support/typed.ts`, `${project}/typed.ts`);
  const options = {
    compilerOptions: {
      target: 'es2022', module: 'nodenext', strict: true, noEmit: true, types: [], lib: ['es2022', 'dom'], preserveSymlinks: true,
    },
    files: ['typed.ts'],
  };
  writeFileSync(`${project}/tsconfig.json`, JSON.stringify(options));
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});
