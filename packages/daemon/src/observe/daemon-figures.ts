// How the daemon's own process does: memory, processor time, and how long work waits for the event loop.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { MetricsView } from '@parley/schema';

/** Milliseconds between two measurements: ten wake-ups a second, and only once somebody has looked. */
const resolutionMs = 100;

export class DaemonFigures {
  readonly #startedAt: number;
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

  /** Milliseconds since the epoch. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** The first look begins to measure the event loop; each one begins anew. */
  look(): MetricsView['daemon'] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      startedAt: this.#startedAt,
      memoryRss: rss,
      heapUsed,
      cpuSeconds: (user + system) / 1e6,
      eventLoopDelay: this.#delays(),
      eventLoopUtilization: Math.min(1, Math.max(0, performance.eventLoopUtilization().utilization)),
    };
  }

  close(): void {
    this.#delay?.disable();
  }

  #delays(): MetricsView['daemon']['eventLoopDelay'] {
    if (this.#delay === undefined) {
      this.#delay = monitorEventLoopDelay({ resolution: resolutionMs });
      this.#delay.enable();
      return null;
    }
    const { count, max } = this.#delay;
    if (count === 0) return { p50: 0, p99: 0, max: 0 };
    // It tells how long the timer took, which includes what the timer waits for anyway.
    const ms = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e4) / 100 - resolutionMs);
    const view = { p50: ms(this.#delay.percentile(50)), p99: ms(this.#delay.percentile(99)), max: ms(max) };
    this.#delay.reset();
    return view;
  }
}
