/** What `npm pack` makes, installed from its tarball: it passes tests of this folder, and the example runs with it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasCommand, home, javaSource, withoutCommand } from './support/processes.js';

const limit = { timeout: 300_000 };
const directory = fileURLToPath(new URL('..', import.meta.url));
const withoutNpm = spawnSync('npm', ['--version']).status === 0 ? false : 'there is no npm';
const project = `${home}/project`;
const installed = `${project}/node_modules/@valise/ipc`;
/** Those that need neither the command nor the files of the project. */
const TESTS = ['child', 'conversation', 'kept', 'values'];

if (!withoutNpm) {
  before(() => {
    const npm = (...args) => execFileSync('npm', [...args, '--cache', `${home}/npm`], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    mkdirSync(project);
    writeFileSync(`${project}/package.json`, '{"type": "module", "private": true}');
    npm('pack', directory, '--pack-destination', project);
    const [tarball] = readdirSync(project).filter((name) => name.endsWith('.tgz'));
    npm('install', `./${tarball}`, '--offline', '--no-audit', '--no-fund', '--no-package-lock');
  });
}

test('the installed package passes tests of its folder', { ...limit, skip: withoutNpm }, () => {
  assert.deepEqual(readdirSync(installed).sort(), ['README.md', 'index.d.ts', 'lib', 'package.json', 'types']);
  cpSync(`${directory}tests`, `${installed}/tests`, { recursive: true });
  const { NODE_TEST_CONTEXT: inTest, ...env } = process.env; // it is a run of its own
  const ran = spawnSync(process.execPath, ['--test', ...TESTS.map((name) => `tests/${name}.test.js`)], { cwd: installed, encoding: 'utf8', env });
  assert.equal(ran.status, 0, `${inTest}: ${ran.stdout}\n${ran.stderr}`);
});

test('a front in Node.js has its back end in Java', { ...limit, skip: withoutNpm || withoutCommand }, () => {
  assert.ok(hasCommand);
  cpSync(`${directory}examples`, `${project}/examples`, { recursive: true });
  const ran = spawnSync(process.execPath, ['examples/front.js', ...javaSource('examples/BackEnd.java')], { cwd: project, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.deepEqual(ran.stdout.trim().split('\n'), [
    'bid 101.25 at 2030-01-31T12:00:00Z', 'tick 0', 'tick 1', 'tick 2', 'the back end watches KRW/USD', 'EUR/USD from another back end',
  ]);
});
