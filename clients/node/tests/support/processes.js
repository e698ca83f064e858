import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { root } from './vectors.js';

/** A runtime directory of its own for the tests of one file, which are run in a process of their own. */
export const home = mkdtempSync('/tmp/valise-node-');
process.env.VALISE_HOME = home;
process.once('exit', () => rmSync(home, { recursive: true, force: true }));

const COMMAND = `${root}ipc`;
const STAMP = `${root}ipc-cli/target/launcher/stamp`;

/** Whether the command of the Java side is built. */
export const hasCommand = existsSync(STAMP);

/** What a test of the Java side is skipped with, or false. */
export const withoutCommand = hasCommand ? false : 'the command is not built: run ./ipc doctor once';

/** A process that was started; `lines` are those it has printed. */
class Started {
  constructor(child) {
    this.child = child;
    this.lines = [];
    this.errors = '';
    this.waiting = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#look();
    });
    child.stderr.on('data', (text) => {
      this.errors += text;
    });
    this.exited = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    this.exited.then(() => {
      this.over = true;
      this.#look();
    });
  }

  #look() {
    this.waiting = this.waiting.filter((look) => !look());
  }

  /** The first line that matches. */
  line(pattern) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.find((line) => pattern.test(line));
        if (found !== undefined) {
          resolve(found);
        } else if (this.over) {
          reject(new Error(`ended without ${pattern}: ${this.lines.join('\n')}\n${this.errors}`));
        }
        return found !== undefined || this.over;
      };
      if (!look()) {
        this.waiting.push(look);
      }
    });
  }

  /** Ends its input, and waits for its end. */
  async end() {
    this.child.stdin.end();
    return this.exited;
  }

  async kill(signal = 'SIGKILL') {
    this.child.kill(signal);
    return this.exited;
  }
}

/** Starts a process that ends with this test at the latest. */
function start(test, file, args) {
  const started = new Started(spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] }));
  test.after(() => started.kill());
  return started;
}

/** A server of this package in a process of its own. */
export async function startNode(test, ...endpoints) {
  const server = start(test, process.execPath, [fileURLToPath(new URL('echo-server.js', import.meta.url)), ...endpoints]);
  await server.line(/^ready$/);
  return server;
}

/** The command, running; it is Java itself that is killed with it. */
export function startCommand(test, ...args) {
  return start(test, COMMAND, args);
}

const JARS = `${root}ipc-cli/target/launcher/lib/*`;

function jdk(tool) {
  return process.env.JAVA_HOME === undefined ? tool : `${process.env.JAVA_HOME}/bin/${tool}`;
}

/** Compiles the program of Java's side once, with the libraries of the command. */
export function compileJava() {
  execFileSync(jdk('javac'), ['-cp', JARS, '-d', `${home}/classes`, fileURLToPath(new URL('JavaEnd.java', import.meta.url))]);
}

/** What runs it, once it is compiled. */
export function javaCommand(...args) {
  return [jdk('java'), '-cp', `${JARS}:${home}/classes`, 'JavaEnd', ...args];
}

/** What compiles and runs one source file with the libraries of the command. */
export function javaSource(file) {
  return [jdk('java'), '-cp', JARS, file];
}

export function startJava(test, ...args) {
  const [java, ...rest] = javaCommand(...args);
  return start(test, java, rest);
}

/** Runs the command to its end. */
export function command(...args) {
  return new Promise((resolve) => {
    const child = execFile(COMMAND, args, { timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
    child.stdin.end();
  });
}
