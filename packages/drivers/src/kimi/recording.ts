// Test support: recorded runs, and the outputs that they came to.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import type { DriverContext, DriverInput, DriverOutput } from '@parley/schema';
import { objectIn, objectOfLine } from '../shared/json.ts';

const folder = new URL('fixtures/', import.meta.url);
const ending = '.inputs.jsonl';

export function recordedNames(): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).toSorted();
}

/** `<name>.inputs.jsonl`: the context, then each input of a run with the stand-in for legacy kimi, which an independent client was tried on. */
export function recording(name: string): { readonly context: DriverContext; readonly inputs: readonly DriverInput[] } {
  const [head, ...inputs] = fixtureLines(name + ending).map((line) => objectIn(objectOfLine(line)));
  return {
    context: objectIn(head?.context) as unknown as DriverContext,
    inputs: inputs as unknown as readonly DriverInput[],
  };
}

export function fixtureLines(name: string): readonly string[] {
  return readFileSync(new URL(name, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** One output a line. `UPDATE_SNAPSHOTS=1` writes what comes out now; read the difference before it is committed. */
export function matchSnapshot(name: string, outputs: readonly DriverOutput[]): void {
  const file = new URL(`${name}.outputs.jsonl`, folder);
  const text = outputs.map((output) => `${JSON.stringify(output)}\n`).join('');
  if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(file, text);
  assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'));
}
