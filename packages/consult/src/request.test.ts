import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from './request.ts';
import type { ConsultRequest } from '@parley/schema';

const request = (change: Partial<ConsultRequest>): ConsultRequest => ({
  kind: 'validate',
  question: 'Is it right?',
  reviewers: [{ agent: 'codex' }, { agent: 'claude' }],
  cwd: '/code',
  policy: 'read-only',
  timeoutMs: 1000,
  ...change,
});
const judge = { agent: 'gemini' };

test('what can be asked has no problem', () => {
  for (const change of [
    {},
    { reviewers: [{ agent: 'codex' }] },
    { reviewers: [{ agent: 'codex' }, { agent: 'codex', model: 'other' }] },
    { kind: 'second-opinion', answers: ['yes'] },
    { kind: 'compare', judge },
    { kind: 'compare', judge, reviewers: [], answers: ['a', 'b'] },
    { kind: 'synthesis', judge, reviewers: [], answers: ['a'] },
    { kind: 'ask' },
  ] as const) {
    assert.equal(problemOf(request(change)), undefined);
  }
});

test('what cannot be meant is told in a sentence', () => {
  for (const [change, problem] of [
    [{ question: ' ' }, /no question/],
    [{ reviewers: [] }, /No agent/],
    [{ reviewers: [{ agent: 'codex' }, { agent: 'codex' }] }, /codex is named twice/],
    [{ reviewers: Array.from({ length: 17 }, (_, n) => ({ agent: `a${n}` })) }, /At most 16/],
    [{ answers: ['yes'] }, /not for validate/],
    [{ kind: 'compare' }, /needs a judge/],
    [{ kind: 'compare', judge, reviewers: [{ agent: 'codex' }] }, /two agents/],
    [{ kind: 'compare', judge, reviewers: [], answers: ['a'] }, /one answer/],
    [{ kind: 'compare', judge, answers: ['a', 'b'] }, /judge alone/],
    [{ kind: 'second-opinion', answers: [''] }, /empty/],
    [{ kind: 'synthesis', reviewers: [], answers: ['a'] }, /needs a judge/],
    [{ kind: 'synthesis', judge, answers: ['a'] }, /judge alone/],
    [{ kind: 'synthesis', judge, reviewers: [] }, /no review/],
    [{ kind: 'ask', judge }, /not judged/],
  ] as const) {
    assert.match(problemOf(request(change)) ?? '', problem);
  }
});
