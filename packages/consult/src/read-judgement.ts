// Reads what a judge says: a synthesis of reviews, or a comparison of answers.

import type { Judgement, RankedAnswer } from '@parley/schema';
import { findObjects, isObject } from './find-json.ts';
import { readConfidence, readText, readTexts } from './read-fields.ts';
import { readVerdictWords } from './verdict.ts';

/** What a judge's answer says. `labels`: those of the answers that it was given; others that it names are left out. */
export function readJudgement(answer: string, labels: readonly string[]): Judgement {
  if (answer.trim() === '') return { form: 'empty' };
  const object = findObjects(answer).findLast((one) => readText(one['summary']) !== undefined);
  if (object === undefined) return { form: 'prose' };
  const recommendation = readText(object['recommendation']);
  const words = readText(object['verdict']);
  const verdict = words === undefined ? undefined : readVerdictWords(words);
  const confidence = readConfidence(object['confidence']);
  const best = readLabel(object['best'], [...labels, 'tie']);
  return {
    form: 'structured',
    summary: readText(object['summary']) ?? '',
    ...(recommendation !== undefined && { recommendation }),
    ...(verdict !== undefined && { verdict }),
    ...(confidence !== undefined && { confidence }),
    agreements: readTexts(object['agreements']),
    disagreements: readTexts(object['disagreements']),
    limitations: readTexts(object['limitations']),
    ranking: readRanking(object['ranking'], labels),
    ...(best !== undefined && { best }),
  };
}

function readRanking(value: unknown, labels: readonly string[]): readonly RankedAnswer[] {
  if (!Array.isArray(value)) return [];
  const ranked = (value as readonly unknown[]).flatMap((one): readonly RankedAnswer[] => {
    const entry = isObject(one) ? one : { answer: one };
    const answer = readLabel(entry['answer'], labels);
    if (answer === undefined) return [];
    return [{ answer, strengths: readTexts(entry['strengths']), weaknesses: readTexts(entry['weaknesses']) }];
  });
  return ranked.filter(({ answer }, index) => ranked.findIndex((other) => other.answer === answer) === index);
}

/** `b`, `"B"`, `Answer B`. */
function readLabel(value: unknown, labels: readonly string[]): string | undefined {
  const words = readText(value)
    ?.replace(/^answer\s+/i, '')
    .toLowerCase();
  return labels.find((label) => label.toLowerCase() === words);
}
