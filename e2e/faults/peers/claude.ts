// `claude` in stream-json both ways, with facts of 2.1.329: every message gets its life told by its uuid; words sent while a tool runs are
// taken in, later ones open a turn of their own; an interrupt lists the words that it took out of the queue.

import { field, messageOf, Peer } from '../peer.ts';
import type { Message, PeerStart } from '../peer.ts';

export class ClaudePeer extends Peer {
  #queue: string[] = [];
  #current: string[] = [];
  #asks: string | undefined;
  #count = 0;

  protected override get waits(): boolean {
    return this.#asks !== undefined;
  }

  hear(line: string): void {
    const message = messageOf(line);
    switch (message['type']) {
      case 'user':
        this.#queue.push(String(message['uuid']));
        this.plan.push(() => this.#takeUp());
        return;
      case 'control_request':
        return this.#control(message['request_id'], field(message, 'request'));
      case 'control_response':
        if (field(message, 'response')['request_id'] === this.#asks)
          this.#answered(field(field(message, 'response'), 'response'));
    }
  }

  #control(requestId: unknown, request: Message): void {
    const answer = (response: Message): void =>
      void this.plan.unshift(() =>
        this.print({ type: 'control_response', response: { subtype: 'success', request_id: requestId, response } }),
      );
    switch (request['subtype']) {
      case 'interrupt': {
        const cancelled = this.#queue;
        this.#queue = [];
        this.#asks = undefined;
        // Words that are taken up already end by their result, the others by this list.
        this.plan =
          this.#current.length === 0
            ? []
            : [
                () =>
                  this.#result({
                    subtype: 'error_during_execution',
                    is_error: true,
                    terminal_reason: 'aborted_streaming',
                  }),
              ];
        return answer({ cancelled });
      }
      case 'cancel_async_message': {
        const uuid = String(request['message_uuid']);
        const waiting = this.#queue.includes(uuid);
        this.#queue = this.#queue.filter((each) => each !== uuid);
        return answer({ cancelled: waiting });
      }
      default:
        return answer({ claude_code_version: '2.1.329', current_permission_mode: 'default' });
    }
  }

  /** The words that wait become one turn. */
  #takeUp(): void {
    if (this.#current.length > 0 || this.#queue.length === 0) return;
    this.#take();
    const init = {
      type: 'system',
      subtype: 'init',
      session_id: 's-1',
      model: 'claude-sonnet-5-5',
      claude_code_version: '2.1.329',
    };
    this.print({ ...init, user_message_uuids: this.#current });
    const work = Array.from({ length: this.random.below(4) }, () => () => this.#work());
    this.plan.unshift(
      ...work,
      () => this.#say(),
      () => this.#result({}),
    );
  }

  #take(): void {
    for (const uuid of this.#queue) {
      this.print({ type: 'command_lifecycle', command_uuid: uuid, state: 'started', session_id: 's-1' });
      this.#current.push(uuid);
    }
    this.#queue = [];
  }

  #work(): void {
    if (this.random.chance(0.3)) return this.#ask();
    const id = `toolu_${++this.#count}`;
    const use = { type: 'tool_use', id, name: 'Bash', input: { command: 'ls' } };
    this.print({ type: 'assistant', message: { content: [use] }, parent_tool_use_id: null });
    const result = { type: 'tool_result', tool_use_id: id, content: 'a', is_error: false };
    this.print({ type: 'user', message: { content: [result] }, parent_tool_use_id: null });
    if (this.random.chance(0.7)) this.#take();
  }

  #ask(): void {
    this.#asks = `ask-${++this.#count}`;
    const request = { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'ls' }, tool_use_id: 'toolu_0' };
    this.print({ type: 'control_request', request_id: this.#asks, request });
  }

  #answered(response: Message): void {
    this.#asks = undefined;
    if (response['interrupt'] !== true) return;
    this.plan = [
      () => this.#result({ subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' }),
    ];
  }

  #say(): void {
    for (const message of streamed(this.answer)) this.print(message);
  }

  #result(more: Message): void {
    const fails = more['is_error'] === undefined && this.random.chance(0.1);
    const good = {
      type: 'result',
      subtype: 'success',
      is_error: false,
      num_turns: 1,
      result: this.answer.join(''),
      session_id: 's-1',
    };
    const bad = { ...good, is_error: true, result: 'API Error: 500 boom', api_error_status: 500 };
    this.print(
      { ...(fails ? bad : good), ...more, user_message_uuids: this.#current },
      !fails && more['is_error'] === undefined,
    );
    this.#current = [];
    this.plan.unshift(() => this.#takeUp());
  }
}

/** One message of the model: its stream, and the whole of it. */
function streamed(answer: readonly string[]): readonly Message[] {
  const stream = (event: Message): Message => ({
    type: 'stream_event',
    event,
    parent_tool_use_id: null,
    session_id: 's-1',
  });
  const content = [{ type: 'text', text: answer.join('') }];
  return [
    stream({ type: 'message_start', message: { id: 'm', content: [] } }),
    stream({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...answer.map((text) => stream({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'assistant', message: { content }, parent_tool_use_id: null },
    stream({ type: 'content_block_stop', index: 0 }),
  ];
}

/** For one turn: `claude -p`. */
export class ClaudePrintPeer extends Peer {
  constructor(start: PeerStart) {
    super(start);
    this.plan.push(() =>
      this.print({
        type: 'system',
        subtype: 'init',
        session_id: start.threadId ?? 's-1',
        model: 'claude-sonnet-5-5',
        claude_code_version: '2.1.329',
      }),
    );
  }

  hear(): void {}

  override endOfInput(): void {
    const use = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } };
    const gave = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'a', is_error: false };
    if (this.random.chance(0.5))
      this.plan.push(
        () => this.print({ type: 'assistant', message: { content: [use] }, parent_tool_use_id: null }),
        () => this.print({ type: 'user', message: { content: [gave] }, parent_tool_use_id: null }),
      );
    const fails = this.random.chance(0.1);
    const good = {
      type: 'result',
      subtype: 'success',
      is_error: false,
      num_turns: 1,
      result: this.answer.join(''),
      session_id: 's-1',
    };
    const bad = { ...good, is_error: true, result: 'API Error: 500 boom', api_error_status: 500 };
    this.plan.push(
      ...streamed(this.answer).map((message) => () => this.print(message)),
      () => this.print(fails ? bad : good, !fails),
      () => this.exit(fails ? 1 : 0),
    );
  }
}
