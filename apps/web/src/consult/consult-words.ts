// The words of a consultation for people: kinds, states, verdicts, agreement.

import type { Agreement, ConsultKind, ConsultStatus, PartState, Severity, Verdict } from '@parley/schema';

/** The kinds that are begun on this page, each with the question's label. */
export const kindWords: Readonly<
  Record<ConsultKind, { readonly name: string; readonly meaning: string; readonly ask: string }>
> = {
  validate: { name: 'Review', meaning: 'Each agent says whether this is right.', ask: 'What is to be reviewed?' },
  'second-opinion': {
    name: 'Second opinion',
    meaning: 'Each agent judges an answer that you have already.',
    ask: 'The question',
  },
  'red-team': { name: 'Red team', meaning: 'Each agent looks for what is wrong.', ask: 'What is to be attacked?' },
  consensus: { name: 'Claim', meaning: 'Each agent says whether the claim is true.', ask: 'The claim' },
  ask: { name: 'Ask all', meaning: 'Each agent answers in its own words; no verdicts.', ask: 'The question' },
  compare: { name: 'Compare', meaning: 'Each agent answers, and a judge compares the answers.', ask: 'The question' },
  synthesis: { name: 'Synthesis', meaning: 'A judge brings reviews together.', ask: 'The question' },
};

export const statusWords: Readonly<Record<ConsultStatus, string>> = {
  running: 'Running',
  completed: 'All have answered',
  partial: 'Some have answered',
  failed: 'Nobody has answered',
  interrupted: 'Stopped',
};

export const partWords: Readonly<Record<PartState, string>> = {
  waiting: 'Waiting',
  working: 'Working',
  answered: 'Answered',
  silent: 'Ended without a word',
  failed: 'Failed',
  'timed-out': 'Out of time',
  interrupted: 'Stopped',
  skipped: 'Not here',
  'not-asked': 'Not asked',
};

export const verdictWords: Readonly<Record<Verdict, string>> = {
  approve: 'Approves',
  reject: 'Rejects',
  mixed: 'Right in part',
  unsure: 'Takes no side',
};

/** Of a claim: true, false, or depends. */
export const claimWords: Readonly<Record<Verdict, string>> = {
  approve: 'True',
  reject: 'False',
  mixed: 'Depends',
  unsure: 'Takes no side',
};

export const agreementWords: Readonly<Record<Agreement['state'], string>> = {
  agree: 'They agree',
  disagree: 'They disagree',
  'not-comparable': 'Nothing to compare',
};

/** Worst first. */
export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info', 'unrated'];

export function wordOf(verdict: Verdict, kind: ConsultKind): string {
  return (kind === 'consensus' ? claimWords : verdictWords)[verdict];
}

/** True while something of it may still change. */
export function isOpenPart(state: PartState): boolean {
  return state === 'waiting' || state === 'working';
}
