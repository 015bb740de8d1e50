// `codex app-server` as far as a conversation needs it, with facts of 0.169.0: refuses words and interrupts before `turn/started`, proves
// steered words by their item, keeps those that it did not get to for itself.

import { messageOf, Peer, textIn } from '../peer.ts';
import type { Message, PeerStart } from '../peer.ts';

export class CodexPeer extends Peer {
  readonly #threadId: string;
  #turn: string | undefined;
  #running = false;
  #asks: string | undefined;
  #count = 0;
  #steers: { readonly clientId: unknown; readonly text: string }[] = [];

  constructor(start: PeerStart) {
    super(start);
    this.#threadId = start.threadId ?? 'thread-1';
  }

  protected override get waits(): boolean {
    return this.#asks !== undefined;
  }

  hear(line: string): void {
    const { id, method, params, ...rest } = messageOf(line);
    if (method === undefined) {
      if (id === this.#asks && 'result' in rest) this.#asks = undefined;
      return;
    }
    const reply = (result: Message): void => void this.plan.unshift(() => this.print({ id, result }));
    switch (method) {
      case 'initialize':
        return reply({ userAgent: 'parley/0.169.0 (Linux)' });
      case 'thread/start':
      case 'thread/resume':
        return reply({ thread: { id: this.#threadId }, model: 'gpt-5.5', cwd: '/' });
      case 'turn/start':
        return this.#begin(id, params as Message);
      case 'turn/steer':
        return this.#steer(id, params as Message);
      case 'turn/interrupt':
        if (!this.#running)
          return void this.plan.unshift(() => this.print({ id, error: { code: -32600, message: 'no' } }));
        reply({});
        this.#asks = undefined;
        this.plan.splice(1, Infinity, () => this.#end({ status: 'interrupted' }));
        return;
      default:
        if (id !== undefined) reply({});
    }
  }

  #tell(method: string, params: Message): void {
    this.print({ method, params: { threadId: this.#threadId, turnId: this.#turn, ...params } });
  }

  #begin(id: unknown, params: Message): void {
    const turn = `turn-${++this.#count}`;
    const item = (type: string, more: Message): void => {
      const whole = { type, id: `item-${++this.#count}`, ...more };
      this.#tell('item/started', { item: { ...whole, text: '' } });
      if (type === 'agentMessage')
        for (const delta of this.answer) this.#tell('item/agentMessage/delta', { itemId: whole.id, delta });
      this.#tell('item/completed', { item: whole });
    };
    this.plan.push(
      () => {
        this.#turn = turn;
        if (this.random.chance(0.05)) return this.#refuse(id);
        this.print({ id, result: { turn: { id: turn, status: 'inProgress', items: [] } } });
      },
      () => {
        this.#running = true;
        this.print({ method: 'turn/started', params: { threadId: this.#threadId, turn: { id: turn } } });
        item('userMessage', { clientId: params['clientUserMessageId'], content: params['input'] });
      },
    );
    for (let n = this.random.below(4); n > 0; n--) this.plan.push(() => this.#work(item));
    this.plan.push(
      () => item('agentMessage', { text: this.answer.join('') }),
      () =>
        this.#end(this.random.chance(0.1) ? { status: 'failed', error: { message: 'boom' } } : { status: 'completed' }),
    );
  }

  #refuse(id: unknown): void {
    this.plan = [];
    this.#turn = undefined;
    this.print({ id, error: { code: -32603, message: 'cannot' } });
  }

  #work(item: (type: string, more: Message) => void): void {
    const steer = this.#steers.shift();
    if (steer !== undefined)
      return item('userMessage', { clientId: steer.clientId, content: [{ type: 'text', text: steer.text }] });
    if (this.random.chance(0.4)) return this.#ask();
    if (this.random.chance(0.5)) return item('reasoning', { summary: ['hm'], content: [] });
    item('commandExecution', { command: 'ls', cwd: '/', status: 'completed', exitCode: 0, aggregatedOutput: 'a' });
  }

  #ask(): void {
    const id = `ask-${++this.#count}`;
    this.#asks = id;
    const params = { threadId: this.#threadId, turnId: this.#turn, itemId: id, command: 'rm -r x', cwd: '/' };
    this.print({ id, method: 'item/commandExecution/requestApproval', params: { kind: 'command', ...params } });
  }

  #steer(id: unknown, params: Message): void {
    if (!this.#running || params['expectedTurnId'] !== this.#turn) {
      this.plan.unshift(() => this.print({ id, error: { code: -32600, message: 'no active turn to steer' } }));
      return;
    }
    this.#steers.push({ clientId: params['clientUserMessageId'], text: textIn(params['input']) });
    this.plan.unshift(() => this.print({ id, result: { turnId: this.#turn } }));
  }

  #end(end: Message): void {
    const turn = { id: this.#turn, items: [], ...end };
    this.#running = false;
    this.#steers = [];
    this.print({ method: 'turn/completed', params: { threadId: this.#threadId, turn } }, end['status'] === 'completed');
    this.#turn = undefined;
  }
}

/** For one turn: `codex exec --json`. */
export class CodexExecPeer extends Peer {
  constructor(start: PeerStart) {
    super(start);
    this.plan.push(() => this.print({ type: 'thread.started', thread_id: start.threadId ?? 'thread-1' }));
  }

  hear(): void {}

  override endOfInput(): void {
    const item = {
      id: 'item_0',
      type: 'command_execution',
      command: 'ls',
      aggregated_output: '',
      status: 'in_progress',
    };
    const done = { ...item, aggregated_output: 'a\n', exit_code: 0, status: 'completed' };
    this.plan.push(() => this.print({ type: 'turn.started' }));
    if (this.random.chance(0.5))
      this.plan.push(
        () => this.print({ type: 'item.started', item }),
        () => this.print({ type: 'item.completed', item: done }),
      );
    this.plan.push(
      () =>
        this.print({
          type: 'item.completed',
          item: { id: 'item_1', type: 'agent_message', text: this.answer.join('') },
        }),
      () => {
        if (this.random.chance(0.1)) {
          this.print({ type: 'turn.failed', error: { message: 'boom' } });
          return this.exit(1);
        }
        this.print(
          { type: 'turn.completed', usage: { input_tokens: 3, cached_input_tokens: 1, output_tokens: 2 } },
          true,
        );
        this.exit(0);
      },
    );
  }
}
