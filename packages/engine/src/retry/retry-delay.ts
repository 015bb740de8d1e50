// Which failures of a model server are worth another try, and after how long.

import type { ErrorCode } from '@parley/schema';

/** What passes by itself. A quota that is used up, a wrong key or a refused request is the same in a minute. */
export type PassingFailure = 'rate_limited' | 'model_overloaded';

/** Milliseconds before the first retry; each further one waits twice as long. A limit of requests a minute needs longer than a busy server. */
const firstWaitMs: Readonly<Record<PassingFailure, number>> = { rate_limited: 5000, model_overloaded: 1000 };

export function isPassing(code: ErrorCode): code is PassingFailure {
  return code in firstWaitMs;
}

export interface RetryWish {
  readonly failure: PassingFailure;
  /** 1 for the first retry. */
  readonly attempt: number;
  /** Milliseconds that the server asks for. */
  readonly retryAfterMs: number | undefined;
  /** No wait is longer, in milliseconds. */
  readonly maxWaitMs: number;
  /** From 0 up to 1: spreads sessions that failed together. */
  readonly random: number;
}

/** Milliseconds to wait, or undefined where the server asks for more than `maxWaitMs`: trying earlier would be rude and in vain. */
export function retryDelay({ failure, attempt, retryAfterMs, maxWaitMs, random }: RetryWish): number | undefined {
  if (retryAfterMs !== undefined && retryAfterMs > maxWaitMs) return undefined;
  const full = Math.min(maxWaitMs, firstWaitMs[failure] * 2 ** (attempt - 1));
  const spread = Math.round(full / 2 + (full / 2) * random);
  // Never before the server's time, and not all at the same moment after it.
  return retryAfterMs === undefined ? spread : Math.min(maxWaitMs, Math.round(retryAfterMs + (full / 4) * random));
}
