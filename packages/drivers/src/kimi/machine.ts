// Test support: a reducer in hand, and lines as kimi writes them.

import type { DriverContext, DriverInput, DriverOutput, DriverProtocol, RunId, TurnId } from '@parley/schema';
import { objectIn, objectOfLine } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { wireProtocol } from './wire.ts';
import type { WireState } from './wire-state.ts';

export const turnA = 'trn_a' as TurnId;
export const turnB = 'trn_b' as TurnId;
export const turnC = 'trn_c' as TurnId;

export class Machine<State> {
  state: State;
  readonly outputs: DriverOutput[] = [];
  readonly #protocol: DriverProtocol<State>;

  constructor(protocol: DriverProtocol<State>, context: Partial<DriverContext> = {}) {
    this.#protocol = protocol;
    this.state = protocol.begin({ runId: 'run_1' as RunId, cwd: '/code', policy: 'ask', endpoint: 'url', ...context });
  }

  give(input: DriverInput): readonly DriverOutput[] {
    const { state, outputs } = this.#protocol.step(this.state, input);
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

  exit(code: number | null, stderrTail = '', signal: string | null = null): readonly DriverOutput[] {
    return this.give({ type: 'exited', code, signal, stderrTail });
  }

  written(): readonly Json[] {
    return this.outputs.flatMap((output) => (output.type === 'write' ? [objectIn(objectOfLine(output.line))] : []));
  }

  of<Type extends DriverOutput['type']>(type: Type): readonly Extract<DriverOutput, { type: Type }>[] {
    return this.outputs.filter((output): output is Extract<DriverOutput, { type: Type }> => output.type === type);
  }

  ends(): readonly string[] {
    return this.of('turn-ended').map(({ turnId, end }) =>
      'error' in end ? `${turnId} ${end.state} ${end.error.code}` : `${turnId} ${end.state}`,
    );
  }

  /** The texts of one kind of item, deltas joined, as the engine would have them. */
  texts(type: 'assistant_message' | 'reasoning'): readonly string[] {
    return this.of('item-completed').flatMap(({ item }) => {
      if (item.type !== type) return [];
      const deltas = this.of('item-delta').filter(({ itemId }) => itemId === item.id);
      return [item.text === '' ? deltas.map(({ text }) => text).join('') : item.text];
    });
  }
}

/** The wire, before its handshake is answered. */
export class WireMachine extends Machine<WireState> {
  constructor(context: Partial<DriverContext> = {}) {
    super(wireProtocol, context);
  }

  /** A machine that works on turn A. */
  static working(context: Partial<DriverContext> = {}): WireMachine {
    const machine = new WireMachine(context);
    machine.give({ type: 'opened' });
    machine.greet();
    machine.start(turnA);
    machine.event('TurnBegin', { user_input: 'do it' });
    machine.event('StepBegin', { n: 1 });
    return machine;
  }

  greet(): void {
    this.result(this.idOf('initialize'), { protocol_version: '1.10', server: { name: 'Kimi', version: '1.49.0' } });
  }

  event(type: string, payload: Json = {}): readonly DriverOutput[] {
    return this.line({ jsonrpc: '2.0', method: 'event', params: { type, payload } });
  }

  request(type: string, payload: Json): readonly DriverOutput[] {
    return this.line({ jsonrpc: '2.0', method: 'request', id: payload.id, params: { type, payload } });
  }

  result(id: unknown, result: Json): readonly DriverOutput[] {
    return this.line({ jsonrpc: '2.0', id, result });
  }

  error(id: unknown, code: number, message: string): readonly DriverOutput[] {
    return this.line({ jsonrpc: '2.0', id, error: { code, message, data: null } });
  }

  /** The id of our last request of this method. */
  idOf(method: string): unknown {
    return this.written().findLast((message) => message.method === method)?.id;
  }

  /** What we answered to kimi's request. */
  answerTo(id: string): Json {
    return objectIn(this.written().findLast((message) => message.id === id && message.method === undefined)?.result);
  }

  say(text: string): readonly DriverOutput[] {
    return this.event('ContentPart', { type: 'text', text });
  }

  endTurn(result: Json = { status: 'finished' }): readonly DriverOutput[] {
    this.event('TurnEnd');
    return this.result(this.idOf('prompt'), result);
  }
}

export const shellRequest = (id: string, callId = 'tc_1'): Json => ({
  id,
  tool_call_id: callId,
  sender: 'Shell',
  action: 'run command',
  description: 'Run command `ls`',
  display: [{ type: 'shell', language: 'bash', command: 'ls' }],
});
