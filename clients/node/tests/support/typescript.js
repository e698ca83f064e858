/** The TypeScript compiler, where there is one. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('../..', import.meta.url));

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

/** What a test of types is skipped with, or false. */
export const withoutTypeScript = tsc === undefined ? 'there is no TypeScript: npm install --global typescript' : false;

/**
 * Compiles a program that uses this package, strictly and to nothing; answers what the compiler says, empty if all is well.
 *
 * @param project a folder that is made @param files texts by name
 */
export function compile(project, files) {
  mkdirSync(`${project}/node_modules/@valise`, { recursive: true });
  symlinkSync(directory, `${project}/node_modules/@valise/ipc`);
  writeFileSync(`${project}/package.json`, '{"type": "module"}');
  const options = {
    compilerOptions: {
      target: 'es2022', module: 'nodenext', strict: true, noEmit: true, types: [], lib: ['es2022', 'dom'], preserveSymlinks: true,
    },
    files: Object.keys(files),
  };
  writeFileSync(`${project}/tsconfig.json`, JSON.stringify(options));
  Object.entries(files).forEach(([name, text]) => writeFileSync(`${project}/${name}`, text));
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  return status === 0 ? '' : `status ${status}\n${stdout}\n${stderr}`;
}
