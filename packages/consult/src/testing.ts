// For tests of what stands before a daemon: consultations in memory, over whatever sessions a test's daemon has.

import { CreateConsultationSchema, newId, ParleyError } from '@parley/schema';
import type {
  ConsultationId,
  ConsultationPage,
  ConsultReport,
  CreateSession,
  SessionId,
  SubmitTurn,
  Turn,
  TurnId,
} from '@parley/schema';
import type { ConsultAgents } from './consult-agents.ts';
import { reportOf, summaryOf } from './make-report.ts';
import { newRecord } from './record.ts';
import type { ConsultRecord } from './record.ts';
import { problemOf } from './request.ts';
import { runConsultation } from './run-consultation.ts';

export class FakeConsultations {
  readonly #agents: ConsultAgents;
  readonly #kept = new Map<string, ConsultRecord>();
  readonly #stops = new Map<string, AbortController>();
  readonly #watchers = new Set<(report: ConsultReport) => void>();
  readonly #leave = new AbortController();

  constructor(agents: ConsultAgents) {
    this.#agents = agents;
  }

  create(body: unknown): ConsultReport {
    const { idempotencyKey: _, ...input } = CreateConsultationSchema.parse(body);
    const whole = { reviewers: [], policy: 'read-only', timeoutMs: 600_000, ...input } as const;
    const problem = problemOf(whole);
    if (problem !== undefined) throw new ParleyError('invalid_request', problem);
    const record = newRecord(newId('consultation'), whole, Date.now());
    const stop = new AbortController();
    this.#kept.set(record.id, record);
    this.#stops.set(record.id, stop);
    const save = async (next: ConsultRecord): Promise<void> => {
      this.#kept.set(next.id, next);
      for (const watcher of this.#watchers) watcher(reportOf(next));
    };
    // Left at the end of the test: nobody waits for it any more.
    runConsultation(record, this.#agents, { save, signal: stop.signal, leave: this.#leave.signal }).catch(
      () => undefined,
    );
    return reportOf(record);
  }

  /** Lets go of what still runs. */
  close(): void {
    this.#leave.abort();
  }

  list(limit: number): ConsultationPage {
    const summaries = [...this.#kept.values()].toReversed().map((record) => summaryOf(reportOf(record)));
    return { consultations: summaries.slice(0, limit) };
  }

  report(id: string): ConsultReport {
    const record = this.#kept.get(id);
    if (record === undefined) throw new ParleyError('unknown_consultation', `There is no consultation ${id}.`);
    return reportOf(record);
  }

  interrupt(id: string): ConsultReport {
    this.#stops.get(id)?.abort();
    return this.report(id);
  }

  delete(id: string): void {
    this.interrupt(id);
    this.#kept.delete(id);
  }

  watch(id: ConsultationId, tell: (report: ConsultReport) => void): () => void {
    const watcher = (report: ConsultReport): void => {
      if (report.id === id) tell(report);
    };
    this.#watchers.add(watcher);
    tell(this.report(id));
    return () => void this.#watchers.delete(watcher);
  }

  /** As the client does it. */
  async *follow(id: ConsultationId, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ConsultReport> {
    const stopped = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => stopped.resolve());
    let changed = Promise.withResolvers<void>();
    const unwatch = this.watch(id, () => changed.resolve());
    try {
      while (signal?.aborted !== true) {
        changed = Promise.withResolvers();
        const report = this.report(id);
        yield report;
        if (report.status !== 'running') return;
        await Promise.race([changed.promise, stopped.promise]);
      }
    } finally {
      unwatch();
    }
  }
}

/** What a test's daemon has of sessions. */
export interface FakeSessions {
  createSession(input: CreateSession & { readonly id: SessionId }): ReturnType<ConsultAgents['session']>;
  submit(id: SessionId, turn: SubmitTurn): Promise<{ readonly turnId: TurnId }>;
  /** The turn, when it has ended. */
  ended(id: SessionId, turnId: TurnId): Promise<Turn | undefined>;
  interrupt(id: SessionId): Promise<unknown>;
  /** Resolves with the next change of whatever session. */
  changed(): Promise<void>;
}

export function agentsOver(sessions: FakeSessions): ConsultAgents {
  return {
    newSessionId: () => newId('session'),
    session: (id, input) => sessions.createSession({ ...input, id }),
    submit: (id, turn) => sessions.submit(id, turn),
    ended: async (id, turnId, signal) => {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => stopped.resolve());
      for (;;) {
        signal.throwIfAborted();
        const changed = sessions.changed();
        const turn = await sessions.ended(id, turnId);
        if (turn !== undefined) return { turn, model: 'large' };
        await Promise.race([changed, stopped.promise]);
      }
    },
    stop: (id) => sessions.interrupt(id),
  };
}
