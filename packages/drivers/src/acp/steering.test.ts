import assert from 'node:assert/strict';
import test from 'node:test';
import type { TurnId } from '@parley/schema';
import { outcomeOf, ready, turn, typesOf, working } from './conversation.ts';
import type { Offer } from './conversation.ts';
import { written } from './recording.ts';

const steerable: Offer = { agent: { _meta: { steering: { supported: true } } } };
const words = { type: 'steer', into: turn, turnId: 'trn_2' as TurnId, text: 'more' } as const;

test('words for a turn come back at once from an agent that takes none', () => {
  const [returned] = working().feed(words);
  assert.ok(returned?.type === 'steer-returned' && returned.reason !== undefined);
});

test('they are sent when the agent has begun the turn, and consumed by its own word', () => {
  const conversation = ready(steerable);
  conversation.starts();
  assert.deepEqual(conversation.feed(words), []);
  const sent = written(conversation.says('Well. '))[0];
  assert.equal(sent?.['method'], '_session/steering');
  assert.deepEqual(sent?.['params'], {
    sessionId: 's1',
    prompt: [{ type: 'text', text: 'more' }],
    _meta: { steering: { idleBehavior: 'promptRequired' } },
  });
  const outputs = conversation.replies('_session/steering', { result: { outcome: 'injected' } });
  assert.deepEqual(outputs, [{ type: 'steer-consumed', turnId: 'trn_2' }]);
});

for (const answer of [
  { result: { outcome: 'promptRequired', reason: 'noRunningTurn' } },
  { result: { outcome: 'failed' } },
  // codex-acp answers methods that it does not know with an empty result: that is no receipt.
  { result: {} },
  { error: { code: -32601, message: 'Method not found' } },
])
  test(`${JSON.stringify(answer)} is no receipt: the words come back`, () => {
    const conversation = working(steerable);
    conversation.feed(words);
    assert.deepEqual(typesOf(conversation.replies('_session/steering', answer)), ['steer-returned']);
  });

test('a turn whose end comes before the receipt waits for it', () => {
  const conversation = working(steerable);
  conversation.feed(words);
  assert.deepEqual(conversation.ends(), [{ type: 'deadline', name: 'settle', action: 'set' }]);
  const outputs = conversation.replies('_session/steering', { result: { outcome: 'injected' } });
  assert.equal(outputs[0]?.type, 'steer-consumed');
  assert.equal(outcomeOf(outputs), 'completed');
});

test('but not for ever, and not longer than its process lives', () => {
  const slow = working(steerable);
  slow.feed(words);
  slow.ends();
  const outputs = slow.feed({ type: 'deadline', name: 'settle' });
  assert.ok(typesOf(outputs).includes('steer-returned'));
  assert.equal(outcomeOf(outputs), 'completed');
  const gone = working(steerable);
  gone.feed(words);
  gone.ends();
  assert.equal(outcomeOf(gone.feed({ type: 'exited', code: 1, signal: null, stderrTail: '' })), 'completed');
});

test('a turn that the agent began by itself with late words is stopped, and the words come back', () => {
  const conversation = working(steerable);
  conversation.feed(words);
  conversation.ends();
  const outputs = conversation.replies('_session/steering', { result: { outcome: 'startedNewTurn' } });
  assert.equal(written(outputs)[0]?.['method'], 'session/cancel');
  assert.ok(typesOf(outputs).includes('steer-returned'));
});

test('words for another turn, or one that is being stopped, come back', () => {
  const conversation = working(steerable);
  assert.deepEqual(typesOf(conversation.feed({ ...words, into: 'trn_0' as TurnId })), ['steer-returned']);
  conversation.feed({ type: 'interrupt', turnId: turn });
  assert.deepEqual(typesOf(conversation.feed(words)), ['steer-returned']);
});
