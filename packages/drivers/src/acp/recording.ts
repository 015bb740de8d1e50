// Test support: recorded conversations of another client with real agents, and the reducer stepped through them.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { DriverContext, DriverInput, DriverOutput, DriverProtocol, RunId, TurnId } from '@parley/schema';
import { isObject, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { usualDialect } from './dialect.ts';
import type { AcpDialect } from './dialect.ts';
import { acpProtocol } from './protocol.ts';
import type { AcpState } from './state.ts';

export const runId = 'run_R' as RunId;

const folder = new URL('fixtures/', import.meta.url);
const ending = '.trace.jsonl';

export function traceNames(): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).toSorted();
}

/** Every line that a recorded agent wrote. */
export function traceLines(): readonly string[] {
  return traceNames().flatMap((name) =>
    recordsOf(name).flatMap((record) => (record['dir'] === 'out' ? [JSON.stringify(record['msg'])] : [])),
  );
}

function recordsOf(name: string): readonly Json[] {
  return readFileSync(new URL(name + ending, folder), 'utf8')
    .split('\n')
    .map(objectOfLine)
    .filter(isObject);
}

/** One agent's machine, and everything that came out of it. */
export class Stepper {
  readonly all: DriverOutput[] = [];
  readonly #protocol: DriverProtocol<AcpState>;
  state: AcpState;

  constructor(dialect: AcpDialect, context: Partial<DriverContext> = {}) {
    this.#protocol = acpProtocol(dialect);
    this.state = this.#protocol.begin({ runId, cwd: '/code', policy: 'ask', endpoint: 'own', ...context });
  }

  feed(input: DriverInput): readonly DriverOutput[] {
    const { state, outputs } = this.#protocol.step(this.state, input);
    this.state = state;
    this.all.push(...outputs);
    return outputs;
  }

  line(message: Json): readonly DriverOutput[] {
    return this.feed({ type: 'line', line: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }
}

/** What a step wrote, as objects. */
export function written(outputs: readonly DriverOutput[]): readonly Json[] {
  return outputs.flatMap((output) => (output.type === 'write' ? [objectIn(objectOfLine(output.line))] : []));
}

/**
 * `<agent>-<name>.trace.jsonl`: `{dir: in|out, msg}`. What that client asked becomes what our engine would ask; the agent's replies are given
 * to our requests of the same method.
 */
export function playTrace(name: string): readonly DriverOutput[] {
  const records = readFileSync(new URL(name + ending, folder), 'utf8')
    .split('\n')
    .map(objectOfLine)
    .filter(isObject);
  const messages = records.map((record) => ({ fromAgent: record['dir'] === 'out', message: objectIn(record['msg']) }));
  const loaded = messages.find(({ message }) => message['method'] === 'session/load');
  const threadId = stringIn(objectIn(loaded?.message['params'])['sessionId']);
  const dialect: AcpDialect = {
    ...usualDialect('Agent'),
    authMethod: (_, offered) => offered.find((method) => method === 'gemini-api-key'),
  };
  const stepper = new Stepper(dialect, { cwd: '$CWD', ...(threadId === undefined ? {} : { threadId }) });
  const asked = new Map<unknown, string>();
  const ours = new Map<string, unknown[]>();
  const feed = (input: DriverInput): void => {
    for (const { id, method } of written(stepper.feed(input)))
      if (typeof method === 'string' && id !== undefined)
        ours.set(alias(method), [...(ours.get(alias(method)) ?? []), id]);
  };
  feed({ type: 'opened' });
  for (const { fromAgent, message } of messages) {
    const method = stringIn(message['method']);
    if (fromAgent) {
      const id = method === undefined ? ours.get(asked.get(message['id']) ?? '')?.shift() : message['id'];
      if (method !== undefined || id !== undefined)
        feed({ type: 'line', line: JSON.stringify(id === undefined ? message : { ...message, id }) });
      continue;
    }
    if (method !== undefined) asked.set(message['id'], alias(method));
    const active = stepper.state.turn?.turnId ?? ('trn_none' as TurnId);
    if (method === 'session/prompt')
      feed({
        type: 'start',
        turnId: `trn_${String(message['id'])}` as TurnId,
        text: textOf(objectIn(message['params'])),
      });
    if (method === 'session/cancel') feed({ type: 'interrupt', turnId: active });
    const chosen = stringIn(objectIn(objectIn(message['result'])['outcome'])['optionId']);
    const approvalId = [...stepper.state.approvals.keys()][0];
    if (chosen !== undefined && approvalId !== undefined) {
      const option = /reject|cancel/.test(chosen) ? 'deny' : 'allow';
      feed({ type: 'answer', approvalId, option, answer: { optionId: chosen } });
    }
  }
  feed({ type: 'exited', code: 0, signal: null, stderrTail: '' });
  return stepper.all;
}

/** That client loaded where we resume; the replies are alike. */
function alias(method: string): string {
  return method === 'session/resume' ? 'session/load' : method;
}

function textOf(params: Json): string {
  const [first] = Array.isArray(params['prompt']) ? params['prompt'] : [];
  return stringIn(objectIn(first)['text']) ?? '';
}

/** One output a line. `UPDATE_SNAPSHOTS=1` writes what comes out now; read the difference before it is committed. */
export function matchSnapshot(name: string, outputs: readonly DriverOutput[]): void {
  const file = new URL(`${name}.outputs.jsonl`, folder);
  const text = outputs.map((output) => `${JSON.stringify(output)}\n`).join('');
  if (process.env['UPDATE_SNAPSHOTS'] === '1') writeFileSync(file, text);
  assert.deepEqual(text.split('\n'), readFileSync(file, 'utf8').split('\n'));
}
