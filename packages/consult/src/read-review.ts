// Reads a reviewer's answer: the JSON that it was asked for, wherever it stands, or an explicit verdict in prose, and nothing else.

import type { Reading, Verdict } from '@parley/schema';
import { findObjects, isObject } from './find-json.ts';
import type { JsonObject } from './find-json.ts';
import { readConfidence, readFindings, readText } from './read-fields.ts';
import { readVerdictWords } from './verdict.ts';

/** What an answer says. Never throws and never guesses: two different verdicts in one answer are none. */
export function readReview(answer: string): Reading {
  if (answer.trim() === '') return { form: 'empty' };
  const structured = findObjects(answer).flatMap((object) => readObject(object) ?? readObject(onlyValue(object)) ?? []);
  const last = structured.at(-1);
  if (last !== undefined) {
    return structured.every(({ verdict }) => verdict === last.verdict) ? last : conflicting(structured);
  }
  const said = verdictLines(answer);
  const [first] = said;
  if (first === undefined) return { form: 'unreadable', reason: 'The answer names no verdict.' };
  if (said.some(({ verdict }) => verdict !== first.verdict)) return conflicting(said);
  return { form: 'prose', verdict: first.verdict, summary: '', findings: [] };
}

type Readable = Extract<Reading, { readonly verdict: Verdict }>;

function readObject(object: JsonObject | undefined): Readable | undefined {
  const words = readText(object?.['verdict']);
  const verdict = words === undefined ? undefined : readVerdictWords(words);
  if (object === undefined || verdict === undefined) return undefined;
  const confidence = readConfidence(object['confidence']);
  return {
    form: 'structured',
    verdict,
    ...(confidence !== undefined && { confidence }),
    summary: readText(object['summary']) ?? '',
    findings: readFindings(object['findings']),
  };
}

/** `{"review": {…}}`: some models wrap what they were asked for. */
function onlyValue(object: JsonObject): JsonObject | undefined {
  const values = Object.values(object);
  const [value] = values;
  return values.length === 1 && isObject(value) ? value : undefined;
}

/**
 * A line that begins with "Verdict", as words, heading or bold, with the verdict behind it or in the next line that has words. Seen with
 * reviewers that were asked for headings: "## Verdict" + "APPROVE", "**Verdict:** REJECT", "- Verdict: `mixed`".
 */
function verdictLines(answer: string): readonly { readonly verdict: Verdict }[] {
  const lines = answer.split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => {
    const [, after] =
      /^(?:[-*>]\s+|\d+[.)]\s+)?[#*_\s]*(?:final\s+|overall\s+)?verdict\b[*_\s]*[:=–—-]?(.*)$/i.exec(line) ?? [];
    if (after === undefined) return [];
    const words = /\w/.test(after) ? after : (lines.slice(index + 1).find((next) => /\w/.test(next)) ?? '');
    const verdict = readVerdictWords(words);
    return verdict === undefined ? [] : [{ verdict }];
  });
}

function conflicting(all: readonly { readonly verdict: Verdict }[]): Reading {
  const named = [...new Set(all.map(({ verdict }) => verdict))].join(' and ');
  return { form: 'unreadable', reason: `The answer names several verdicts: ${named}.` };
}
