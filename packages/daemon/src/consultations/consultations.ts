// All consultations of this daemon: begins them, keeps each change, tells who follows, and goes on with those that an earlier daemon had to leave.

import { createHash } from 'node:crypto';
import type { ConsultRecord } from '@parley/consult';
import type { Engine } from '@parley/engine';
import { newId, ParleyError } from '@parley/schema';
import type {
  ConsultationId,
  ConsultationRow,
  ConsultationStore,
  ConsultReport,
  ConsultRequest,
  ConsultSummary,
  CreateConsultation,
} from '@parley/schema';
import type { InstalledAgents } from '../agents/installed-agents.ts';
import { engineAgents } from './engine-agents.ts';
import { usualJudge, usualReviewers } from './usual-agents.ts';

export interface ConsultationsOptions {
  readonly engine: Engine;
  readonly agents: Pick<InstalledAgents, 'views'>;
  readonly store: ConsultationStore;
  /** Something went wrong that no caller hears of. */
  readonly report: (text: string, error: unknown) => void;
}

/** Who follows a consultation. */
export interface ConsultationWatcher {
  readonly changed: (report: ConsultReport) => void;
  readonly deleted: () => void;
}

interface Running {
  record: ConsultRecord;
  readonly stop: AbortController;
  /** Never rejects. */
  readonly ended: Promise<void>;
}

/** What a request can be refused for; anything else that keeps an agent from working is told in the report, and the others run. */
const refusals = new Set(['unknown_agent', 'folder_missing', 'policy_not_allowed', 'invalid_request']);

export class Consultations {
  readonly #options: ConsultationsOptions;
  readonly #running = new Map<ConsultationId, Running>();
  readonly #watchers = new Map<ConsultationId, Set<ConsultationWatcher>>();
  readonly #leave = new AbortController();
  #closed = false;
  /** One after the other, so that a key that comes twice at the same time makes one consultation. */
  #creating: Promise<unknown> = Promise.resolve();

  constructor(options: ConsultationsOptions) {
    this.#options = options;
  }

  /** Goes on with what runs; resolves when that has begun. One that cannot be read has failed, and keeps none of the others. */
  async resume(): Promise<void> {
    const { store, report } = this.#options;
    for (const row of await store.runningConsultations()) {
      try {
        this.#run(await readRecord(row), row.idempotency);
      } catch (error) {
        report(`consultation ${row.summary.id} cannot be gone on with`, error);
        await store.putConsultation({ ...row, summary: { ...row.summary, status: 'failed', endedAt: Date.now() } });
      }
    }
  }

  /**
   * Begins a consultation; resolves to its report as it stands once it is kept. Throws `invalid_request`, `unknown_agent`, `folder_missing`,
   * `policy_not_allowed`, `idempotency_conflict`, `shutting_down`.
   */
  create(input: CreateConsultation): Promise<ConsultReport> {
    const created = this.#creating.then(() => this.#create(input));
    this.#creating = created.catch(() => undefined);
    return created;
  }

  list(limit: number): Promise<readonly ConsultSummary[]> {
    return this.#options.store.consultations(limit);
  }

  /** The report as it stands. Throws `unknown_consultation`, and `internal` when its record cannot be read. */
  async report(id: ConsultationId): Promise<ConsultReport> {
    const { reportOf } = await consult();
    return reportOf(this.#running.get(id)?.record ?? (await readRecord(await this.#row(id))));
  }

  /** For a file: with every answer as it was given. */
  async markdown(id: ConsultationId): Promise<string> {
    const { markdownOf } = await consult();
    return markdownOf(await this.report(id));
  }

  /** Interrupts all who still work; resolves to the report at once. That it was wished for is kept. */
  async interrupt(id: ConsultationId): Promise<ConsultReport> {
    const running = this.#running.get(id);
    if (running !== undefined) {
      running.stop.abort(new Error('interrupted'));
      running.record = { ...running.record, interrupted: true };
      await this.#keep(running.record);
    }
    return this.report(id);
  }

  /** Interrupts it and forgets its report; the sessions stay. */
  async delete(id: ConsultationId): Promise<void> {
    await this.#row(id);
    const running = this.#running.get(id);
    running?.stop.abort(new Error('deleted'));
    await running?.ended;
    await this.#options.store.deleteConsultation(id);
    for (const watcher of this.#watchers.get(id) ?? []) watcher.deleted();
    this.#watchers.delete(id);
  }

  /** Tells the report as it stands, and again whenever something has happened. Returns how to stop. Throws `unknown_consultation`. */
  async watch(id: ConsultationId, watcher: ConsultationWatcher): Promise<() => void> {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers);
    let isTold = false;
    const changed = (report: ConsultReport): void => {
      isTold = true;
      watcher.changed(report);
    };
    const entered = { changed, deleted: () => watcher.deleted() };
    watchers.add(entered);
    const leave = (): void => {
      watchers.delete(entered);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
    try {
      // Read after it was entered, so that no change falls between; a change that was told meanwhile is newer.
      const report = await this.report(id);
      if (!isTold) watcher.changed(report);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** `keep`: what runs is left as it is, for the next daemon; `end`: it is interrupted. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    this.#closed = true;
    await this.#creating;
    if (runs === 'keep') this.#leave.abort(new Error('the daemon stops'));
    else for (const { stop } of this.#running.values()) stop.abort(new Error('the daemon stops'));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #create({ idempotencyKey: key, ...input }: CreateConsultation): Promise<ConsultReport> {
    const { store } = this.#options;
    if (this.#closed) throw new ParleyError('shutting_down', 'The daemon is stopping.');
    const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('base64url');
    const before = key === undefined ? undefined : await store.consultationByKey(key);
    if (before !== undefined) {
      if (before.idempotency?.fingerprint === fingerprint) return this.report(before.summary.id);
      throw new ParleyError('idempotency_conflict', `The key "${key}" was used for another consultation.`);
    }
    const { newRecord, reportOf } = await consult();
    const request = await this.#requestOf(input);
    const now = Date.now();
    const record = newRecord(newId('consultation', now), request, now);
    const idempotency = key === undefined ? undefined : { key, fingerprint };
    await this.#keep(record, idempotency);
    this.#run(record, idempotency);
    return reportOf(record);
  }

  /** The whole request, checked. */
  async #requestOf(input: Omit<CreateConsultation, 'idempotencyKey'>): Promise<ConsultRequest> {
    const { defaultTimeoutMs, problemOf } = await consult();
    const { kind, answers = [] } = input;
    const judgeDecides = kind === 'compare' || kind === 'synthesis';
    const wantsReviewers = input.reviewers === undefined && !(judgeDecides && answers.length > 0);
    const wantsJudge = input.judge === undefined && judgeDecides;
    const views = wantsReviewers || wantsJudge ? await this.#options.agents.views() : [];
    const judge = input.judge ?? (wantsJudge ? usualJudge(views) : undefined);
    const request: ConsultRequest = {
      ...input,
      reviewers: input.reviewers ?? (wantsReviewers ? usualReviewers(kind, views) : []),
      ...(judge !== undefined && { judge }),
      policy: input.policy ?? 'read-only',
      timeoutMs: input.timeoutMs ?? defaultTimeoutMs,
    };
    const problem = problemOf(request);
    if (problem !== undefined) throw new ParleyError('invalid_request', problem);
    await this.#check(request);
    return request;
  }

  /** A mistake of the caller is better told before the others have begun to work. */
  async #check({ reviewers, judge, cwd, policy }: ConsultRequest): Promise<void> {
    const choices = [...reviewers, ...(judge === undefined ? [] : [judge])];
    await Promise.all(
      choices.map((choice) =>
        this.#options.engine.draftSession({ ...choice, cwd, policy }).catch((error: unknown) => {
          if (ParleyError.is(error) && refusals.has(error.code)) throw error;
        }),
      ),
    );
  }

  #run(begun: ConsultRecord, idempotency: ConsultationRow['idempotency']): void {
    const { engine, report } = this.#options;
    const { id } = begun;
    const stop = new AbortController();
    const save = async (record: ConsultRecord): Promise<void> => {
      running.record = record;
      await this.#keep(record, idempotency);
    };
    const ended = consult()
      .then(({ runConsultation }) =>
        runConsultation(begun, engineAgents(engine), { save, signal: stop.signal, leave: this.#leave.signal }),
      )
      .catch((error: unknown) => {
        if (!this.#leave.signal.aborted) report(`consultation ${id} failed`, error);
      })
      .then(() => void this.#running.delete(id));
    const running: Running = { record: begun, stop, ended };
    this.#running.set(id, running);
  }

  async #keep(record: ConsultRecord, idempotency?: ConsultationRow['idempotency']): Promise<void> {
    const { reportOf, summaryOf } = await consult();
    const report = reportOf(record);
    await this.#options.store.putConsultation({
      summary: summaryOf(report),
      ...(idempotency !== undefined && { idempotency }),
      record: JSON.stringify(record),
    });
    for (const watcher of this.#watchers.get(record.id) ?? []) watcher.changed(report);
  }

  async #row(id: ConsultationId): Promise<ConsultationRow> {
    const row = await this.#options.store.consultation(id);
    if (row === undefined) throw new ParleyError('unknown_consultation', `There is no consultation ${id}.`);
    return row;
  }
}

/** Loaded with the first consultation: most daemons never see one. */
const consult = () => import('@parley/consult');

/** What `#keep` has written. Throws `internal` for what no report can be made of. */
async function readRecord({ summary: { id }, record }: ConsultationRow): Promise<ConsultRecord> {
  const { reportOf } = await consult();
  try {
    const read = JSON.parse(record) as ConsultRecord;
    reportOf(read);
    return read;
  } catch (cause) {
    throw new ParleyError('internal', `The record of consultation ${id} cannot be read.`, undefined, { cause });
  }
}
