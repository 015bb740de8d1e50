// Test support: a machine in hand, and lines as claude 2.1.329 writes them.

import type { DriverContext, DriverInput, DriverOutput, RunId, TurnId } from '@parley/schema';
import { objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { protocol } from './protocol.ts';
import type { ClaudeState } from './state.ts';

export const turnA = 'trn_a' as TurnId;
export const turnB = 'trn_b' as TurnId;
export const turnC = 'trn_c' as TurnId;

const sessionId = '11111111-2222-4333-8444-555555555555';

export class Machine {
  state: ClaudeState;
  readonly outputs: DriverOutput[] = [];

  constructor(context: Partial<DriverContext> = {}) {
    this.state = protocol.begin({ runId: 'run_1' as RunId, cwd: '/code', policy: 'ask', endpoint: 'own', ...context });
  }

  /** A machine whose handshake is done. */
  static ready(context: Partial<DriverContext> = {}): Machine {
    const machine = new Machine(context);
    machine.give({ type: 'opened' });
    machine.line(response('parley-1', {}));
    return machine;
  }

  /** A machine that works on turn A. */
  static working(context: Partial<DriverContext> = {}): Machine {
    const machine = Machine.ready(context);
    machine.start(turnA);
    machine.take(1);
    return machine;
  }

  give(input: DriverInput): readonly DriverOutput[] {
    const { state, outputs } = protocol.step(this.state, input);
    this.state = state;
    this.outputs.push(...outputs);
    return outputs;
  }

  line(message: Json | string): readonly DriverOutput[] {
    return this.give({ type: 'line', line: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  start(turnId: TurnId, text = 'do it'): readonly DriverOutput[] {
    return this.give({ type: 'start', turnId, text });
  }

  /** The uuid of the n-th user message that was written, from 1. */
  uuid(n: number): string {
    const users = this.written().filter((line) => line.type === 'user');
    return stringIn(users[n - 1]?.uuid) ?? '';
  }

  /** Claude takes the n-th user message. */
  take(n: number): readonly DriverOutput[] {
    return this.line({ type: 'command_lifecycle', command_uuid: this.uuid(n), state: 'started' });
  }

  written(): readonly Json[] {
    return this.outputs.flatMap((output) => (output.type === 'write' ? [objectIn(objectOfLine(output.line))] : []));
  }

  lastWritten(): Json {
    return this.written().at(-1) ?? {};
  }

  ends(): readonly string[] {
    return this.outputs.flatMap((output) =>
      output.type === 'turn-ended' ? [`${output.turnId} ${output.end.state}`] : [],
    );
  }
}

export function response(requestId: unknown, answer: Json): Json {
  return { type: 'control_response', response: { subtype: 'success', request_id: requestId, response: answer } };
}

export function said(text: string): Json {
  return { type: 'assistant', message: { content: [{ type: 'text', text }] }, parent_tool_use_id: null };
}

export function used(id: string, name: string, input: Json): Json {
  return { type: 'assistant', message: { content: [{ type: 'tool_use', id, name, input }] }, parent_tool_use_id: null };
}

export function gave(id: string, content: string, more: Json = {}): Json {
  const block = { type: 'tool_result', tool_use_id: id, content, is_error: false };
  return { type: 'user', message: { content: [block] }, parent_tool_use_id: null, ...more };
}

export function asks(requestId: string, name: string, input: Json, more: Json = {}): Json {
  const request = { subtype: 'can_use_tool', tool_name: name, input, tool_use_id: 'toolu_1', ...more };
  return { type: 'control_request', request_id: requestId, request };
}

export function result(more: Json = {}): Json {
  return {
    type: 'result',
    subtype: 'success',
    is_error: false,
    num_turns: 1,
    result: 'done',
    session_id: sessionId,
    ...more,
  };
}

export const aborted = result({
  subtype: 'error_during_execution',
  is_error: true,
  terminal_reason: 'aborted_streaming',
  result: undefined,
  errors: ['[ede_diagnostic]'],
});

export function init(more: Json = {}): Json {
  return {
    type: 'system',
    subtype: 'init',
    session_id: sessionId,
    model: 'claude-sonnet-5-5',
    claude_code_version: '2.1.329',
    ...more,
  };
}

export function streamed(event: Json): Json {
  return { type: 'stream_event', event, parent_tool_use_id: null };
}
