// Token counts in separate buckets. A bucket that the agent did not report is absent: unknown is not zero.

import { z } from 'zod';

export interface Usage {
  /** Tokens of input that were neither read from nor written to a cache. */
  readonly inputUncached?: number;
  readonly cacheRead?: number;
  /** Written to a cache kept for 5 minutes (or for a time that the agent does not tell). */
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  /** Tokens of output, reasoning included. */
  readonly output?: number;
  /** The part of `output` spent on reasoning. */
  readonly reasoning?: number;
  /** What the agent itself says that it cost, in US dollars. Parley never guesses one. */
  readonly costUsd?: number;
}

const tokens = z.number().int().nonnegative().exactOptional();

export const UsageSchema = z.object({
  inputUncached: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  output: tokens,
  reasoning: tokens,
  costUsd: z.number().nonnegative().exactOptional(),
});

export const usageBuckets = [
  'inputUncached',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'costUsd',
] as const satisfies readonly (keyof Usage)[];

/** The sum of two usages, bucket by bucket; a bucket unknown on both sides stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return combine(a, b, (x, y) => x + y);
}

/** What came on top of `before` in `total`: agents that report totals of a thread are read by difference. */
export function usageSince(total: Usage, before: Usage): Usage {
  return combine(total, before, (x, y) => Math.max(0, x - y));
}

function combine(a: Usage, b: Usage, join: (x: number, y: number) => number): Usage {
  const sum: { -readonly [Bucket in keyof Usage]: number } = {};
  for (const bucket of usageBuckets) {
    if (a[bucket] !== undefined || b[bucket] !== undefined) sum[bucket] = join(a[bucket] ?? 0, b[bucket] ?? 0);
  }
  return sum;
}
