// For tests: a runtime in a folder of its own that leaves no process and no file behind, and small programs to run in it.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type { Run, RunRequest, Runtime } from '@parley/schema';
import { processTable } from './process-table.ts';
import { createRuntime } from './runtime.ts';
import type { RuntimeOptions } from './options.ts';

export const environment: Readonly<Record<string, string>> = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };

/** Removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-runtime-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Its leftovers, if a test fails half way, are ended after the test. */
export function temporaryRuntime(
  t: TestContext,
  options: Partial<RuntimeOptions> = {},
): { runtime: Runtime; options: RuntimeOptions } {
  const all = {
    directory: path.join(temporaryFolder(t), 'runs'),
    instance: `test-${process.pid}-${Math.random().toString(36).slice(2)}`,
    ...options,
  };
  const runtime = createRuntime(all);
  t.after(() => runtime.sweep(new Set()));
  return { runtime, options: all };
}

export function request(argv: RunRequest['argv'], change: Partial<RunRequest> = {}): RunRequest {
  return { runId: newId('run'), argv, env: environment, cwd: os.tmpdir(), ...change };
}

export const shell = (script: string): RunRequest['argv'] => ['/bin/sh', '-c', script];

/** A Node program that runs in this same Node. */
export const node = (script: string): RunRequest['argv'] => [process.execPath, '-e', script];

export interface LineReader {
  next(): Promise<string>;
  /** All lines that are left. */
  rest(): Promise<string[]>;
}

/** Reads a run line by line. */
export function linesOf(run: Run, offset = 0): LineReader {
  const batches = run.read(offset)[Symbol.asyncIterator]();
  let waiting: readonly string[] = [];
  return {
    async next() {
      while (waiting.length === 0) {
        const { value, done } = await batches.next();
        if (done === true) throw new Error('The run has no more lines.');
        waiting = value.lines;
      }
      const [line = '', ...others] = waiting;
      waiting = others;
      return line;
    },
    async rest() {
      const read = [waiting];
      waiting = [];
      for (let step = await batches.next(); step.done !== true; step = await batches.next())
        read.push(step.value.lines);
      return read.flat();
    },
  };
}

export function isAlive(pid: number): boolean {
  return processTable.startTime(pid) !== undefined;
}

/** For the death of processes that are not our children, which no event tells. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await setTimeout(5);
}
