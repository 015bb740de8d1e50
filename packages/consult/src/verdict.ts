// The words by which agents mean verdicts and severities.

import type { Severity, Verdict } from '@parley/schema';

const phrases: Readonly<Record<Verdict, readonly string[]>> = {
  approve: [
    'approve',
    'approved',
    'approves',
    'accept',
    'accepted',
    'agree',
    'lgtm',
    'true',
    'correct',
    'yes',
    'valid',
  ],
  reject: [
    'reject',
    'rejected',
    'rejects',
    'disapprove',
    'disagree',
    'request changes',
    'changes requested',
    'not approved',
    'do not approve',
    'false',
    'incorrect',
    'no',
    'invalid',
  ],
  mixed: [
    'mixed',
    'partial',
    'partially',
    'partly',
    'conditional',
    'it depends',
    'depends',
    'context dependent',
    'approve with changes',
    'approve with comments',
    'conditional approve',
  ],
  unsure: ['unsure', 'uncertain', 'unknown', 'unclear', 'not sure', 'inconclusive', 'undecided', 'abstain'],
};

export const verdicts = Object.keys(phrases) as readonly Verdict[];

const verdictOf: ReadonlyMap<string, Verdict> = new Map(
  verdicts.flatMap((verdict) => phrases[verdict].map((phrase) => [phrase, verdict] as const)),
);

/** The words that begin a longer sentence and still can mean only one thing ("yes" and "no" may begin any). */
const leading = new Map<string, Verdict>(
  ['approve', 'approved', 'reject', 'rejected', 'mixed', 'unsure', 'uncertain'].flatMap((word) => {
    const verdict = verdictOf.get(word);
    return verdict === undefined ? [] : [[word, verdict] as const];
  }),
);

/** After an "approve" these make a condition of it. */
const condition = /\b(?:with|but|if|unless|except|provided|once|after|however|although|only|subject)\b/;

/**
 * The verdict that a few words are ("Approve", "REJECT: two defects", "approve, but only with tests"); undefined where they could be
 * read in two ways, as where a template was left standing ("approve|reject").
 */
export function readVerdictWords(text: string): Verdict | undefined {
  const words = text
    .toLowerCase()
    .replace(/[*_`"'~#>]/g, '')
    .replace(/[-\s]+/g, ' ')
    .trim()
    .replace(/[.!]+$/, '');
  const whole = verdictOf.get(words);
  if (whole !== undefined) return whole;
  const [, first, rest] = /^([a-z]+)\b(.*)$/s.exec(words) ?? [];
  const verdict = leading.get(first ?? '');
  if (verdict === undefined || rest === undefined) return undefined;
  if (/^\s*(?:\||\/|or\b)/.test(rest)) return undefined;
  return verdict === 'approve' && condition.test(rest) ? 'mixed' : verdict;
}

const severityWords: Readonly<Record<Severity, readonly string[]>> = {
  critical: ['critical', 'blocker', 'severe'],
  high: ['high', 'major', 'error'],
  medium: ['medium', 'moderate', 'warning'],
  low: ['low', 'minor'],
  info: ['info', 'nit', 'note', 'informational'],
  unrated: ['unrated'],
};

export const severities = Object.keys(severityWords) as readonly Severity[];

const severityOf: ReadonlyMap<string, Severity> = new Map(
  severities.flatMap((severity) => severityWords[severity].map((word) => [word, severity] as const)),
);

export function readSeverity(value: unknown): Severity {
  return (typeof value === 'string' ? severityOf.get(value.trim().toLowerCase()) : undefined) ?? 'unrated';
}
