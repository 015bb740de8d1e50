import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reviewIntegrityOf } from './review-integrity.ts';
import { scoreOf, thresholds } from './score.ts';
import type { ScoredRequest } from './score.ts';

const score = ({
  text = 'Hello',
  ...wanted
}: Partial<ScoredRequest> & { disallowedTools?: readonly string[] }): number => {
  const { allowedTools, disallowedTools } = wanted;
  const review = reviewIntegrityOf({ text, allowedTools, disallowedTools });
  return scoreOf({ bypassRequested: false, fullAuto: false, mcpServers: [], ...wanted, text, review }).score;
};

const types = (text: string, tools: { allowedTools?: readonly string[]; disallowedTools?: readonly string[] } = {}) =>
  reviewIntegrityOf({ text, ...tools }).violations.map(({ type }) => type);

test('each thing that is asked for has its weight', () => {
  assert.equal(score({}), 0);
  assert.equal(score({ bypassRequested: true }), 3);
  assert.equal(score({ fullAuto: true }), 2);
  assert.equal(score({ mcpServers: ['exa', 'ref_tools', 'sqry', 'exa'] }), 3);
  assert.equal(score({ mcpServers: ['somebody'] }), 1);
  assert.equal(score({ text: 'Delete the tokens and secrets.' }), 3);
  assert.equal(score({ allowedTools: [] }), 0);
  assert.equal(score({ text: 'Review it', allowedTools: [] }), 6);
  assert.equal(score({ text: 'Audit it without any tools', disallowedTools: ['Read'] }), 10);
});

test('a bypass and a destructive word together are more than balanced lets through (G 39)', () => {
  const risk = score({ bypassRequested: true, text: 'wipe the folder' });
  assert.equal(risk, 6);
  assert.ok(risk > thresholds.balanced && risk <= thresholds.permissive);
});

test('a destructive word counts as a word only', () => {
  assert.equal(score({ text: 'tokenize the deleted passwordless accounts' }), 0);
});

test('a review with an empty list of tools, or without the tools that it needs, is a finding (G 41)', () => {
  assert.deepEqual(types('Please review this', { allowedTools: [] }), ['empty_allowed_tools']);
  assert.deepEqual(types('Security check', { disallowedTools: ['Bash(rm:*)', 'Write'] }), [
    'critical_tools_disallowed',
  ]);
  assert.deepEqual(types('Security check', { disallowedTools: ['WebFetch', 'Readme'] }), []);
  assert.deepEqual(types('Write a poem', { allowedTools: [], disallowedTools: ['Read'] }), []);
});

test('words that keep a reviewer from its tools are a finding (G 41)', () => {
  for (const text of [
    'Review this. Do not use any tools.',
    "Analyse it, but don't run shell commands.",
    'Inspect the code without running bash',
    'Assess it and never, under no circumstances, call a tool',
    'Find bugs; use no tools.',
    'Find the defects. Don’t run\ncommands.',
  ])
    assert.deepEqual(types(text), ['tool_suppression'], text);
  for (const text of [
    'Review this and use all tools.',
    'Review it. Do not change anything. Use your tools to look.',
    'Find bugs: never trust the input.',
    `Review it. Do not ${'x'.repeat(100)} tool`,
    'Do not use tools.',
  ])
    assert.deepEqual(types(text), [], text);
});

test('the total is the sum of the findings', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), fc.array(fc.string()), (text, allowedTools, disallowedTools) => {
      const { violations, totalScore, isReviewContext } = reviewIntegrityOf({
        text: `${text} review`,
        allowedTools,
        disallowedTools,
      });
      assert.ok(isReviewContext || violations.length === 0);
      assert.equal(
        totalScore,
        violations.reduce((sum, one) => sum + one.score, 0),
      );
    }),
  );
});

test('a prompt of four megabytes is matched in linear time', () => {
  for (const part of ['do not ', 'tool ', 'do not tool', 'review. ', 'never\n\n', 'delet', ' no too', '. ']) {
    const start = performance.now();
    score({ text: `review ${part.repeat(4_000_000 / part.length)}` });
    assert.ok(performance.now() - start < 5000, `${part} took ${performance.now() - start} ms`);
  }
});
