// Whether a turn whose model server failed begins again, and when. One for an engine: sessions with the same agent and server share a
// breaker, so that a server in trouble is not asked by all of them at once.

import type { BreakerView, ErrorBody, Session } from '@parley/schema';
import { afterFailure, afterSuccess, closedBreaker, letThrough } from './breaker.ts';
import type { Breaker } from './breaker.ts';
import { retryAfterOf } from './retry-after.ts';
import { isPassing, retryDelay } from './retry-delay.ts';

export interface RetryLimits {
  /** Times that one turn begins again; 0: never. */
  readonly max: number;
  /** Milliseconds. */
  readonly maxWait: number;
}

export interface Retry {
  /** 1 for the first. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** For people. */
  readonly text: string;
}

export class TurnRetries {
  readonly #limits: RetryLimits;
  readonly #random: () => number;
  readonly #breakers = new Map<string, Breaker>();

  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** A turn failed that had begun again `earlier` times. `fresh`: nothing of it was shown yet; only then can it begin again unseen. */
  failed(
    session: Pick<Session, 'agent' | 'backend'>,
    error: ErrorBody,
    { earlier, fresh, now }: { readonly earlier: number; readonly fresh: boolean; readonly now: number },
  ): Retry | undefined {
    const { max, maxWait } = this.#limits;
    if (max === 0 || !isPassing(error.code)) return undefined;
    const server = serverOf(session);
    const breaker = afterFailure(this.#breakers.get(server) ?? closedBreaker, now);
    this.#breakers.set(server, breaker);
    if (!fresh || earlier >= max) return undefined;
    const attempt = earlier + 1;
    const delay = retryDelay({
      failure: error.code,
      attempt,
      retryAfterMs: retryAfterOf(error),
      maxWaitMs: maxWait,
      random: this.#random(),
    });
    const after = delay === undefined ? undefined : letThrough(breaker, now + delay);
    if (delay === undefined || after === undefined) return undefined;
    this.#breakers.set(server, after);
    const why = error.code === 'rate_limited' ? 'limits how often it is asked' : 'is overloaded or failing';
    const text = `The model server ${why}. The turn begins again in ${Math.ceil(delay / 100) / 10} s (${attempt} of at most ${max}).`;
    return { attempt, at: now + delay, text };
  }

  /** By server, those of which something was heard. */
  breakers(): readonly BreakerView[] {
    return [...this.#breakers].map(([server, breaker]) => ({
      server,
      phase: breaker.phase,
      failures: breaker.phase === 'closed' ? breaker.failures : 0,
    }));
  }

  /** A turn has completed: the server answers. */
  succeeded(session: Pick<Session, 'agent' | 'backend'>): void {
    this.#breakers.set(serverOf(session), afterSuccess());
  }
}

function serverOf({ agent, backend }: Pick<Session, 'agent' | 'backend'>): string {
  return `${agent} ${backend.kind} ${backend.detail}`;
}
