// What an adapter is connected to: its own three streams and signals. In a test, streams of the test's own.

import type { Readable, Writable } from 'node:stream';

export interface AdapterIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Calls `act` for each of the signals that ask this process to end, until the returned function is called. */
  onSignal(act: (signal: NodeJS.Signals) => void): () => void;
}

const endings = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function processIo(): AdapterIo {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal(act) {
      for (const signal of endings) process.on(signal, act);
      return () => {
        for (const signal of endings) process.off(signal, act);
      };
    },
  };
}

/** One line of JSON to stdout. Resolves when there is room for the next one. */
export function tell(io: AdapterIo, line: string): Promise<void> | undefined {
  if (io.stdout.write(`${line}\n`) || io.stdout.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      io.stdout.off('drain', done).off('close', done);
      resolve();
    };
    io.stdout.once('drain', done).once('close', done);
  });
}
