// What a report cannot say, in sentences: each who was asked and does not count.

import type { ConsultPart, JudgeReport, ReviewerReport } from '@parley/schema';
import { nameOf } from './request.ts';

/** Whose verdict is not in the count, and why. */
export function limitationOf(reviewer: ReviewerReport): readonly string[] {
  const name = nameOf(reviewer);
  const { state, error, reading } = reviewer;
  switch (state) {
    case 'answered':
      if (reading?.form === 'unreadable')
        return [`${name} answered, but not with one verdict: ${reading.reason} It counts for nobody.`];
      return reading !== undefined && 'verdict' in reading && reading.verdict === 'unsure'
        ? [`${name} is unsure and takes no side.`]
        : [];
    case 'silent':
      return [`${name} gave no answer; silence is not agreement.`];
    case 'failed':
      return [`${name} failed: ${error?.message ?? ''}`];
    case 'timed-out':
      return [`${name} ran out of time.`];
    case 'interrupted':
      return [`${name} was interrupted.`];
    case 'skipped':
      return [`${name} was skipped: ${error?.message ?? ''}`];
    case 'waiting':
    case 'working':
      return [`${name} has not ended yet.`];
    case 'not-asked':
      return [];
  }
}

/** Nobody is to take rehearsed words for a model's. */
export function rehearsalLimitation(part: ConsultPart): readonly string[] {
  return part.state === 'answered' && part.backend?.kind === 'rehearsal'
    ? [`${nameOf(part)} has no model server: its words come from Parley's offline rehearsal.`]
    : [];
}

/** Why there is no judgement, or none that could be taken apart. */
export function judgeLimitation({ state, error, judgement, reason, ...judge }: JudgeReport): readonly string[] {
  const name = `The judge ${nameOf(judge)}`;
  if (state === 'answered') {
    return judgement?.form === 'prose' ? [`${name} answered in a form of its own: read its words.`] : [];
  }
  if (state === 'waiting' || state === 'working') return [`${name} has not ended yet.`];
  return [`${name} gave no judgement: ${reason ?? error?.message ?? state}`];
}
