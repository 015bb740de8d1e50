// The JSON that reviewers and judges are asked for, as JSON Schema (2020-12): part of the prompts, and fit for an agent's own schema option.

import { severities, verdicts } from './verdict.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;
const confidence = { type: 'number', minimum: 0, maximum: 1 } as const;

export const reviewSchema = {
  type: 'object',
  required: ['verdict', 'confidence', 'summary', 'findings'],
  properties: {
    verdict: { enum: verdicts },
    confidence,
    summary: text,
    findings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['severity', 'title', 'detail'],
        properties: {
          severity: { enum: severities.filter((severity) => severity !== 'unrated') },
          title: text,
          detail: text,
          file: text,
          line: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
} as const;

export const synthesisSchema = {
  type: 'object',
  required: ['summary', 'verdict', 'confidence', 'agreements', 'disagreements', 'recommendation', 'limitations'],
  properties: {
    summary: text,
    verdict: { enum: verdicts },
    confidence,
    agreements: texts,
    disagreements: texts,
    recommendation: text,
    limitations: texts,
  },
} as const;

/** `labels`: of the answers that are compared. */
export function comparisonSchema(labels: readonly string[]) {
  return {
    type: 'object',
    required: [
      'summary',
      'best',
      'ranking',
      'confidence',
      'agreements',
      'disagreements',
      'recommendation',
      'limitations',
    ],
    properties: {
      summary: text,
      best: { enum: [...labels, 'tie'] },
      ranking: {
        type: 'array',
        description: 'best first',
        items: {
          type: 'object',
          required: ['answer', 'strengths', 'weaknesses'],
          properties: { answer: { enum: labels }, strengths: texts, weaknesses: texts },
        },
      },
      confidence,
      agreements: texts,
      disagreements: texts,
      recommendation: text,
      limitations: texts,
    },
  } as const;
}
