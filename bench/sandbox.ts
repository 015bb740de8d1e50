// A home, a state directory and a folder to work in, all of a benchmark's own, and the daemons that run there.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectDaemon, placesOf } from '@parley/client/node';
import type { Client } from '@parley/client';
import { inRoot } from '../scripts/lib/root.mjs';

/** The command as users run it. */
export const bundle = inRoot('dist', 'parley', 'main.mjs');

/** Milliseconds that a daemon may take to start or to stop before the benchmark gives up. */
const patienceMs = 30_000;

export class Sandbox {
  readonly root: string;
  readonly home: string;
  readonly work: string;
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;

  constructor(name: string) {
    this.root = mkdtempSync(join(tmpdir(), `parley-bench-${name}-`));
    this.home = join(this.root, 'home');
    this.work = join(this.root, 'work');
    this.bin = join(this.root, 'bin');
    // Codex warns about a home below the folder for temporary files, so that one is moved.
    for (const folder of [this.home, this.work, this.bin, join(this.root, 'tmp')]) mkdirSync(folder, { mode: 0o700 });
    this.env = {
      PATH: [this.bin, dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)].join(delimiter),
      HOME: this.home,
      TMPDIR: join(this.root, 'tmp'),
      LANG: 'C.UTF-8',
      PARLEY_STATE_DIR: join(this.root, 'state'),
      PARLEY_DATA_DIR: join(this.root, 'data'),
      PARLEY_CONFIG: join(this.root, 'config.toml'),
    };
  }

  get socket(): string {
    return placesOf(this.env).socket;
  }

  /** config.toml; sessions in the folder to work in may use every policy. */
  configure(toml: string): void {
    writeFileSync(join(this.root, 'config.toml'), `[policy]\nfull = [${JSON.stringify(this.work)}]\n${toml}`);
  }

  /** A program of its own on PATH. Returns its path. */
  program(name: string, script: string): string {
    const file = join(this.bin, name);
    writeFileSync(file, script);
    chmodSync(file, 0o700);
    return file;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

export interface DaemonStart {
  /** Arguments of Node that run the command: the bundle when absent. */
  readonly program?: readonly string[];
  /** Arguments of `parley serve`. */
  readonly args?: readonly string[];
}

export class Daemon {
  readonly client: Client;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, client: Client) {
    this.#process = child;
    this.client = client;
  }

  /** Start a daemon and wait until it says that it is ready. */
  static async start(sandbox: Sandbox, { program = [bundle], args = ['--no-tcp'] }: DaemonStart = {}): Promise<Daemon> {
    const child = spawn(process.execPath, [...program, 'serve', '--no-install', ...args], {
      env: sandbox.env,
      cwd: sandbox.root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ready = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('is ready')) ready.resolve();
    });
    child.once('error', ready.reject);
    child.once('exit', () => ready.reject(new Error('the daemon ended before it was ready')));
    await within(ready.promise, 'the daemon to be ready');
    return new Daemon(child, await connectDaemon({ socket: sandbox.socket }));
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the daemon has no pid');
    return this.#process.pid;
  }

  /** Stop it, and all agents that it owns. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    try {
      await this.client.stopDaemon({ runs: 'end' });
      await within(exited, 'the daemon to stop');
    } catch {
      this.#process.kill('SIGKILL');
      await exited;
    }
  }
}

/** Whether `/healthz` is answered on a unix socket or a port. */
export function isHealthy(place: { readonly socketPath: string } | { readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...place, path: '/healthz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once('error', () => resolve(false));
    asked.end();
  });
}

export async function within<Result>(work: Promise<Result>, what: string, ms = patienceMs): Promise<Result> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
