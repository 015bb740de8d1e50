// Kimi: `kimi --wire` (legacy, 1.49.0) for many turns, and the one-shot modes of both programs.

import { messageOf, Peer } from '../peer.ts';
import type { Message, PeerStart } from '../peer.ts';

export class KimiWirePeer extends Peer {
  #prompt: unknown;
  #asks: string | undefined;
  #steers: unknown[] = [];
  #count = 0;

  protected override get waits(): boolean {
    return this.#asks !== undefined;
  }

  hear(line: string): void {
    const { id, method, params } = messageOf(line);
    const reply = (more: Message): void => void this.plan.unshift(() => this.print({ jsonrpc: '2.0', id, ...more }));
    switch (method) {
      case undefined:
        if (id === this.#asks) this.#asks = undefined;
        return;
      case 'initialize':
        return reply({ result: { protocol_version: '1.10', server: { name: 'Kimi', version: '1.49.0' } } });
      case 'prompt':
        if (this.#prompt !== undefined) return reply({ error: { code: -32000, message: 'An agent turn is running' } });
        return this.#begin(id);
      case 'steer':
        if (this.#prompt === undefined) return reply({ error: { code: -32000, message: 'No agent turn' } });
        this.#steers.push((params as Message)['user_input']);
        return reply({ result: { status: 'steered' } });
      case 'cancel':
        if (this.#prompt === undefined) return reply({ error: { code: -32000, message: 'No agent turn' } });
        this.#asks = undefined;
        this.plan = [() => this.#end({ status: 'cancelled' })];
        return reply({ result: {} });
    }
  }

  #event(type: string, payload: Message): void {
    this.print({ jsonrpc: '2.0', method: 'event', params: { type, payload } });
  }

  #begin(id: unknown): void {
    this.#prompt = id;
    this.plan.push(
      () => this.#event('TurnBegin', { user_input: 'x' }),
      () => this.#event('StepBegin', { n: 1 }),
    );
    for (let n = this.random.below(4); n > 0; n--) this.plan.push(() => this.#work());
    this.plan.push(
      ...this.answer.map((text) => () => this.#event('ContentPart', { type: 'text', text })),
      () => this.#event('TurnEnd', {}),
      () => this.#end(this.random.chance(0.1) ? { status: 'max_steps_reached', steps: 9 } : { status: 'finished' }),
    );
  }

  #work(): void {
    const [steer] = this.#steers.splice(0, 1);
    if (steer !== undefined) return this.#event('SteerInput', { user_input: steer });
    if (this.random.chance(0.2)) return this.#event('ContentPart', { type: 'think', think: 'hm' });
    const id = `tc_${++this.#count}`;
    this.#event('ToolCall', { type: 'function', id, function: { name: 'Shell', arguments: '{"command":"ls"}' } });
    if (this.random.chance(0.5)) {
      this.#asks = `ask-${this.#count}`;
      const payload = {
        id: this.#asks,
        tool_call_id: id,
        sender: 'Shell',
        action: 'run command',
        description: 'ls',
        display: [],
      };
      this.print({ jsonrpc: '2.0', method: 'request', id: this.#asks, params: { type: 'ApprovalRequest', payload } });
    }
    const value = { is_error: false, output: 'a', message: 'ok', display: [] };
    this.plan.unshift(() => this.#event('ToolResult', { tool_call_id: id, return_value: value }));
  }

  #end(result: Message): void {
    this.print({ jsonrpc: '2.0', id: this.#prompt, result }, result['status'] === 'finished');
    this.#prompt = undefined;
    this.#steers = [];
  }
}

/** For one turn, the words on stdin (`kimi --print`) or in the command line (`kimi -p`). */
export class KimiPrintPeer extends Peer {
  override readonly exitProves = true;
  constructor(start: PeerStart, dialect: 'legacy' | 'code') {
    super(start);
    if (dialect === 'code') {
      this.print({ role: 'meta', type: 'system.version', version: '2.1.0' });
      this.#work(() => this.print({ role: 'meta', type: 'session.resume_hint', session_id: start.threadId ?? 's-1' }));
    }
  }

  hear(): void {}

  override endOfInput(): void {
    if (this.plan.length === 0) this.#work(() => undefined);
  }

  #work(conclude: () => void): void {
    const call = { type: 'function', id: 'c1', function: { name: 'Shell', arguments: '{"command":"ls"}' } };
    if (this.random.chance(0.5))
      this.plan.push(
        () => this.print({ role: 'assistant', content: 'I look.', tool_calls: [call] }),
        () => this.print({ role: 'tool', tool_call_id: 'c1', content: 'ok' }),
      );
    this.plan.push(() => {
      if (this.random.chance(0.1)) {
        this.print('Error code: 500 boom');
        return this.exit(1);
      }
      this.print({ role: 'assistant', content: this.answer.join('') });
      conclude();
      this.exit(0);
    });
  }
}
