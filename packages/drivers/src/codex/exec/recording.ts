// Test support: what the real `codex exec` 0.169.0 said, and the reducer stepped through it.

import { readFileSync } from 'node:fs';
import type { DriverContext, DriverInput, DriverOutput, RunId, TurnId } from '@parley/schema';
import { listIn, numberIn, objectIn, objectOfLine, stringIn } from '../../shared/json.ts';
import { execProtocol } from './protocol.ts';

export const turnId = 'trn_1' as TurnId;
export const context: DriverContext = {
  runId: 'run_1' as RunId,
  cwd: '/home/dev/project',
  policy: 'full',
  endpoint: 'url',
};

export function play(inputs: readonly DriverInput[], given: DriverContext = context): readonly DriverOutput[] {
  let state = execProtocol.begin(given);
  return inputs.flatMap((input) => {
    const next = execProtocol.step(state, input);
    state = next.state;
    return next.outputs;
  });
}

function linesOf(name: string): readonly string[] {
  const text = readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

export const recorded = ['answer', 'ask', 'file', 'interrupt', 'killed', 'model-401', 'resume', 'resume-unknown'];

/** `<name>.inputs.jsonl`: the context, then each input that this driver was given while it drove the real program. */
export function recording(name: string): { readonly context: DriverContext; readonly inputs: readonly DriverInput[] } {
  const [head, ...inputs] = linesOf(`${name}.inputs.jsonl`).map((line) => objectOfLine(line) ?? {});
  return {
    context: objectIn(head?.['context']) as unknown as DriverContext,
    inputs: inputs as unknown as readonly DriverInput[],
  };
}

export function outputsOf(name: string): readonly DriverOutput[] {
  const { context: given, inputs } = recording(name);
  return play(inputs, given);
}

/** `traces.jsonl`: runs that others started, with a scripted model server. */
export function traceNames(): readonly string[] {
  return linesOf('traces.jsonl').map((line) => stringIn(objectOfLine(line)?.['name']) ?? '');
}

/** The inputs that a trace would have been. */
export function traceInputs(name: string): readonly DriverInput[] {
  const trace =
    linesOf('traces.jsonl')
      .map(objectOfLine)
      .find((each) => each?.['name'] === name) ?? {};
  return [
    { type: 'opened' },
    { type: 'start', turnId, text: 'do it' },
    ...listIn(trace['lines']).map((line): DriverInput => ({ type: 'line', line: stringIn(line) ?? '' })),
    {
      type: 'exited',
      code: numberIn(trace['code']) ?? null,
      signal: stringIn(trace['signal']) ?? null,
      stderrTail: stringIn(trace['stderr']) ?? '',
    },
  ];
}

/** How the one turn ended: its state, or the code of its error. */
export function endOf(outputs: readonly DriverOutput[]): string {
  const ends = outputs.flatMap((output) => (output.type === 'turn-ended' ? [output.end] : []));
  return ends.map((end) => ('error' in end ? end.error.code : end.state)).join(' ');
}
