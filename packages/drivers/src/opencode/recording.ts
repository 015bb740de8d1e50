// Test support: recorded conversations with the real OpenCode, and the reducers stepped through them.

import { readFileSync } from 'node:fs';
import type { DriverContext, DriverInput, DriverOutput, DriverProtocol, RunId, TurnId } from '@parley/schema';
import { isObject, objectIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';

export const context: DriverContext = { runId: 'run_R' as RunId, cwd: '/project', policy: 'ask', endpoint: 'url' };
export const firstTurn = 'trn_1' as TurnId;

export interface Recording {
  readonly context: DriverContext;
  readonly inputs: readonly DriverInput[];
}

/** `<name>.inputs.jsonl`: the context, then each input that a driver was given while it spoke to the real OpenCode 1.18.33. */
export function recording(name: string): Recording {
  const [head, ...inputs] = linesOf(`${name}.inputs.jsonl`).map((line): unknown => JSON.parse(line));
  // Its run id stays: the answers in it name approvals by it.
  const recorded = objectIn(objectIn(head)['context']) as unknown as DriverContext;
  return {
    context: recorded,
    inputs: inputs.filter(isObject) as readonly Json[] as readonly DriverInput[],
  };
}

/** `<name>.trace.jsonl`: what `opencode run --format json` printed for another client. */
export function trace(name: string): readonly DriverInput[] {
  return linesOf(`${name}.trace.jsonl`).map((line) => ({ type: 'line', line }));
}

function linesOf(file: string): readonly string[] {
  const text = readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** A reducer with its state and all that came out of it. */
export class Machine<State> {
  readonly #protocol: DriverProtocol<State>;
  state: State;
  readonly outputs: DriverOutput[] = [];

  constructor(protocol: DriverProtocol<State>, begin: DriverContext = context) {
    this.#protocol = protocol;
    this.state = protocol.begin(begin);
  }

  give(...inputs: readonly DriverInput[]): readonly DriverOutput[] {
    const given = inputs.flatMap((input) => {
      const step = this.#protocol.step(this.state, input);
      this.state = step.state;
      return step.outputs;
    });
    this.outputs.push(...given);
    return given;
  }

  line(message: object): readonly DriverOutput[] {
    return this.give({ type: 'line', line: JSON.stringify(message) });
  }

  event(type: string, properties: object): readonly DriverOutput[] {
    return this.line({ event: { id: 'evt_1', type, properties: { sessionID: 'ses_1', ...properties } } });
  }
}

export function ofType<Type extends DriverOutput['type']>(
  outputs: readonly DriverOutput[],
  type: Type,
): readonly Extract<DriverOutput, { type: Type }>[] {
  return outputs.filter((output): output is Extract<DriverOutput, { type: Type }> => output.type === type);
}

/** The requests among the outputs, as `METHOD path`. */
export function requests(outputs: readonly DriverOutput[]): readonly string[] {
  return ofType(outputs, 'write').map(({ line }) => {
    const { method, path } = objectIn(JSON.parse(line));
    return `${String(method)} ${String(path)}`;
  });
}

/** The id of the newest request to this path. */
export function requestId(outputs: readonly DriverOutput[], path: string): string {
  const found = ofType(outputs, 'write')
    .map(({ line }) => objectIn(JSON.parse(line)))
    .findLast((request) => String(request['path']).startsWith(path));
  return String(found?.['id']);
}

export const exit = (code: number | null, stderrTail = '', signal: string | null = null): DriverInput => ({
  type: 'exited',
  code,
  signal,
  stderrTail,
});
