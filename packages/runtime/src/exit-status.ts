// How an agent ended, as the wrapper wrote it down.

import fs from 'node:fs';
import { constants } from 'node:os';
import type { RunExit } from '@parley/schema';

/** Signals by which no process ends. */
const harmless = new Set([
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGWINCH',
]);

/**
 * A shell tells "ended by signal n" as 128 + n, which an exit code may be as well: gemini's is the HTTP status modulo 256, so 401 is 145.
 * That would be SIGCHLD, by which nothing ends.
 */
const signalNames = new Map(
  Object.entries(constants.signals).flatMap(([name, n]) => (harmless.has(name) ? [] : [[128 + n, name]])),
);

export const unknownExit: RunExit = { code: null, signal: null, source: 'unknown' };

/** `text` of the exit file; undefined while it is not complete. */
export function parseExit(text: string): RunExit | undefined {
  const [, digits] = /^(\d{1,3})\n$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const status = Number(digits);
  const signal = signalNames.get(status);
  return signal === undefined
    ? { code: status, signal: null, source: 'recorded' }
    : { code: null, signal, source: 'recorded' };
}

/** Undefined while nothing is recorded, and when the spool is gone. */
export function readExit(path: string): RunExit | undefined {
  try {
    return parseExit(fs.readFileSync(path, 'latin1'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
