// Makes the report of a consultation from its record, anew whenever something has happened.

import { agreementOf, confidenceOf } from './agreement.ts';
import type { Voice } from './agreement.ts';
import { judgeLimitation, limitationOf } from './limitations.ts';
import { readJudgement } from './read-judgement.ts';
import { readReview } from './read-review.ts';
import type { ConsultRecord, Participation } from './record.ts';
import type { ConsultReport, JudgeReport, Part, PartState, ReviewerReport } from './report.ts';
import { labelOf, nameOf } from './request.ts';
import type { ConsultRequest } from './request.ts';

/** The report of what has happened so far. */
export function reportOf(record: ConsultRecord): ConsultReport {
  const { id, request, startedAt, endedAt, judge } = record;
  const reviewers = record.reviewers.map((one, index) => reviewerOf(one, index, request));
  const asksVerdicts = request.kind !== 'compare';
  const voices = reviewers.map(voiceOf);
  const agreement = asksVerdicts ? agreementOf(voices) : undefined;
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
      ...(judgeReport === undefined ? [] : judgeLimitation(judgeReport)),
    ],
  };
}

/** The answers that the judge gets to see: those that are given, else those of the reviewers that gave one. */
export function answersToJudge({ request, reviewers }: Pick<ConsultRecord, 'request' | 'reviewers'>): readonly {
  readonly label: string;
  readonly answer: string;
}[] {
  const given = request.kind === 'compare' ? (request.answers ?? []) : [];
  if (given.length > 0) return given.map((answer, index) => ({ label: labelOf(index), answer }));
  return reviewers.flatMap(({ progress }, index) =>
    progress.state === 'answered' && progress.answer.trim() !== ''
      ? [{ label: labelOf(index), answer: progress.answer }]
      : [],
  );
}

function labelsOf(record: ConsultRecord): readonly string[] {
  return answersToJudge(record).map(({ label }) => label);
}

function reviewerOf(part: Participation, index: number, { kind }: ConsultRequest): ReviewerReport {
  const { progress } = part;
  const reading = progress.state === 'answered' && kind !== 'compare' ? readReview(progress.answer) : undefined;
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

function partOf({ choice, progress, sessionId, turnIds, limits, usage, startedAt, endedAt }: Participation): Part {
  return {
    agent: choice.agent,
    ...(choice.model !== undefined && { model: choice.model }),
    state: stateOf(progress),
    ...(progress.state === 'failed' && { error: progress.error }),
    ...(progress.state === 'answered' && { answer: progress.answer }),
    limits,
    ...(sessionId !== undefined && { sessionId }),
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
  { interrupted }: ConsultRecord,
  reviewers: readonly Part[],
  judge: Part | undefined,
): ConsultReport['status'] {
  const parts = judge === undefined ? reviewers : [...reviewers, judge];
  if (interrupted === true) return 'interrupted';
  if (parts.some(({ state }) => state === 'waiting' || state === 'working')) return 'running';
  const answered = parts.filter(({ state }) => state === 'answered').length;
  return answered === parts.length ? 'completed' : answered === 0 ? 'failed' : 'partial';
}
