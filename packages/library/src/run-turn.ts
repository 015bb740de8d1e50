// One turn in a session of its own, from the prompt to the answer.

import type { RunRequest } from './agent.ts';
import { answerApprovals } from './approvals.ts';
import { Outcome } from './outcome.ts';
import type { RunResult } from './outcome.ts';
import { ProgressTeller } from './progress.ts';
import { rawEventOf } from './raw-events.ts';
import type { RawEvent } from './raw-events.ts';
import type { Place } from './workshop.ts';

export type TurnRequest = Pick<RunRequest, 'prompt' | 'onProgress' | 'onRawEvent' | 'signal'>;

export async function runTurn({ parley, session, onApproval }: Place, request: TurnRequest): Promise<RunResult> {
  const { prompt, onProgress, onRawEvent, signal } = request;
  const watching = new AbortController();
  const raw = new Caller(onRawEvent, () => watching.abort());
  const progress = onProgress === undefined ? undefined : new ProgressTeller(onProgress);
  const stopLines =
    onRawEvent === undefined
      ? undefined
      : parley.watchLines(session.id, (lines) => {
          for (const line of lines) raw.tell({ kind: 'stdout_line', line });
        });
  const interrupt = (): void => void parley.interrupt(session.id).catch(() => undefined);
  try {
    const { turnId } = await parley.submit(session.id, { text: prompt });
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted === true) interrupt();
    const outcome = new Outcome(turnId);
    for await (const event of parley.events(session.id, { signal: watching.signal })) {
      progress?.take(event);
      const seen = rawEventOf(event);
      if (seen !== undefined) raw.tell(seen);
      if (event.type === 'approval.requested') answerApprovals(parley, event.approval, onApproval);
      if (outcome.take(event)) break;
    }
    raw.throwIfFailed();
    return outcome.result(parley.session(session.id).threadId);
  } finally {
    watching.abort();
    signal?.removeEventListener('abort', interrupt);
    stopLines?.();
  }
}

/** A function of the caller's: the first time it throws, the turn is over and `run` throws the same. */
class Caller {
  readonly #tell: ((event: RawEvent) => void) | undefined;
  readonly #failed: () => void;
  #failure: { readonly error: unknown } | undefined;

  constructor(tell: ((event: RawEvent) => void) | undefined, failed: () => void) {
    this.#tell = tell;
    this.#failed = failed;
  }

  tell(event: RawEvent): void {
    if (this.#failure !== undefined) return;
    try {
      this.#tell?.(event);
    } catch (error) {
      this.#failure = { error };
      this.#failed();
    }
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
