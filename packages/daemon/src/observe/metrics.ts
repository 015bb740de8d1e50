// Counts what requests came to, each once: when the row of its end was written.

import { addUsage, durationBoundsMs } from '@parley/schema';
import type {
  AgentMetrics,
  BreakerView,
  DurationMetrics,
  ErrorCode,
  MetricsView,
  RequestCounts,
  RequestRecord,
  Session,
  Usage,
} from '@parley/schema';

type Ends = Pick<
  RequestCounts,
  | 'requestCount'
  | 'successCount'
  | 'failureCount'
  | 'interruptedCount'
  | 'cancelledCount'
  | 'lostCount'
  | 'steeredCount'
  | 'dedupedCount'
  | 'retryCount'
>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class Durations {
  #count = 0;
  #sumMs = 0;
  readonly #atMost = durationBoundsMs.map(() => 0);

  add(ms: number): void {
    this.#count += 1;
    this.#sumMs += ms;
    for (const [n, bound] of durationBoundsMs.entries()) if (ms <= bound) this.#atMost[n] = (this.#atMost[n] ?? 0) + 1;
  }

  get view(): DurationMetrics {
    return { count: this.#count, sumMs: this.#sumMs, atMost: [...this.#atMost] };
  }
}

class AgentTally {
  readonly ends: Mutable<Ends> = {
    requestCount: 0,
    successCount: 0,
    failureCount: 0,
    interruptedCount: 0,
    cancelledCount: 0,
    lostCount: 0,
    steeredCount: 0,
    dedupedCount: 0,
    retryCount: 0,
  };
  readonly failures: Partial<Record<ErrorCode, number>> = {};
  readonly duration = new Durations();
  readonly firstOutput = new Durations();
  usage: Usage = {};
  /** Milliseconds that those that completed took. */
  completedMs = 0;

  add(record: RequestRecord): void {
    const { ends } = this;
    const { startedAt, endedAt, firstOutputAt, usage, retries } = record;
    if (record.dedupedOf !== undefined) {
      ends.dedupedCount += 1;
      return;
    }
    if (record.status === 'steered') {
      ends.steeredCount += 1;
      return;
    }
    ends.requestCount += 1;
    ends.retryCount += retries;
    if (usage !== undefined) this.usage = addUsage(this.usage, usage);
    if (startedAt !== undefined && firstOutputAt !== undefined) this.firstOutput.add(firstOutputAt - startedAt);
    if (startedAt !== undefined && endedAt !== undefined) this.duration.add(endedAt - startedAt);
    this.#addEnd(record);
  }

  #addEnd({ status, errorCode, startedAt, endedAt }: RequestRecord): void {
    const { ends } = this;
    if (status === 'completed') {
      ends.successCount += 1;
      this.completedMs += (endedAt ?? 0) - (startedAt ?? endedAt ?? 0);
    } else if (status === 'interrupted') ends.interruptedCount += 1;
    else if (status === 'cancelled') ends.cancelledCount += 1;
    else {
      ends.failureCount += 1;
      if (status === 'lost') ends.lostCount += 1;
      const code = errorCode ?? 'internal';
      this.failures[code] = (this.failures[code] ?? 0) + 1;
    }
  }
}

/** What is known elsewhere, at the moment of looking. */
export interface MetricsNow {
  readonly sessions: readonly Pick<Session, 'agent' | 'activeTurnId' | 'queue'>[];
  readonly breakers: readonly BreakerView[];
  readonly daemon: MetricsView['daemon'];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export class Metrics {
  readonly #agents = new Map<string, AgentTally>();

  /** Takes rows as they are written; those of requests that go on are passed over. */
  readonly count = (records: readonly RequestRecord[]): void => {
    for (const record of records) if (record.endedAt !== undefined) this.#tallyOf(record.agent).add(record);
  };

  #tallyOf(agent: string): AgentTally {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    const made = new AgentTally();
    this.#agents.set(agent, made);
    return made;
  }

  view({ sessions, breakers, daemon, now }: MetricsNow): MetricsView {
    const names = new Set([...this.#agents.keys(), ...sessions.filter(isBusy).map(({ agent }) => agent)]);
    const agents: Record<string, AgentMetrics> = {};
    for (const name of [...names].sort()) {
      const tally = this.#agents.get(name) ?? new AgentTally();
      agents[name] = {
        ...countsOf(tally.ends, tally.completedMs),
        ...loadOf(sessions.filter(({ agent }) => agent === name)),
        failures: { ...tally.failures },
        duration: tally.duration.view,
        firstOutput: tally.firstOutput.view,
        usage: tally.usage,
      };
    }
    const all = new AgentTally();
    for (const { ends, completedMs } of this.#agents.values()) {
      all.completedMs += completedMs;
      for (const name of Object.keys(ends) as (keyof Ends)[]) all.ends[name] += ends[name];
    }
    const totals = { ...countsOf(all.ends, all.completedMs), ...loadOf(sessions) };
    return { agents, totals, breakers, daemon, generatedAt: now };
  }
}

function countsOf(ends: Ends, completedMs: number): RequestCounts {
  const { successCount, failureCount } = ends;
  const settled = successCount + failureCount;
  return {
    ...ends,
    averageResponseTimeMs: successCount === 0 ? 0 : Math.round(completedMs / successCount),
    successRate: settled === 0 ? 0 : successCount / settled,
    failureRate: settled === 0 ? 0 : failureCount / settled,
  };
}

const isBusy = ({ activeTurnId, queue }: MetricsNow['sessions'][number]): boolean =>
  activeTurnId !== undefined || queue.length > 0;

function loadOf(sessions: MetricsNow['sessions']): { readonly running: number; readonly queued: number } {
  return {
    running: sessions.filter(({ activeTurnId }) => activeTurnId !== undefined).length,
    queued: sessions.reduce((sum, { queue }) => sum + queue.length, 0),
  };
}
