/** The types are those of the library: a program that uses all of them compiles, where there is a TypeScript compiler. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { command, compileJava, home, startJava, withoutCommand } from './support/processes.js';
import { compile, withoutTypeScript } from './support/typescript.js';

if (withoutTypeScript) {
  console.log(`Skipped: the check of the types, ${withoutTypeScript}`);
} else if (!withoutCommand) {
  before(compileJava);
}

test('a program that uses all types compiles', { timeout: 120_000, skip: withoutTypeScript }, () => {
  assert.equal(compile(`${home}/typed`, { 'typed.ts': readFileSync(new URL('support/typed.ts', import.meta.url)) }), '');
});

/** Wrong use does not compile. */
const PROGRAM = `
import { connect } from '@valise/ipc';
import type { Objects, Services } from './java.js';

const connection = await connect('pipe:typed-objects');
const asked: Services['tag']['request'] = { name: 'a', colour: 'RED', sizes: [7] };
const tag = (await connection.request('tag', asked)) as Services['tag']['reply'];
const colour: 'RED' | 'GREEN' = tag.colour;
const note: string | null | undefined = tag.note;
const counters = connection.remote('acme.Counters') as unknown as Objects['object:acme.Counters'];
const counter = await counters.open('apples');
const again = await counter.tag({ ...tag, name: colour + note });
console.log(again.sizes.length);
// @ts-expect-error no such colour
const wrong: Services['tag']['request'] = { name: 'a', colour: 'BLUE', sizes: [] };
console.log(wrong);
`;

test('what a Java server says of its types compiles', { timeout: 300_000, skip: withoutTypeScript || withoutCommand }, async (t) => {
  const server = startJava(t, 'export', 'pipe:typed-objects');
  await server.line(/^ready/);
  const { code, stdout, stderr } = await command('schema', 'pipe:typed-objects', '--typescript');
  assert.equal(code, 0, stderr);
  assert.equal(compile(`${home}/schema`, { 'java.ts': stdout, 'program.ts': PROGRAM }), '', stdout);
});
