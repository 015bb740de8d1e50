// What a turn's events amount to: the answer, or why there is none, with what there was.

import { errorBody, isTerminal, ParleyError } from '@parley/schema';
import type { ErrorBody, ParleyEvent, TurnId, Usage } from '@parley/schema';

export interface RunResult {
  /** The agent's last words in this turn. */
  readonly reply: string;
  /** Give it to the next request to go on with the conversation. Absent where the agent tells none. */
  readonly threadId?: string;
  /** Of this turn alone, in tokens. A bucket that the agent does not report is absent: unknown is not zero. */
  readonly usage: Usage;
  /** Whether all steps of the agent's own plan are done. Absent where it made no plan. */
  readonly goalDone?: boolean;
}

/** What there was when a run failed: in `body.details.partial` of its error. */
export type PartialResult = Pick<RunResult, 'reply' | 'threadId' | 'usage'>;

export class Outcome {
  readonly #turnId: TurnId;
  #reply = '';
  #usage: Usage = {};
  #goalDone: boolean | undefined;
  #error: ErrorBody | undefined = errorBody('shutting_down', 'Parley was closed before the turn was over.');

  constructor(turnId: TurnId) {
    this.#turnId = turnId;
  }

  /** True when the turn is over. */
  take(event: ParleyEvent): boolean {
    if (!('turnId' in event) || event.turnId !== this.#turnId) return false;
    if (event.type === 'item.completed') {
      const { item } = event;
      if (item.type === 'assistant_message' && item.text.trim() !== '') this.#reply = item.text;
      if (item.type === 'plan' && item.steps.length > 0)
        this.#goalDone = item.steps.every(({ status }) => status === 'completed');
    }
    if (event.type === 'usage.updated') this.#usage = event.usage;
    if (!isTerminal(event)) return false;
    this.#usage = event.usage ?? this.#usage;
    this.#error = errorOf(event);
    return true;
  }

  /** Throws what the turn ended with, if not with an answer. */
  result(threadId: string | undefined): RunResult {
    const partial = { reply: this.#reply, ...(threadId === undefined ? {} : { threadId }), usage: this.#usage };
    if (this.#error !== undefined) throw failure(this.#error, partial);
    return { ...partial, ...(this.#goalDone === undefined ? {} : { goalDone: this.#goalDone }) };
  }
}

/** The error of a run, with what there was. */
export function failure({ code, message, details }: ErrorBody, partial: PartialResult): ParleyError {
  return new ParleyError(code, message, { ...details, partial });
}

function errorOf(event: Extract<ParleyEvent, { turnId: TurnId }>): ErrorBody | undefined {
  if ('error' in event) return event.error;
  return event.type === 'turn.interrupted' ? errorBody('interrupted', 'The turn was stopped.') : undefined;
}
