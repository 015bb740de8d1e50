// Starts a daemon of its own process group, detached, and waits until it listens.

import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import type { Client } from './client.ts';
import { connectDaemon, listens } from './connect-daemon.ts';
import { failure } from './failure.ts';
import type { Places } from './places.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import { tryStartLock } from './start-lock.ts';

export interface StartOptions {
  readonly places: Places;
  /** The program and all of its arguments. */
  readonly command: readonly [file: string, ...args: readonly string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds until it has to listen; 10 s when absent. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 10_000;

/** Between a socket's file and its being listened to there is a moment that no file event marks. */
const lookAgainMs = 25;

/** How often who waits for somebody else's daemon looks whether it is his turn to start one. */
const nextTurnMs = 100;

/** A daemon that ends at once may have lost a race: the winner needs a moment until it listens. */
const winnersMs = 2000;

/** Bytes of the log that an error quotes. */
const tailBytes = 2000;

/**
 * Starts it and resolves to a client as soon as somebody listens on the socket, be it this daemon or one that was started at the same
 * moment by somebody else: of those who find none at once, one starts it and the others wait for it. Throws `daemon_unreachable` with the
 * end of its log.
 */
export async function startDaemon(options: StartOptions): Promise<Client> {
  const { places, timeoutMs = usualTimeoutMs } = options;
  await ensurePrivateFolder(places.stateDir);
  await ensurePrivateFolder(places.socketDir);
  const release = await turnToStart(places, timeoutMs);
  try {
    return (await listens(places)) ? await connectDaemon({ socket: places.socket }) : await spawnDaemon(options);
  } finally {
    release();
  }
}

/** Resolves when somebody listens, or when it is this caller's turn to start it; then what it returns gives the turn to the next. */
async function turnToStart(places: Places, timeoutMs: number): Promise<() => void> {
  const deadline = Date.now() + timeoutMs;
  const sign = new SocketSign(places);
  try {
    for (;;) {
      const release = tryStartLock(places.lockFile);
      if (release !== undefined) return release;
      if (await listens(places)) return () => {};
      if (Date.now() >= deadline) {
        const waited = `Somebody else starts the daemon, but nobody listens on ${places.socket} after ${timeoutMs / 1000} s.`;
        throw await failure('daemon_unreachable', waited);
      }
      await sign.within(nextTurnMs);
    }
  } finally {
    sign.close();
  }
}

async function spawnDaemon({
  places,
  command,
  env = process.env,
  timeoutMs = usualTimeoutMs,
}: StartOptions): Promise<Client> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const log = openSync(places.logFile, 'a+', 0o600);
  const before = fstatSync(log).size;
  try {
    const [file, ...args] = command;
    const child = spawn(file, args, { detached: true, cwd: places.stateDir, env, stdio: ['ignore', log, log] });
    const ended = new Promise<Ended>((resolve) => {
      child.once('error', (error) => resolve({ how: `could not be started (${error.message})`, graceMs: 0 }));
      child.once('exit', (code, signal) =>
        resolve({ how: `ended with ${signal ?? `exit code ${code}`}`, graceMs: winnersMs }),
      );
    });
    child.unref();
    const problem = await waitUntilListening(places, ended, timeoutMs);
    if (problem === undefined) return await connectDaemon({ socket: places.socket });
    // One that hangs would be in the way of the next.
    child.kill('SIGTERM');
    const tail = tailOf(log, before);
    throw await failure(
      'daemon_unreachable',
      `The daemon ${problem}${tail === '' ? '.' : `; its log ends with:\n${tail}`}`,
    );
  } finally {
    closeSync(log);
  }
}

interface Ended {
  readonly how: string;
  /** Milliseconds in which somebody else's daemon may still come up. */
  readonly graceMs: number;
}

/** Undefined when somebody listens, else what went wrong. */
async function waitUntilListening(
  places: Places,
  ended: Promise<Ended>,
  timeoutMs: number,
): Promise<string | undefined> {
  let problem: string | undefined;
  let deadline = Date.now() + timeoutMs;
  const sign = new SocketSign(places);
  void ended.then(({ how, graceMs }) => {
    problem = how;
    deadline = Math.min(deadline, Date.now() + graceMs);
    sign.wake();
  });
  try {
    for (;;) {
      if (await listens(places)) return undefined;
      if (Date.now() >= deadline) return problem ?? `does not listen on ${places.socket} after ${timeoutMs / 1000} s`;
      await sign.within(lookAgainMs);
    }
  } finally {
    sign.close();
  }
}

/** Wakes who waits for the socket when its file comes or goes. */
class SocketSign {
  readonly #watcher: FSWatcher;
  #wake = () => {};

  constructor({ socket, socketDir }: Places) {
    const name = basename(socket);
    this.#watcher = watch(socketDir, (_, changed) => {
      if (changed === null || changed === name) this.wake();
    });
  }

  wake(): void {
    this.#wake();
  }

  /** Resolves at the next sign, at the latest after `ms` milliseconds. */
  within(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#watcher.close();
  }
}

function tailOf(log: number, from: number): string {
  const { size } = fstatSync(log);
  const start = Math.max(from, size - tailBytes);
  const bytes = Buffer.alloc(size - start);
  readSync(log, bytes, 0, bytes.length, start);
  return bytes.toString().trim();
}
