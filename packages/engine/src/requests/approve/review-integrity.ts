// Review integrity: does a request for a review take from the reviewer what it needs to look at anything? A reviewer without tools can
// only believe what it is told. Each pattern is found in one pass and without backtracking: the work is linear in the text.

import type { ReviewFinding, ReviewIntegrity } from '@parley/schema';

export interface ReviewedRequest {
  readonly text: string;
  /** Absent: the agent's usual tools. */
  readonly allowedTools?: readonly string[] | undefined;
  readonly disallowedTools?: readonly string[] | undefined;
}

export const reviewScores = { empty_allowed_tools: 6, critical_tools_disallowed: 6, tool_suppression: 4 } as const;

/** Begins of words, so that "reviewing", "audited" and "vulnerabilities" count. */
const reviewWords =
  /\b(?:review|audit|analy[sz]|inspect|assess|pentest|security|vulnerabilit|bug(?:s|gy)?\b|defect|quality)/i;

/** The tools with which a reviewer reads code and tries it. */
const criticalTools: ReadonlySet<string> = new Set(['read', 'grep', 'glob', 'bash']);

const forbids = /\b(?:do not|don['’]?t|never|without|avoid|must not|mustn['’]?t|refrain from)\b/gi;
const means = /\b(?:tool|shell|bash|command)s?\b/gi;
const noTools = /\bno (?:tool|shell|bash|command)s?\b/i;
/** What is forbidden is in the same sentence. */
const sentenceEnd = /[.!?;](?=\s|$)|\n[ \t]*\n/g;

/** Characters between the word that forbids and the word for tools. */
const reach = 80;

export function isReview(text: string): boolean {
  return reviewWords.test(text);
}

/** Outside of a review there are no findings. */
export function reviewIntegrityOf({ text, allowedTools, disallowedTools = [] }: ReviewedRequest): ReviewIntegrity {
  if (!isReview(text)) return { isReviewContext: false, violations: [], totalScore: 0 };
  const violations: ReviewFinding[] = [];
  const found = (type: ReviewFinding['type'], detail: string): void => {
    violations.push({ type, score: reviewScores[type], detail });
  };
  if (allowedTools?.length === 0) found('empty_allowed_tools', 'The list of allowed tools is empty.');
  const critical = disallowedTools.filter((tool) => criticalTools.has(nameOf(tool)));
  if (critical.length > 0)
    found('critical_tools_disallowed', `Tools that a review needs are not allowed: ${critical.join(', ')}.`);
  if (suppressesTools(text))
    found('tool_suppression', 'The words tell the reviewer not to use tools, a shell or commands.');
  return { isReviewContext: true, violations, totalScore: violations.reduce((sum, { score }) => sum + score, 0) };
}

/** `Bash(rm:*)` and `Bash:rm` are about Bash. */
const nameOf = (tool: string): string => (/^[^(:]*/.exec(tool)?.[0] ?? '').trim().toLowerCase();

/** A word that forbids, and within reach in the same sentence a word for tools. */
function suppressesTools(text: string): boolean {
  if (noTools.test(text)) return true;
  const starts = [...text.matchAll(forbids)].map(({ index, 0: word }) => index + word.length);
  if (starts.length === 0) return false;
  const tools = [...text.matchAll(means)].map(({ index }) => index);
  const ends = [...text.matchAll(sentenceEnd)].map(({ index }) => index);
  let tool = 0;
  let end = 0;
  for (const start of starts) {
    while ((tools[tool] ?? Infinity) < start) tool += 1;
    while ((ends[end] ?? Infinity) < start) end += 1;
    const at = tools[tool];
    if (at === undefined) return false;
    if (at - start <= reach && at < (ends[end] ?? Infinity)) return true;
  }
  return false;
}
