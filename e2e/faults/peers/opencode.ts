// OpenCode 1.18.33: `opencode serve` behind Parley's HTTP adapter, and one-shot `opencode run`.

import { field, messageOf, Peer, textIn, wordsIn } from '../peer.ts';
import type { Message, PeerStart } from '../peer.ts';

export class OpenCodePeer extends Peer {
  readonly #sessionId: string;
  #count = 0;
  #busy = false;
  #asks: string | undefined;
  #waiting: string[] = [];

  constructor(start: PeerStart) {
    super(start);
    this.#sessionId = start.threadId ?? 'ses_1';
    this.plan.push(
      () => this.print({ adapter: 'events-open' }),
      () => this.print({ adapter: 'ready' }),
    );
  }

  protected override get waits(): boolean {
    return this.#asks !== undefined;
  }

  hear(line: string): void {
    const message = messageOf(line);
    const { id } = message;
    const path = wordsIn(message, 'path', '');
    const answer = (status: number, body: unknown): void =>
      void this.plan.unshift(() => this.print({ id, status, body }));
    if (path === '/global/health') return answer(200, { healthy: true, version: '1.18.33' });
    if (path.endsWith('/prompt_async')) {
      if (this.random.chance(0.03)) return answer(500, { name: 'UnknownError', data: { message: 'boom' } });
      this.#waiting.push(textIn(field(message, 'body')['parts']));
      if (!this.#busy) this.plan.push(() => this.#arrive());
      return answer(204, '');
    }
    if (path.endsWith('/abort')) {
      this.#asks = undefined;
      this.#waiting = [];
      this.plan = [
        () => this.#event('session.error', { error: { name: 'MessageAbortedError', data: {} } }),
        () => this.#idle(),
      ];
      return answer(200, true);
    }
    if (/^\/(permission|question)\/.+\/reply|\/permissions\//.test(path)) {
      this.#asks = undefined;
      return answer(200, true);
    }
    if (path === '/permission' || path === '/question') return answer(200, []);
    if (path === '/session/status') return answer(200, this.#busy ? { [this.#sessionId]: { type: 'busy' } } : {});
    if (path.includes('/message')) return answer(200, []);
    answer(200, { id: this.#sessionId });
  }

  #event(type: string, properties: Message, proof = false): void {
    this.print({ event: { type, properties: { sessionID: this.#sessionId, ...properties } } }, proof);
  }

  #id(prefix: string): string {
    return `${prefix}_${String(++this.#count).padStart(6, '0')}`;
  }

  #part(part: Message): void {
    this.#event('message.part.updated', { part: { id: this.#id('prt'), ...part } });
  }

  /** Words that were posted become a message of the conversation; the first ones set it to work. */
  #arrive(): string | undefined {
    const text = this.#waiting.shift();
    if (text === undefined) return undefined;
    const messageID = this.#id('msg');
    this.#event('message.updated', { info: { id: messageID, role: 'user' } });
    this.#part({ messageID, type: 'text', text });
    if (this.#busy) return messageID;
    this.#busy = true;
    this.#event('session.status', { status: { type: 'busy' } });
    this.#answer(messageID);
    return messageID;
  }

  #answer(parentID: string): void {
    const messageID = this.#id('msg');
    const steps: (() => void)[] = [
      () => this.#event('message.updated', { info: { id: messageID, role: 'assistant', parentID } }),
    ];
    for (let n = this.random.below(3); n > 0; n--) steps.push(() => this.#work(messageID));
    steps.push(
      () => this.#say(messageID),
      () => this.#part({ messageID, type: 'step-finish', reason: 'stop', tokens: { input: 3, output: 2 }, cost: 0 }),
      () => {
        const steered = this.#arrive();
        if (steered === undefined) this.#idle();
        else this.#answer(steered);
      },
    );
    this.plan.unshift(...steps);
  }

  #say(messageID: string): void {
    const part = { id: this.#id('prt'), messageID, type: 'text', text: '' };
    this.#part(part);
    for (const delta of this.answer)
      this.#event('message.part.delta', { messageID, partID: part.id, field: 'text', delta });
    this.#part({ ...part, text: this.answer.join(''), time: { start: 1, end: 2 } });
  }

  #work(messageID: string): void {
    if (this.random.chance(0.3)) {
      this.#asks = this.#id('per');
      const what = { permission: 'bash', patterns: ['ls'], metadata: {}, always: [] };
      return this.#event('permission.asked', { id: this.#asks, ...what });
    }
    const id = this.#id('prt');
    const tool = {
      id,
      messageID,
      type: 'tool',
      tool: 'bash',
      callID: 'c',
      state: { status: 'running', input: { command: 'ls' } },
    };
    this.#part(tool);
    this.#part({ ...tool, state: { ...tool.state, status: 'completed', output: 'a', metadata: { exit: 0 } } });
  }

  #idle(): void {
    this.#busy = false;
    // Said twice, and the first is enough.
    this.#event('session.status', { status: { type: 'idle' } }, true);
    this.#event('session.idle', {});
    this.plan.push(() => this.#arrive());
  }
}

/** For one turn. */
export class OpenCodeRunPeer extends Peer {
  override readonly exitProves = true;
  readonly #sessionID: string;

  constructor(start: PeerStart) {
    super(start);
    this.#sessionID = start.threadId ?? 'ses_1';
  }

  hear(): void {}

  override endOfInput(): void {
    const told = (type: string, part: Message): void =>
      this.print({ type, sessionID: this.#sessionID, part: { id: 'p', messageID: 'm', ...part } });
    const state = { status: 'completed', input: { command: 'ls' }, output: 'a', metadata: { exit: 0 } };
    this.plan.push(() => told('step_start', { type: 'step-start' }));
    if (this.random.chance(0.5))
      this.plan.push(() => told('tool_use', { type: 'tool', tool: 'bash', callID: 'c', state }));
    this.plan.push(() => {
      if (this.random.chance(0.1)) {
        this.print({
          type: 'error',
          sessionID: this.#sessionID,
          error: { name: 'APIError', data: { message: 'boom', statusCode: 500 } },
        });
        return this.exit(1);
      }
      told('text', { type: 'text', text: this.answer.join(''), time: { start: 1, end: 2 } });
      told('step_finish', { type: 'step-finish', reason: 'stop', tokens: { input: 3, output: 2 }, cost: 0 });
      this.exit(0);
    });
  }
}
