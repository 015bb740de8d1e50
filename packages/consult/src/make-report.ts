// Makes the report of a consultation from its record, anew whenever something has happened.

import type {
  ConsultPart,
  ConsultReport,
  ConsultRequest,
  ConsultSummary,
  JudgeReport,
  PartState,
  ReviewerReport,
} from '@parley/schema';
import { agreementOf, confidenceOf } from './agreement.ts';
import type { Voice } from './agreement.ts';
import { judgeLimitation, limitationOf, rehearsalLimitation } from './limitations.ts';
import { readJudgement } from './read-judgement.ts';
import { readReview } from './read-review.ts';
import type { ConsultRecord, Participation } from './record.ts';
import { asksVerdicts, labelOf, nameOf } from './request.ts';

/** The report of what has happened so far. */
export function reportOf(record: ConsultRecord): ConsultReport {
  const { id, request, startedAt, endedAt, judge } = record;
  const reviewers = record.reviewers.map((one, index) => reviewerOf(one, index, request));
  const voices = reviewers.map(voiceOf);
  const agreement = asksVerdicts(request.kind) ? agreementOf(voices) : undefined;
  const judgeReport = judge === undefined ? undefined : judgeOf(judge, labelsOf(record));
  return {
    schema: 'parley.consultation/1',
    id,
    status: statusOf(record, reviewers, judgeReport),
    request,
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    reviewers,
    ...(agreement !== undefined && { agreement, confidence: confidenceOf(voices, agreement) }),
    ...(judgeReport !== undefined && { judge: judgeReport }),
    limitations: [
      ...reviewers.flatMap(limitationOf),
      // One agent may be reviewer and judge.
      ...new Set([...reviewers, ...(judgeReport === undefined ? [] : [judgeReport])].flatMap(rehearsalLimitation)),
      ...(judgeReport === undefined ? [] : judgeLimitation(judgeReport)),
    ],
  };
}

/** The answers that the judge gets to see: those that are given, else those of the reviewers that gave one. */
export function answersToJudge({ request, reviewers }: Pick<ConsultRecord, 'request' | 'reviewers'>): readonly {
  readonly label: string;
  readonly answer: string;
}[] {
  const given = request.kind === 'compare' || request.kind === 'synthesis' ? (request.answers ?? []) : [];
  if (given.length > 0) return given.map((answer, index) => ({ label: labelOf(index), answer }));
  return reviewers.flatMap(({ progress }, index) =>
    progress.state === 'answered' && progress.answer.trim() !== ''
      ? [{ label: labelOf(index), answer: progress.answer }]
      : [],
  );
}

/** One line of the report. */
export function summaryOf({ id, request, status, reviewers, judge, ...report }: ConsultReport): ConsultSummary {
  const { startedAt, endedAt, agreement, confidence } = report;
  const part = ({ agent, model, state }: ConsultPart) => ({ agent, state, ...(model !== undefined && { model }) });
  return {
    id,
    kind: request.kind,
    question: request.question.slice(0, 200),
    cwd: request.cwd,
    status,
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    reviewers: reviewers.map((one) => ({
      ...part(one),
      ...(one.reading !== undefined && 'verdict' in one.reading && { verdict: one.reading.verdict }),
    })),
    ...(judge !== undefined && { judge: part(judge) }),
    ...(agreement !== undefined && { agreement: agreement.state }),
    ...(confidence !== undefined && { confidence: confidence.level }),
  };
}

function labelsOf(record: ConsultRecord): readonly string[] {
  return answersToJudge(record).map(({ label }) => label);
}

function reviewerOf(part: Participation, index: number, { kind }: ConsultRequest): ReviewerReport {
  const { progress } = part;
  const reading = progress.state === 'answered' && asksVerdicts(kind) ? readReview(progress.answer) : undefined;
  return { label: labelOf(index), ...partOf(part), ...(reading !== undefined && { reading }) };
}

function judgeOf(part: Participation, labels: readonly string[]): JudgeReport {
  const { progress } = part;
  return {
    ...partOf(part),
    ...(progress.state === 'answered' && { judgement: readJudgement(progress.answer, labels) }),
    ...(progress.state === 'not-asked' && { reason: progress.reason }),
  };
}

function partOf(part: Participation): ConsultPart {
  const { choice, progress, sessionId, backend, actualModel, turnIds, limits, usage, startedAt, endedAt } = part;
  return {
    agent: choice.agent,
    ...(choice.model !== undefined && { model: choice.model }),
    ...(actualModel !== undefined && { actualModel }),
    state: stateOf(progress),
    ...(progress.state === 'failed' && { error: progress.error }),
    ...(progress.state === 'answered' && { answer: progress.answer }),
    limits,
    ...(backend !== undefined && { backend }),
    // Without a backend the session was wanted, and did not come about.
    ...(sessionId !== undefined && backend !== undefined && { sessionId }),
    turnIds,
    ...(usage !== undefined && { usage }),
    ...(startedAt !== undefined && endedAt !== undefined && { durationMs: endedAt - startedAt }),
  };
}

function stateOf(progress: Participation['progress']): PartState {
  switch (progress.state) {
    case 'answered':
      return progress.answer.trim() === '' ? 'silent' : 'answered';
    case 'failed':
      switch (progress.error.code) {
        case 'timeout':
        case 'idle_timeout':
        case 'start_timeout':
          return 'timed-out';
        case 'agent_not_installed':
        case 'unknown_agent':
          return 'skipped';
        case 'no_answer':
          return 'silent';
        default:
          return 'failed';
      }
    case 'waiting':
    case 'working':
    case 'interrupted':
    case 'not-asked':
      return progress.state;
  }
}

function voiceOf(reviewer: ReviewerReport): Voice {
  const { reading } = reviewer;
  if (reading === undefined || !('verdict' in reading)) return { name: nameOf(reviewer), findings: [] };
  const { verdict, confidence, findings } = reading;
  return { name: nameOf(reviewer), verdict, findings, ...(confidence !== undefined && { confidence }) };
}

function statusOf(
  { interrupted, endedAt }: ConsultRecord,
  reviewers: readonly ConsultPart[],
  judge: ConsultPart | undefined,
): ConsultReport['status'] {
  const parts = judge === undefined ? reviewers : [...reviewers, judge];
  // A judge may have to be asked after the last reviewer has ended: it is over when it says so.
  if (endedAt === undefined) return 'running';
  if (interrupted === true) return 'interrupted';
  const answered = parts.filter(({ state }) => state === 'answered').length;
  return answered === parts.length ? 'completed' : answered === 0 ? 'failed' : 'partial';
}
