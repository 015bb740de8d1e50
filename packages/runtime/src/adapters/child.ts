// The program behind an adapter: started in the adapter's own process group, so that whoever ends the group ends both.

import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { AdapterIo } from './io.ts';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when it could not even be started. */
  readonly error?: string;
}

export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<ChildExit>;
  /** TERM now, KILL after `graceMs` milliseconds. */
  end(): void;
}

export function startChild(
  command: readonly [string, ...string[]],
  io: AdapterIo,
  options: { readonly stdio: StdioOptions; readonly env?: Readonly<Record<string, string>>; readonly graceMs: number },
): Child {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: io.cwd,
    env: { ...io.env, ...options.env },
    stdio: options.stdio,
    detached: false,
  });
  let killer: NodeJS.Timeout | undefined;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: 127, signal: null, error: error.message });
    });
    // Not `close`: what the child left running may hold its pipes open for ever.
    child.once('exit', (code, signal) => {
      clearTimeout(killer);
      resolve({ code, signal });
    });
  });
  const end = (): void => {
    if (killer !== undefined || child.exitCode !== null || child.signalCode !== null) return;
    killer = setTimeout(() => child.kill('SIGKILL'), options.graceMs);
    child.kill('SIGTERM');
  };
  return { process: child, exited, end };
}

/** As a shell says it: a program that was ended by a signal has 128 and the signal's number. */
export function exitCode(exit: ChildExit): number {
  return exit.signal === null ? (exit.code ?? 1) : 128 + constants.signals[exit.signal];
}
