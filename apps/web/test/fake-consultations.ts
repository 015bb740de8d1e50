// Consultations of the fake daemon: begun, answered one reviewer after the other as a test says, and told to who watches.

import { newId } from '@parley/schema';
import type {
  Agreement,
  ConsultReport,
  ConsultSummary,
  CreateConsultation,
  ReviewerReport,
  Verdict,
} from '@parley/schema';
import { Refusal } from './fake-sessions.ts';

const noVerdicts: Readonly<Record<Verdict, number>> = { approve: 0, reject: 0, mixed: 0, unsure: 0 };

export class FakeConsultations {
  readonly #reports = new Map<string, ConsultReport>();
  readonly #watchers = new Map<string, Map<object, (report: ConsultReport) => void>>();
  /** As they were asked for. */
  readonly created: CreateConsultation[] = [];

  create(given: CreateConsultation): ConsultReport {
    this.created.push(given);
    const { reviewers = [], judge, idempotencyKey: _key, ...request } = given;
    const working = { state: 'working', limits: [], turnIds: [] } as const;
    const report: ConsultReport = {
      schema: 'parley.consultation/1',
      id: newId('consultation'),
      status: 'running',
      request: { ...request, reviewers, policy: 'read-only', timeoutMs: 600_000, ...(judge && { judge }) },
      startedAt: Date.now(),
      reviewers: reviewers.map((choice, index) => ({ ...choice, ...working, label: 'AB'.charAt(index) })),
      agreement: agreementOf([]),
      ...(judge && { judge: { ...judge, state: 'waiting', limits: [], turnIds: [] } }),
      limitations: [],
    };
    this.#keep(report);
    return report;
  }

  /** One reviewer has answered; with the last of them the consultation ends. */
  answer(id: string, label: string, verdict: Verdict, summary: string): void {
    const report = this.get(id);
    const reading = {
      form: 'structured',
      verdict,
      confidence: 0.8,
      summary,
      findings: [
        { severity: 'low', title: 'A name could say more', detail: '' },
        {
          severity: 'critical',
          title: 'The lock is never released',
          detail: 'On an error the `finally` is missing.',
          file: 'src/lock.ts',
          line: 42,
        },
      ],
    } as const;
    const reviewers = report.reviewers.map((one): ReviewerReport =>
      one.label === label
        ? { ...one, state: 'answered', reading, answer: `{"verdict":"${verdict}"}`, durationMs: 4200 }
        : one,
    );
    const ended = reviewers.every(({ state }) => state === 'answered');
    const { judge } = report;
    this.#keep({
      ...report,
      reviewers,
      agreement: agreementOf(
        reviewers.flatMap((one) => (one.reading?.form === 'structured' ? [one.reading.verdict] : [])),
      ),
      ...(ended && {
        status: 'completed',
        endedAt: Date.now(),
        confidence: { level: 'low', reason: 'They disagree.' },
        limitations: ['Reviewers can share a blind spot.'],
        ...(judge && {
          judge: { ...judge, state: 'answered', judgement: { form: 'prose' }, answer: 'Listen to **B**.' },
        }),
      }),
    });
  }

  get(id: string): ConsultReport {
    const report = this.#reports.get(id);
    if (report === undefined) throw new Refusal('unknown_consultation', `There is no consultation ${id}.`);
    return report;
  }

  interrupt(id: string): ConsultReport {
    const report = { ...this.get(id), status: 'interrupted' as const, endedAt: Date.now() };
    this.#keep(report);
    return report;
  }

  remove(id: string): void {
    this.#reports.delete(id);
  }

  summaries(): readonly ConsultSummary[] {
    return [...this.#reports.values()].reverse().map(({ id, status, startedAt, request, reviewers, agreement }) => ({
      id,
      status,
      startedAt,
      kind: request.kind,
      question: request.question,
      cwd: request.cwd,
      reviewers: reviewers.map(({ agent, state }) => ({ agent, state })),
      ...(agreement && { agreement: agreement.state }),
    }));
  }

  watch(id: string, who: object, tell: (report: ConsultReport) => void): void {
    const watchers = this.#watchers.get(id) ?? new Map<object, (report: ConsultReport) => void>();
    this.#watchers.set(id, watchers.set(who, tell));
    tell(this.get(id));
  }

  unwatch(id: string, who: object): void {
    this.#watchers.get(id)?.delete(who);
  }

  #keep(report: ConsultReport): void {
    this.#reports.set(report.id, report);
    for (const tell of this.#watchers.get(report.id)?.values() ?? []) tell(report);
  }
}

function agreementOf(verdicts: readonly Verdict[]): Agreement {
  const counts = { ...noVerdicts };
  for (const verdict of verdicts) counts[verdict] += 1;
  const comparable = verdicts.filter((verdict) => verdict !== 'unsure').length;
  const state = comparable < 2 ? 'not-comparable' : new Set(verdicts).size === 1 ? 'agree' : 'disagree';
  const signals = state === 'disagree' ? ['A approves, B rejects.'] : [];
  return { state, asked: 2, comparable, counts, signals };
}
