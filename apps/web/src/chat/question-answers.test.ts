// Answers to questions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalQuestion } from '@parley/schema';
import { answersTo, choose, emptyAnswer, isAnswered, write } from './question-answers.ts';

const one: ApprovalQuestion = { id: 'q', text: '?', choices: [{ label: 'a' }, { label: 'b' }], multiple: false };
const many: ApprovalQuestion = { ...one, multiple: true };

test('of one choice the last click or the written words count', () => {
  const clicked = choose(one, choose(one, emptyAnswer, 'a'), 'b');
  assert.deepEqual(answersTo([one], { q: clicked }), { q: ['b'] });
  const written = write(one, clicked, ' own ');
  assert.deepEqual(answersTo([one], { q: written }), { q: ['own'] });
  assert.deepEqual(answersTo([one], { q: choose(one, written, 'a') }), { q: ['a'] });
});

test('of several choices clicks add and take away, and words come on top', () => {
  const twice = choose(many, choose(many, choose(many, emptyAnswer, 'a'), 'b'), 'a');
  assert.deepEqual(answersTo([many], { q: write(many, twice, 'more') }), { q: ['b', 'more'] });
});

test('blank words are no answer', () => {
  assert.equal(isAnswered(write(one, emptyAnswer, '  ')), false);
  assert.equal(isAnswered(choose(one, emptyAnswer, 'a')), true);
});
