// For tests: an adapter run in this process, between streams of the test's own.

import { PassThrough } from 'node:stream';
import type { AdapterIo } from './io.ts';

export interface RunningAdapter {
  readonly code: Promise<number>;
  write(line: object | string): void;
  endInput(): void;
  signal(signal: NodeJS.Signals): void;
  /** The next line of stdout that fits, as JSON; lines before it are skipped. */
  line(fits: (message: Readonly<Record<string, unknown>>) => boolean): Promise<Readonly<Record<string, unknown>>>;
  /** All that was printed, once it has ended. */
  output(): Promise<string>;
  stderr(): string;
}

export function runAdapterHere(
  adapter: (argv: readonly string[], io: AdapterIo) => Promise<number>,
  argv: readonly string[],
  change: Partial<AdapterIo> = {},
): RunningAdapter {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const said: Buffer[] = [];
  const failed: Buffer[] = [];
  let act: (signal: NodeJS.Signals) => void = () => undefined;
  let wake: () => void = () => undefined;
  stdout.on('data', (chunk: Buffer) => {
    said.push(chunk);
    wake();
  });
  stderr.on('data', (chunk: Buffer) => failed.push(chunk));
  const text = (): string => Buffer.concat(said).toString('utf8');
  const code = adapter(argv, {
    stdin,
    stdout,
    stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal: (each) => {
      act = each;
      return () => (act = () => undefined);
    },
    ...change,
  });
  let seen = 0;
  return {
    code,
    write: (line) => void stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
    endInput: () => void stdin.end(),
    signal: (signal) => act(signal),
    async line(fits) {
      for (;;) {
        const lines = text().split('\n').slice(0, -1);
        for (; seen < lines.length; seen++) {
          const message: Readonly<Record<string, unknown>> = JSON.parse(lines[seen] ?? '');
          if (!fits(message)) continue;
          seen++;
          return message;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    async output() {
      await code;
      return text();
    },
    stderr: () => Buffer.concat(failed).toString('utf8'),
  };
}
