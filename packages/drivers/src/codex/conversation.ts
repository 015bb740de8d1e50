// Test support: an invented conversation, for what no recording shows.

import type { ApprovalRequest, DriverContext, DriverInput, DriverOutput, Policy, TurnId } from '@parley/schema';
import { objectOfLine } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { protocol } from './protocol.ts';
import { runId } from './recording.ts';
import type { CodexState } from './state.ts';

export const thread = 'thread-1';
export const turn = 'trn_1' as TurnId;
/** Codex's own id of the turn. */
export const codexTurn = 'turn-1';
const place = { threadId: thread, turnId: codexTurn };

export class Conversation {
  state: CodexState;
  readonly all: DriverOutput[] = [];

  constructor(policy: Policy = 'ask', threadId?: string, more: Partial<DriverContext> = {}) {
    this.state = protocol.begin({
      runId,
      cwd: '/home/dev/project',
      policy,
      endpoint: 'own',
      ...(threadId === undefined ? {} : { threadId }),
      ...more,
    });
  }

  feed(input: DriverInput): readonly DriverOutput[] {
    const { state, outputs } = protocol.step(this.state, input);
    this.state = state;
    this.all.push(...outputs);
    return outputs;
  }

  say(message: unknown): readonly DriverOutput[] {
    return this.feed({ type: 'line', line: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  /** A notification about the open turn. */
  tell(method: string, params: Json = {}): readonly DriverOutput[] {
    return this.say({ method, params: { ...place, ...params } });
  }

  /** Up to `ready`: our requests 1 (initialize) and 2 (thread). */
  shakeHands(): this {
    this.feed({ type: 'opened' });
    this.say({ id: 1, result: { userAgent: 'parley/0.169.0 (Debian)' } });
    this.say({ id: 2, result: { thread: { id: thread }, model: 'gpt-5.5', cwd: '/home/dev/project' } });
    return this;
  }

  /** Up to a running turn: our request 3. */
  work(): this {
    this.shakeHands();
    this.feed({ type: 'start', turnId: turn, text: 'hello' });
    this.say({ id: 3, result: { turn: { id: codexTurn } } });
    this.tell('turn/started', { turn: { id: codexTurn } });
    return this;
  }

  /** Codex asks; the approval that comes of it. */
  asks(method: string, params: Json, id: string | number = 0): ApprovalRequest | undefined {
    const outputs = this.say({ method, id, params: { ...place, ...params } });
    return outputs.find((output) => output.type === 'approval-requested')?.approval;
  }

  /** The answer that goes to Codex when this option is chosen. */
  choose(
    approval: ApprovalRequest,
    optionId: string,
    answers?: Readonly<Record<string, readonly string[]>>,
  ): Json | undefined {
    const option = approval.options.find(({ id }) => id === optionId);
    const answer = { optionId, ...(answers === undefined ? {} : { answers }) };
    return writes(this.feed({ type: 'answer', approvalId: approval.id, answer, option: option?.effect ?? 'deny' }))[0];
  }

  complete(status: string, error: unknown = null, items: readonly unknown[] = []): readonly DriverOutput[] {
    return this.tell('turn/completed', { turn: { id: codexTurn, status, error, items } });
  }
}

export function writes(outputs: readonly DriverOutput[]): readonly Json[] {
  return outputs.flatMap((output) => (output.type === 'write' ? [objectOfLine(output.line) ?? {}] : []));
}
