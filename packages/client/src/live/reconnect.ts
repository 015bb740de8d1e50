// When to try again after a connection was lost.

export interface Reconnect {
  /** Milliseconds before the first new attempt; each further one waits twice as long … */
  readonly firstMs: number;
  /** … up to this. */
  readonly mostMs: number;
  /** After so long without a connection every reader gets `daemon_unreachable`. Infinity: never. */
  readonly giveUpMs: number;
}

export const defaultReconnect: Reconnect = { firstMs: 100, mostMs: 5000, giveUpMs: Infinity };

/** Milliseconds before an attempt (0 is the first), spread so that many clients do not come back at the same moment. */
export function delayBefore(attempt: number, { firstMs, mostMs }: Reconnect, chance: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20)) * (0.5 + chance / 2);
}
