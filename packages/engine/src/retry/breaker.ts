// A circuit breaker: after many failures in a row nobody retries for a while, then one tries alone. Pure: a state and what follows it.

export type Breaker =
  | { readonly phase: 'closed'; readonly failures: number }
  /** No retry before `until` (milliseconds since the epoch). */
  | { readonly phase: 'open'; readonly until: number }
  /** One tries. If nothing is heard of it until then (it was stopped), another one may. */
  | { readonly phase: 'half-open'; readonly until: number };

export const closedBreaker: Breaker = { phase: 'closed', failures: 0 };

/** Failures in a row that open it. */
export const failuresToOpen = 5;
/** Milliseconds that it stays open, and that one that tries alone has. */
export const pauseMs = 60_000;

export function afterFailure(breaker: Breaker, now: number): Breaker {
  switch (breaker.phase) {
    case 'closed':
      return breaker.failures + 1 < failuresToOpen
        ? { phase: 'closed', failures: breaker.failures + 1 }
        : { phase: 'open', until: now + pauseMs };
    case 'open':
      return breaker; // Of turns that began before.
    case 'half-open':
      return { phase: 'open', until: now + pauseMs };
  }
}

export function afterSuccess(): Breaker {
  return closedBreaker;
}

/** The breaker after somebody was let through at `at`, or undefined where nobody may be. */
export function letThrough(breaker: Breaker, at: number): Breaker | undefined {
  if (breaker.phase === 'closed') return breaker;
  return at >= breaker.until ? { phase: 'half-open', until: at + pauseMs } : undefined;
}
