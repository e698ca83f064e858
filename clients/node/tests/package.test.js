import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { home } from './support/processes.js';
import * as api from '../lib/index.js';

const directory = fileURLToPath(new URL('..', import.meta.url));
const withoutNpm = spawnSync('npm', ['--version']).status === 0 ? false : 'there is no npm';

function filesOf(folder) {
  return readdirSync(`${directory}${folder}`, { recursive: true }).filter((name) => statSync(`${directory}${folder}/${name}`).isFile());
}

test('the package has the library, its types and its page, and nothing else', { timeout: 60_000, skip: withoutNpm }, () => {
  const said = execFileSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, npm_config_cache: `${home}/npm` },
  });
  const files = JSON.parse(said)[0].files.map(({ path }) => path).sort();
  const library = ['lib', 'types'].flatMap((folder) => filesOf(folder).map((file) => `${folder}/${file}`));
  const outside = files.filter((file) => !library.includes(file));
  assert.deepEqual(outside, ['README.md', 'index.d.ts', 'package.json']);
  assert.equal(files.length - outside.length, library.length);
});

test('everything that is exported has a type', { timeout: 60_000 }, () => {
  const types = ['index.d.ts', ...filesOf('types').map((file) => `types/${file}`)]
    .map((file) => readFileSync(`${directory}${file}`, 'utf8')).join('\n');
  const typed = [...types.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(typed.sort(), Object.keys(api).sort());
});

test('no file is longer than 500 lines, and none imports what is not of Node.js or of the package', { timeout: 60_000 }, () => {
  for (const file of readdirSync(directory, { recursive: true }).filter((name) => /\.(js|ts|md)$/.test(name))) {
    const text = readFileSync(`${directory}${file}`, 'utf8');
    assert.ok(text.split('\n').length <= 501, file);
    if (file.startsWith('lib/')) {
      const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
      assert.deepEqual(imports.filter((from) => !/^(node:|\.)/.test(from)), [], file);
    }
  }
});

test('the examples of the page run', { timeout: 30_000 }, async () => {
  const page = readFileSync(`${directory}README.md`, 'utf8');
  const examples = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  assert.ok(examples.length >= 3);
  const library = new URL('../lib/index.js', import.meta.url).href;
  const program = examples.join('\n').replaceAll("from '@valise/ipc'", `from '${library}'`);
  const [imports, rest] = [program.match(/^import .*$/gm), program.replace(/^import .*$/gm, '')];
  const names = new Set(imports.flatMap((line) => line.match(/\{(.*)\}/)[1].split(',').map((name) => name.trim())));
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', `import { ${[...names].join(', ')} } from '${library}';\n${rest}`], {
    encoding: 'utf8', timeout: 20_000,
  });
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stderr, '');
  assert.match(ran.stdout, /^101\.25$/m);
});
