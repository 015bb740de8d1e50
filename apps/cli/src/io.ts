// What a command has around it: streams, environment, folder, Ctrl-C. Tests give their own.

import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Readable, Writable } from 'node:stream';

export interface Io {
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path of the current folder. */
  readonly cwd: string;
  /** The program and the arguments that run the `parley` command itself again. */
  readonly self: readonly [file: string, ...args: readonly string[]];
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** `data`: a file or a pipe; `none`: nothing will ever come. */
  readonly stdinKind: 'terminal' | 'data' | 'none';
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Of the terminal; 80 when there is none. */
  readonly columns: number;
  /** Calls the listener on Ctrl-C and on TERM, instead of ending the process. Returns how to stop that. */
  onInterrupt(listener: () => void): () => void;
  /** Does what Ctrl-C does: for whoever reads the terminal key by key and gets it as one. */
  interrupt(): void;
}

/** Of this process. */
export function processIo(): Io {
  process.stdout.on('error', endOnBrokenPipe);
  process.stderr.on('error', endOnBrokenPipe);
  return {
    env: process.env,
    cwd: process.cwd(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    // Opening it has effects (a pipe is read ahead, a terminal is kept), so only who wants to read does.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    stdinKind: kindOf(0),
    stdoutIsTerminal: isatty(1),
    stderrIsTerminal: isatty(2),
    columns: process.stderr.columns ?? process.stdout.columns ?? 80,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    interrupt: () => void process.kill(process.pid, 'SIGINT'),
  };
}

/** As a shell's own tools: who writes to `head` ends when `head` has enough. The turn goes on. */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(1);
  throw error;
}

function kindOf(fd: number): Io['stdinKind'] {
  if (isatty(fd)) return 'terminal';
  try {
    const stat = fstatSync(fd);
    return stat.isFile() || stat.isFIFO() || stat.isSocket() ? 'data' : 'none';
  } catch {
    return 'none';
  }
}
