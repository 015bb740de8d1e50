// An agent that speaks ACP over stdio. Which extras it offers is chance: resume or load, `_session/steering`.

import { messageOf, Peer, wordsIn } from '../peer.ts';
import type { Message, PeerStart } from '../peer.ts';

export class AcpPeer extends Peer {
  readonly #canResume: boolean;
  readonly #canSteer: boolean;
  #threadId = 's-1';
  #prompt: unknown;
  #asks: string | undefined;
  #count = 0;

  constructor(start: PeerStart) {
    super(start);
    this.#canResume = this.random.chance(0.5);
    this.#canSteer = this.random.chance(0.5);
  }

  protected override get waits(): boolean {
    return this.#asks !== undefined;
  }

  hear(line: string): void {
    const { id, method, params, ...rest } = messageOf(line);
    if (method === undefined) {
      if (id === this.#asks && ('result' in rest || 'error' in rest)) this.#asks = undefined;
      return;
    }
    const reply = (result: Message, ...then: (() => void)[]): void =>
      void this.plan.unshift(() => this.print({ jsonrpc: '2.0', id, result }), ...then);
    switch (method) {
      case 'initialize':
        return reply({
          protocolVersion: 1,
          agentInfo: { name: 'peer', version: '1.0.0' },
          agentCapabilities: { loadSession: true, sessionCapabilities: this.#canResume ? { resume: {} } : {} },
          authMethods: [],
          _meta: { steering: { supported: this.#canSteer } },
        });
      case 'session/new':
      case 'session/load':
      case 'session/resume': {
        this.#threadId = wordsIn(params as Message, 'sessionId', 's-1');
        const modes = ['default', 'plan', 'yolo', 'auto-approve', 'build'].map((mode) => ({ id: mode, name: mode }));
        return reply(
          { sessionId: this.#threadId, modes: { currentModeId: 'default', availableModes: modes } },
          // Ends the history that gemini tells again.
          () => this.#update({ sessionUpdate: 'available_commands_update', availableCommands: [] }),
        );
      }
      case 'session/prompt':
        return this.#begin(id);
      case 'session/cancel':
        if (this.#prompt === undefined) return;
        this.#asks = undefined;
        this.plan = [() => this.#end('cancelled')];
        return;
      case '_session/steering':
        if (this.#prompt === undefined) return reply({ outcome: 'promptRequired' });
        return reply({ outcome: this.random.pick(['injected', 'injected', 'failed', 'startedNewTurn']) });
      default:
        if (id !== undefined) reply({});
    }
  }

  #update(update: Message): void {
    this.print({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: this.#threadId, update } });
  }

  #begin(id: unknown): void {
    this.#prompt = id;
    const chunk = (type: string, text: string): void =>
      this.#update({ sessionUpdate: type, messageId: `m${this.#count}`, content: { type: 'text', text } });
    for (let n = this.random.below(4); n > 0; n--) this.plan.push(() => this.#work(chunk));
    this.plan.push(...this.answer.map((text) => () => chunk('agent_message_chunk', text)), () =>
      this.#end(this.random.pick(['end_turn', 'end_turn', 'end_turn', 'end_turn', 'refusal', 'max_tokens'])),
    );
  }

  #work(chunk: (type: string, text: string) => void): void {
    if (this.random.chance(0.3)) return chunk('agent_thought_chunk', 'hm');
    const toolCallId = `call-${++this.#count}`;
    const call = { toolCallId, title: 'ls', kind: 'execute', rawInput: { command: 'ls' } };
    this.#update({ sessionUpdate: 'tool_call', ...call, status: 'pending' });
    if (this.random.chance(0.5)) {
      this.#asks = `ask-${this.#count}`;
      const options = [
        { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
        { optionId: 'no', name: 'No', kind: 'reject_once' },
      ];
      const params = { sessionId: this.#threadId, toolCall: call, options };
      this.print({ jsonrpc: '2.0', id: this.#asks, method: 'session/request_permission', params });
    }
    this.plan.unshift(() => this.#update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' }));
  }

  #end(stopReason: string): void {
    const result = { stopReason, usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } };
    this.print({ jsonrpc: '2.0', id: this.#prompt, result }, stopReason === 'end_turn');
    this.#prompt = undefined;
  }
}
