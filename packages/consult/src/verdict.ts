// The verdicts, and the words by which agents mean them.

/** `mixed`: right in part, or only under conditions. `unsure`: the reviewer takes no side. */
export type Verdict = 'approve' | 'reject' | 'mixed' | 'unsure';
export const verdicts = ['approve', 'reject', 'mixed', 'unsure'] as const;

/** A verdict that can be compared with another: `unsure` takes no side, so it can neither agree nor disagree. */
export type Position = Exclude<Verdict, 'unsure'>;

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unrated';
export const severities = ['critical', 'high', 'medium', 'low', 'info', 'unrated'] as const;

export interface Finding {
  /** `unrated`: the reviewer said none, or a word that means none. */
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

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

const severityOf: ReadonlyMap<string, Severity> = new Map([
  ...severities.map((severity) => [severity, severity] as const),
  ['blocker', 'critical'],
  ['severe', 'critical'],
  ['major', 'high'],
  ['error', 'high'],
  ['moderate', 'medium'],
  ['warning', 'medium'],
  ['minor', 'low'],
  ['nit', 'info'],
  ['note', 'info'],
  ['informational', 'info'],
]);

export function readSeverity(value: unknown): Severity {
  return (typeof value === 'string' ? severityOf.get(value.trim().toLowerCase()) : undefined) ?? 'unrated';
}
