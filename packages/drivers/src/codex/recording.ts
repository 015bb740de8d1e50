// Test support: recorded conversations with the real Codex, and the reducer stepped through them.

import { readFileSync } from 'node:fs';
import type { DriverContext, DriverInput, DriverOutput, RunId, TurnId } from '@parley/schema';
import { isObject, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { protocol } from './protocol.ts';
import type { CodexState } from './state.ts';

export interface Recording {
  readonly context: DriverContext;
  readonly inputs: readonly DriverInput[];
}

export const runId = 'run_R' as RunId;

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** `<name>.inputs.jsonl`: the context, then each input that this driver was given while it spoke to the real Codex. */
export function recording(name: string): Recording {
  const [head, ...inputs] = lines(fixture(`${name}.inputs.jsonl`));
  const context = objectIn(head?.['context']) as unknown as DriverContext;
  return { context: { ...context, runId }, inputs: inputs as unknown as readonly DriverInput[] };
}

export interface Step {
  readonly input: DriverInput;
  readonly outputs: readonly DriverOutput[];
}

export function play({ context, inputs }: Recording): { readonly state: CodexState; readonly steps: readonly Step[] } {
  let state = protocol.begin(context);
  const steps = inputs.map((input) => {
    const next = protocol.step(state, input);
    state = next.state;
    return { input, outputs: next.outputs };
  });
  return { state, steps };
}

export function outputsOf(recorded: Recording): readonly DriverOutput[] {
  return play(recorded).steps.flatMap(({ outputs }) => outputs);
}

/**
 * `<name>.trace.jsonl`: a conversation of another client with Codex 0.169.0 (`{dir: in|out, msg}`). What that client asked becomes what
 * our engine would ask; Codex's replies are given to our requests of the same method.
 */
export function playTrace(name: string, policy: DriverContext['policy']): readonly DriverOutput[] {
  let state = protocol.begin({ runId, cwd: '$CWD', policy, endpoint: 'own' });
  const all: DriverOutput[] = [];
  const asked = new Map<unknown, string>();
  const ours = new Map<string, number[]>();
  let approvals = 0;
  const feed = (input: DriverInput): void => {
    const next = protocol.step(state, input);
    state = next.state;
    for (const output of next.outputs) {
      all.push(output);
      const sent = output.type === 'write' ? objectIn(objectOfLine(output.line)) : {};
      if (typeof sent['method'] === 'string' && typeof sent['id'] === 'number')
        ours.set(sent['method'], [...(ours.get(sent['method']) ?? []), sent['id']]);
    }
  };
  const active = (): TurnId => state.turn?.turnId ?? ('trn_none' as TurnId);
  feed({ type: 'opened' });
  for (const record of lines(fixture(`${name}.trace.jsonl`))) {
    const message = objectIn(record['msg']);
    const method = stringIn(message['method']);
    if (record['dir'] === 'out') {
      if (method !== undefined) feed({ type: 'line', line: JSON.stringify(message) });
      else {
        const id = ours.get(asked.get(message['id']) ?? '')?.shift();
        if (id !== undefined) feed({ type: 'line', line: JSON.stringify({ ...message, id }) });
      }
      continue;
    }
    if (method !== undefined) asked.set(message['id'], method);
    const params = objectIn(message['params']);
    if (method === 'thread/resume' && ours.get('thread/start') !== undefined)
      ours.set('thread/resume', ours.get('thread/start') ?? []);
    if (method === 'turn/start')
      feed({ type: 'start', turnId: `trn_${String(message['id'])}` as TurnId, text: textOf(params) });
    if (method === 'turn/steer')
      feed({ type: 'steer', into: active(), turnId: `trn_${String(message['id'])}` as TurnId, text: textOf(params) });
    if (method === 'turn/interrupt') feed({ type: 'interrupt', turnId: active() });
    const decision = objectIn(message['result'])['decision'];
    const approvalId = [...state.approvals.keys()][0];
    if (typeof decision === 'string' && approvalId !== undefined) {
      approvals++;
      const option = decision === 'accept' ? 'allow' : 'deny';
      feed({ type: 'answer', approvalId, option, answer: { optionId: option, message: String(approvals) } });
    }
  }
  return all;
}

function textOf(params: Json): string {
  const [first] = Array.isArray(params['input']) ? params['input'] : [];
  return stringIn(objectIn(first)['text']) ?? '';
}

function lines(text: string): readonly Json[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(isObject);
}
