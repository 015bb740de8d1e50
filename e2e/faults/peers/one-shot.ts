// The other agents that are started for one turn: Gemini, both Groks, Vibe.

import { Peer } from '../peer.ts';
import type { PeerStart } from '../peer.ts';

/** `gemini -o stream-json`, 0.61.0. */
export class GeminiPrintPeer extends Peer {
  constructor(start: PeerStart) {
    super(start);
    this.plan.push(() => this.print({ type: 'init', session_id: start.threadId ?? 's-1', model: 'gemini-2.5-flash' }));
  }

  hear(): void {}

  override endOfInput(): void {
    this.plan.push(() => this.print({ type: 'message', role: 'user', content: 'x' }));
    if (this.random.chance(0.5))
      this.plan.push(
        () =>
          this.print({ type: 'tool_use', tool_name: 'run_shell_command', tool_id: 't', parameters: { command: 'ls' } }),
        () => this.print({ type: 'tool_result', tool_id: 't', status: 'success', output: 'a' }),
      );
    const fails = this.random.chance(0.1);
    this.plan.push(
      ...this.answer.map((content) => () => this.print({ type: 'message', role: 'assistant', content, delta: true })),
      () =>
        fails
          ? this.print({ type: 'result', status: 'error', error: { type: 'Error', message: 'boom' } })
          : this.print({ type: 'result', status: 'success', stats: { total_tokens: 5 } }, true),
      () => this.exit(fails ? 1 : 0),
    );
  }
}

/** xAI's `grok`, `--output-format streaming-json`. */
export class GrokPeer extends Peer {
  readonly #sessionId: string;

  constructor(start: PeerStart) {
    super(start);
    this.#sessionId = start.threadId ?? 's-1';
  }

  hear(): void {}

  override endOfInput(): void {
    if (this.random.chance(0.5)) this.plan.push(() => this.print({ type: 'thought', data: 'hm' }));
    if (this.random.chance(0.5))
      this.plan.push(
        () =>
          this.print({ type: 'tool_call', toolCallId: 'c', title: 'ls', kind: 'execute', rawInput: { command: 'ls' } }),
        () => this.print({ type: 'tool_call_update', toolCallId: 'c', status: 'completed' }),
      );
    this.plan.push(...this.answer.map((data) => () => this.print({ type: 'text', data })), () => {
      if (this.random.chance(0.1)) {
        this.print({ type: 'error', message: 'boom' });
        return this.exit(1);
      }
      this.print({ type: 'end', stopReason: 'EndTurn', sessionId: this.#sessionId, usage: { input_tokens: 3 } }, true);
      this.exit(0);
    });
  }
}

/** `grok` of @vibe-kit, 0.0.34: all at once, and exit code 0 for failures too. */
export class GrokKitPeer extends Peer {
  override readonly exitProves = true;
  constructor(start: PeerStart) {
    super(start);
    const call = { id: 'c', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } };
    const fails = this.random.chance(0.1);
    this.plan.push(
      () => this.print({ role: 'user', content: start.prompt }),
      () => this.print({ role: 'assistant', content: 'I look.', tool_calls: [call] }),
      () => this.print({ role: 'tool', tool_call_id: 'c', content: 'a' }),
      () =>
        this.print({
          role: 'assistant',
          content: fails ? 'Sorry, I encountered an error: 500 boom' : this.answer.join(''),
        }),
      () => this.exit(0),
    );
  }

  hear(): void {}

  /** It never reads stdin. */
  override endOfInput(): void {}
}

/** `vibe -p … --output streaming`, 2.18.4, behind the adapter that hands over its session log: tells the whole history again first. */
export class VibePeer extends Peer {
  override readonly exitProves = true;
  constructor(start: PeerStart) {
    super(start);
    const [, told] = /\.(\d+)$/.exec(start.threadId ?? '') ?? [];
    const history = Number(told ?? 0);
    const fails = this.random.chance(0.1);
    for (let n = 0; n < history; n++)
      this.plan.push(() => this.print({ role: n % 2 === 0 ? 'user' : 'assistant', content: `earlier ${n}` }));
    this.plan.push(
      () => this.print({ role: 'user', content: start.prompt }),
      () => this.print({ role: 'assistant', content: this.answer.join('') }),
      () => {
        const meta = { session_id: `s-${history}`, total_messages: history + 2, stats: { session_prompt_tokens: 3 } };
        this.print({ adapter: 'file', path: '/meta.json', text: JSON.stringify(meta) });
        this.exit(fails ? 1 : 0);
      },
    );
  }

  hear(): void {}

  override endOfInput(): void {}
}
