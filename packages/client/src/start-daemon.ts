// Starts a daemon of its own process group, detached, and waits until it listens.

import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs';
import type { Client } from './client.ts';
import { connectDaemon, listens } from './connect-daemon.ts';
import { failure } from './failure.ts';
import type { Places } from './places.ts';
import { ensurePrivateFolder } from './private-folder.ts';

export interface StartOptions {
  readonly places: Places;
  /** The program and all of its arguments. */
  readonly command: readonly [file: string, ...args: readonly string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds until it has to listen; 10 s when absent. */
  readonly timeoutMs?: number;
}

/** Between a socket's file and its being listened to there is a moment that no file event marks. */
const lookAgainMs = 25;

/** A daemon that ends at once may have lost a race: the winner needs a moment until it listens. */
const winnersMs = 2000;

/** Bytes of the log that an error quotes. */
const tailBytes = 2000;

/**
 * Starts it and resolves to a client as soon as somebody listens on the socket, be it this daemon or one that was started at the same
 * moment by somebody else. Throws `daemon_unreachable` with the end of its log.
 */
export async function startDaemon({
  places,
  command,
  env = process.env,
  timeoutMs = 10_000,
}: StartOptions): Promise<Client> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  await ensurePrivateFolder(places.stateDir);
  await ensurePrivateFolder(places.socketDir);

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
  let wake = () => {};
  void ended.then(({ how, graceMs }) => {
    problem = how;
    deadline = Math.min(deadline, Date.now() + graceMs);
    wake();
  });
  const watcher = watch(places.socketDir, () => wake());
  try {
    for (;;) {
      if (await listens(places)) return undefined;
      if (Date.now() >= deadline) return problem ?? `does not listen on ${places.socket} after ${timeoutMs / 1000} s`;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookAgainMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    watcher.close();
  }
}

function tailOf(log: number, from: number): string {
  const { size } = fstatSync(log);
  const start = Math.max(from, size - tailBytes);
  const bytes = Buffer.alloc(size - start);
  readSync(log, bytes, 0, bytes.length, start);
  return bytes.toString().trim();
}
