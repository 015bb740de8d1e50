// How entries are set out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ItemId, TurnId } from '@parley/schema';
import { arrangeTurn } from './arrange-turn.ts';
import type { Entry, TurnBlock } from './model.ts';
import { workText } from './work-text.ts';

const item = (id: string, type: 'user_message' | 'assistant_message' | 'reasoning', open = false): Entry => ({
  kind: 'item',
  id,
  item: { id: id as ItemId, type, text: id },
  open,
  startedAt: 1,
});
const notice = (id: string, code: string): Entry => ({ kind: 'notice', id, level: 'info', code, text: id, times: 1 });
const turn = (...entries: Entry[]): TurnBlock => ({
  kind: 'turn',
  id: 'trn_1' as TurnId,
  text: 'go',
  state: 'running',
  entries,
  startedAt: 1,
});

test('steps in a row are one group, messages stand alone', () => {
  const { groups, needsPrompt } = arrangeTurn(
    turn(
      item('u', 'user_message'),
      item('r1', 'reasoning'),
      item('r2', 'reasoning'),
      item('a', 'assistant_message'),
      item('r3', 'reasoning'),
    ),
    100,
  );
  assert.deepEqual(
    groups.map(({ entries }) => entries.map(({ id }) => id)),
    [['u'], ['r1', 'r2'], ['a'], ['r3']],
  );
  assert.equal(needsPrompt, false);
});

test('unknown events are gathered, the rehearsal notice is left to the banner, a missing prompt is told', () => {
  const { groups, unknown, needsPrompt } = arrangeTurn(
    turn(notice('x', 'unknown_event'), notice('y', 'rehearsal'), notice('z', 'retrying')),
    100,
  );
  assert.deepEqual(
    groups.flatMap(({ entries }) => entries.map(({ id }) => id)),
    ['z'],
  );
  assert.deepEqual(
    unknown.map(({ id }) => id),
    ['x'],
  );
  assert.equal(needsPrompt, true);
});

test('of very many entries the newest are shown, and what the person said', () => {
  const many = Array.from({ length: 50 }, (_, n) => item(`r${n}`, 'reasoning'));
  const { groups, hidden } = arrangeTurn(turn(item('u', 'user_message'), ...many), 10);
  assert.equal(hidden, 41);
  assert.deepEqual(
    groups.map(({ entries }) => entries.length),
    [1, 10],
  );
});

test('the working line says what is open', () => {
  assert.equal(workText(turn(item('r', 'reasoning', true))), 'Thinking');
  assert.equal(workText(turn(item('r', 'reasoning'))), 'Working');
  assert.equal(workText(turn(notice('n', 'retrying'))), 'Trying again');
});
