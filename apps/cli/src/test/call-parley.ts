// Calls the command line within a test, against a fake daemon, with streams that the test holds.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { placesOf } from '@parley/client/node';
import type { Io } from '../io.ts';
import { runProgram } from '../program.ts';
import { FakeDaemon } from './fake-daemon.ts';

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly input?: string | Readable;
  readonly cwd?: string;
  /** All three streams are a terminal. */
  readonly terminal?: boolean;
}

export interface Setting {
  readonly daemon: FakeDaemon;
  readonly env: NodeJS.ProcessEnv;
  call(args: readonly string[], options?: CallOptions): Promise<Result>;
  /** As `call`, for tests that do something meanwhile. */
  begin(args: readonly string[], options?: CallOptions): Call;
}

export interface Call {
  readonly result: Promise<Result>;
  readonly input: PassThrough;
  /** Ctrl-C. */
  interrupt(): void;
  /** Resolves as soon as this was printed, on either stream. */
  printed(pattern: RegExp): Promise<string>;
}

/** With nothing running. A daemon that a command starts is stopped when the test is over. */
export function emptySetting(t: TestContext, daemon: FakeDaemon = new FakeDaemon()): Setting {
  const root = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const env = { HOME: root, PATH: process.env['PATH'], PARLEY_STATE_DIR: join(root, 'state') };
  mkdirSync(env.PARLEY_STATE_DIR);
  const begin = (args: readonly string[], options: CallOptions = {}) => beginCall(args, env, options);
  t.after(async () => {
    await begin(['daemon', 'stop']).result;
    rmSync(root, { recursive: true, force: true });
  });
  return { daemon, env, begin, call: (args, options) => begin(args, options).result };
}

/** With a fake daemon that runs until the test is over. */
export async function setting(t: TestContext): Promise<Setting> {
  const daemon = new FakeDaemon();
  // Before what `emptySetting` does at the end, which must not find it.
  t.after(() => daemon.close());
  const made = emptySetting(t, daemon);
  await daemon.listen(placesOf(made.env).socket);
  return made;
}

function beginCall(args: readonly string[], env: NodeJS.ProcessEnv, options: CallOptions): Call {
  const listeners = new Set<() => void>();
  const output = new Collected();
  const input = new PassThrough();
  const { terminal = false, cwd = '/code' } = options;
  const stdin =
    typeof options.input === 'string' ? Readable.from([Buffer.from(options.input)]) : (options.input ?? input);
  const interrupt = () => {
    for (const listener of listeners) listener();
  };
  const io: Io = {
    env,
    cwd,
    self: [process.execPath, '--conditions=source', fileURLToPath(new URL('daemon-program.ts', import.meta.url))],
    stdin,
    stdout: output.stream('stdout'),
    stderr: output.stream('stderr'),
    stdinKind: terminal ? 'terminal' : options.input === undefined ? 'none' : 'data',
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    columns: 100,
    interrupt,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const result = runProgram(args, io, '0.1.0').then((code) => ({
    code,
    stdout: output.text('stdout'),
    stderr: output.text('stderr'),
  }));
  return { result, input, interrupt, printed: (pattern) => output.printed(pattern) };
}

class Collected {
  readonly #texts = { stdout: '', stderr: '' };
  readonly #waiting = new Set<() => void>();
  #all = '';

  stream(name: 'stdout' | 'stderr'): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#texts[name] += chunk.toString();
        this.#all += chunk.toString();
        for (const look of this.#waiting) look();
        done();
      },
    });
  }

  text(name: 'stdout' | 'stderr'): string {
    return this.#texts[name];
  }

  printed(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        const [found] = pattern.exec(this.#all) ?? [];
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
