// Numbers of this daemon since it started. What was before stands in the recorder.

import { z } from 'zod';
import type { ErrorCode } from './error.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

/** Milliseconds that some things took: how many, in all, and how many took at most as long as each bound. */
export interface DurationMetrics {
  readonly count: number;
  readonly sumMs: number;
  /** One for each of `durationBoundsMs`, each with all that are below it too. */
  readonly atMost: readonly number[];
}

/** Upper bounds of the buckets of a `DurationMetrics`, in milliseconds: 100 ms to 2 hours. */
export const durationBoundsMs = [
  100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000,
] as const;

/** Of requests that have ended. Each counts once: at its end. */
export interface RequestCounts {
  /** All that ended in whatever way. */
  readonly requestCount: number;
  readonly successCount: number;
  /** Failed or lost. */
  readonly failureCount: number;
  /** Stopped on request while they ran, and taken back before they ran. */
  readonly interruptedCount: number;
  readonly cancelledCount: number;
  /** Of the failures: those of which nobody knows how they ended. */
  readonly lostCount: number;
  /** Words that a running turn took. */
  readonly steeredCount: number;
  /** Requests that were given an earlier turn's answer. They are no other requests' count. */
  readonly dedupedCount: number;
  /** Times that turns began again because a model server failed. */
  readonly retryCount: number;
  /** Of all that completed, from start to end; 0 when there is none. */
  readonly averageResponseTimeMs: number;
  /** Of successes and failures together, 0 to 1; 0 when there is none. */
  readonly successRate: number;
  readonly failureRate: number;
}

export interface AgentMetrics extends RequestCounts {
  /** Failures by the code of their error. */
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
  /** From start to end, of all that ran. */
  readonly duration: DurationMetrics;
  /** From start to the first thing shown. */
  readonly firstOutput: DurationMetrics;
  /** Tokens by bucket, and dollars where the agent tells them. A bucket that nobody told is absent. */
  readonly usage: Usage;
  /** Now. */
  readonly running: number;
  readonly queued: number;
}

export interface BreakerView {
  /** Agent, kind and place of the model server. */
  readonly server: string;
  readonly phase: 'closed' | 'open' | 'half-open';
  /** Failures in a row, while it is closed. */
  readonly failures: number;
}

// GET /api/metrics → MetricsView; GET /metrics the same as Prometheus text
export interface MetricsView {
  /** By agent. */
  readonly agents: Readonly<Record<string, AgentMetrics>>;
  readonly totals: RequestCounts & { readonly running: number; readonly queued: number };
  readonly breakers: readonly BreakerView[];
  readonly daemon: {
    /** Milliseconds since the epoch. */
    readonly startedAt: number;
    /** Bytes. */
    readonly memoryRss: number;
    readonly heapUsed: number;
    /** Seconds of processor time. */
    readonly cpuSeconds: number;
    /** Milliseconds that work waited for the event loop since the last look; null at the first, which begins the measurement. */
    readonly eventLoopDelay: { readonly p50: number; readonly p99: number; readonly max: number } | null;
    /** The part of its time that the event loop was busy, since the start, 0 to 1. */
    readonly eventLoopUtilization: number;
  };
  /** Milliseconds since the epoch. */
  readonly generatedAt: number;
}

const count = () => z.number().int().nonnegative();

export const DurationMetricsSchema = z.object({
  count: count(),
  sumMs: z.number().nonnegative(),
  atMost: z.array(count()).readonly(),
});

const counts = {
  requestCount: count(),
  successCount: count(),
  failureCount: count(),
  interruptedCount: count(),
  cancelledCount: count(),
  lostCount: count(),
  steeredCount: count(),
  dedupedCount: count(),
  retryCount: count(),
  averageResponseTimeMs: z.number().nonnegative(),
  successRate: z.number().min(0).max(1),
  failureRate: z.number().min(0).max(1),
};

export const RequestCountsSchema = z.object(counts);

/** By the catalogue's codes; what is none of them is not counted so. */
const FailuresSchema = z.record(z.string(), count()).readonly() as unknown as z.ZodType<AgentMetrics['failures']>;

export const AgentMetricsSchema = z.object({
  ...counts,
  failures: FailuresSchema,
  duration: DurationMetricsSchema,
  firstOutput: DurationMetricsSchema,
  usage: UsageSchema,
  running: count(),
  queued: count(),
});

export const BreakerViewSchema = z.object({
  server: z.string(),
  phase: z.enum(['closed', 'open', 'half-open']),
  failures: count(),
});

export const MetricsViewSchema = z.object({
  agents: z.record(z.string(), AgentMetricsSchema).readonly(),
  totals: z.object({ ...counts, running: count(), queued: count() }),
  breakers: z.array(BreakerViewSchema).readonly(),
  daemon: z.object({
    startedAt: z.number(),
    memoryRss: count(),
    heapUsed: count(),
    cpuSeconds: z.number().nonnegative(),
    eventLoopDelay: z.object({ p50: z.number(), p99: z.number(), max: z.number() }).nullable(),
    eventLoopUtilization: z.number().min(0).max(1),
  }),
  generatedAt: z.number(),
});
