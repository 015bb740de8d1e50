// Test support: recorded conversations with the real claude, and the reducer stepped through them.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import type { DriverContext, DriverInput, DriverOutput } from '@parley/schema';
import { objectIn, objectOfLine } from '../shared/json.ts';
import { protocol } from './protocol.ts';
import type { ClaudeState } from './state.ts';

/** `<name>.inputs.jsonl`: the context, then each input that this driver was given while it spoke to claude 2.1.329. */
export interface Recording {
  readonly context: DriverContext;
  readonly inputs: readonly DriverInput[];
}

const folder = new URL('fixtures/', import.meta.url);
const ending = '.inputs.jsonl';

export function recordedNames(): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).toSorted();
}

export function recording(name: string): Recording {
  const lines = readFileSync(new URL(name + ending, folder), 'utf8').split('\n');
  const [head, ...inputs] = lines.filter((line) => line !== '').map((line) => objectOfLine(line) ?? {});
  return {
    context: objectIn(head?.context) as unknown as DriverContext,
    inputs: inputs as unknown as readonly DriverInput[],
  };
}

export interface Played {
  readonly state: ClaudeState;
  readonly outputs: readonly DriverOutput[];
}

export function play({ context, inputs }: Recording): Played {
  let state = protocol.begin(context);
  const outputs: DriverOutput[] = [];
  for (const input of inputs) {
    const next = protocol.step(state, input);
    state = next.state;
    outputs.push(...next.outputs);
  }
  return { state, outputs };
}

/** One output a line. `UPDATE_SNAPSHOTS=1` writes what comes out now; read the difference before it is committed. */
export function matchSnapshot(name: string, outputs: readonly DriverOutput[]): void {
  const file = new URL(`${name}.outputs.jsonl`, folder);
  const text = outputs.map((output) => `${JSON.stringify(output)}\n`).join('');
  if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(file, text);
  assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'));
}
