// Test support: what the real `claude -p` 2.1.329 said, and the one-shot reducer stepped through it.

import { readFileSync } from 'node:fs';
import type { DriverContext, DriverInput, DriverOutput, RunId, TurnId } from '@parley/schema';
import { objectIn, objectOfLine } from '../../shared/json.ts';
import { printProtocol } from './protocol.ts';

export const turnId = 'trn_1' as TurnId;
export const context: DriverContext = {
  runId: 'run_1' as RunId,
  cwd: '/home/dev/project',
  policy: 'full',
  endpoint: 'url',
};

export function play(inputs: readonly DriverInput[], given: DriverContext = context): readonly DriverOutput[] {
  let state = printProtocol.begin(given);
  return inputs.flatMap((input) => {
    const next = printProtocol.step(state, input);
    state = next.state;
    return next.outputs;
  });
}

export const recorded = [
  'answer',
  'ask',
  'file',
  'interrupt',
  'killed',
  'model-400',
  'model-401',
  'resume',
  'resume-unknown',
];

/** `<name>.inputs.jsonl`: the context, then each input that this driver was given while it drove the real program. */
export function recording(name: string): { readonly context: DriverContext; readonly inputs: readonly DriverInput[] } {
  const text = readFileSync(new URL(`fixtures/${name}.inputs.jsonl`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  const [head, ...inputs] = lines.map((line) => objectOfLine(line) ?? {});
  return {
    context: objectIn(head?.['context']) as unknown as DriverContext,
    inputs: inputs as unknown as readonly DriverInput[],
  };
}

export function outputsOf(name: string): readonly DriverOutput[] {
  const { context: given, inputs } = recording(name);
  return play(inputs, given);
}

/** How the one turn ended: its state, or the code of its error. */
export function endOf(outputs: readonly DriverOutput[]): string {
  const ends = outputs.flatMap((output) => (output.type === 'turn-ended' ? [output.end] : []));
  return ends.map((end) => ('error' in end ? end.error.code : end.state)).join(' ');
}
