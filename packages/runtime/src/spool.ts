// The spool: the folder of one run, which is all that daemons and agents share. Names of its files, and how it is made.

import fs from 'node:fs';
import path from 'node:path';
import type { RunRequest } from '@parley/schema';

export interface SpoolPaths {
  /** Grows by what is written to the agent; the wrapper's feeder reads it. */
  readonly stdin: string;
  /** Exists once no more input will come. */
  readonly closed: string;
  /** FIFO between feeder and agent. */
  readonly input: string;
  /** FIFO that wakes the feeder. */
  readonly bell: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Empty until the agent has ended, then its status as the shell tells it and a newline. */
  readonly exit: string;
  /** Folder of what the run was given to read. */
  readonly files: string;
}

export function spoolPaths(directory: string): SpoolPaths {
  const file = (name: string): string => path.join(directory, name);
  return {
    stdin: file('stdin'),
    closed: file('stdin.closed'),
    input: file('input'),
    bell: file('bell'),
    stdout: file('stdout'),
    stderr: file('stderr'),
    exit: file('exit'),
    files: file('files'),
  };
}

/** Files (0600) that the agent is to read, by plain names. */
export function writeFiles({ files }: SpoolPaths, given: NonNullable<RunRequest['files']>): void {
  if (given.length === 0) return;
  fs.mkdirSync(files, { mode: 0o700 });
  for (const { name, text } of given)
    fs.writeFileSync(path.join(files, path.basename(name)), text, { mode: 0o600, flag: 'wx' });
}

/** Make the folder (0700) and its empty files (0600). Throws when it is there already: a run's id is used once. */
export function makeSpool(directory: string): SpoolPaths {
  fs.mkdirSync(path.dirname(directory), { recursive: true, mode: 0o700 });
  fs.mkdirSync(directory, { mode: 0o700 });
  const paths = spoolPaths(directory);
  for (const file of [paths.stdin, paths.stdout, paths.stderr, paths.exit]) {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  }
  return paths;
}
