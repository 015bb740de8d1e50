import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJudgement } from './read-judgement.ts';

test('a comparison is read, and answers that the judge was not given are left out', () => {
  const judgement = readJudgement(
    `Here:\n${JSON.stringify({
      summary: 'B is right.',
      best: 'b',
      ranking: [
        { answer: 'Answer B', strengths: ['checked'], weaknesses: [] },
        { answer: 'C', strengths: ['made up'] },
        { answer: 'A', weaknesses: 'guessed' },
        { answer: 'B' },
      ],
      confidence: 0.9,
      agreements: ['both name the cache'],
      disagreements: [],
      recommendation: 'Take B.',
      limitations: [''],
    })}`,
    ['A', 'B'],
  );
  assert.deepEqual(judgement, {
    form: 'structured',
    summary: 'B is right.',
    recommendation: 'Take B.',
    confidence: 0.9,
    agreements: ['both name the cache'],
    disagreements: [],
    limitations: [],
    ranking: [
      { answer: 'B', strengths: ['checked'], weaknesses: [] },
      { answer: 'A', strengths: [], weaknesses: ['guessed'] },
    ],
    best: 'B',
  });
});

test('a judge that writes prose is not taken apart, and a silent one is empty', () => {
  assert.deepEqual(readJudgement('B is better.', ['A', 'B']), { form: 'prose' });
  assert.deepEqual(readJudgement('', ['A', 'B']), { form: 'empty' });
});
