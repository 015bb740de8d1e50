import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { codexTurn, Conversation, thread, turn, writes } from './conversation.ts';

const paramsOf = (outputs: readonly DriverOutput[], method: string): Json | undefined => {
  const sent = writes(outputs).find((each) => each['method'] === method);
  return sent === undefined ? undefined : objectIn(sent['params']);
};

test('added folders are roots of the workspace, effort and personality are told with every turn', () => {
  const more = { addedFolders: ['/a', '/b'], effort: 'high', personality: 'pragmatic' };
  for (const threadId of [undefined, thread]) {
    const talk = new Conversation('edit', threadId, more).work();
    const opening = paramsOf(talk.all, threadId === undefined ? 'thread/start' : 'thread/resume');
    assert.deepEqual(opening?.['runtimeWorkspaceRoots'], ['/home/dev/project', '/a', '/b']);
    const starting = paramsOf(talk.all, 'turn/start');
    assert.equal(starting?.['effort'], 'high');
    assert.equal(starting['personality'], 'pragmatic');
  }
  const plain = new Conversation().work();
  assert.equal('runtimeWorkspaceRoots' in (paramsOf(plain.all, 'thread/start') ?? {}), false);
  assert.equal('effort' in (paramsOf(plain.all, 'turn/start') ?? {}), false);
});

test('a copy of a conversation is forked with the same settings, and its own id is told and used', () => {
  const talk = new Conversation('edit', 'the-original', { fork: true, model: 'gpt-5.5' }).work();
  assert.equal(paramsOf(talk.all, 'thread/resume'), undefined);
  const opening = paramsOf(talk.all, 'thread/fork');
  assert.deepEqual(
    [opening?.['threadId'], opening?.['model'], opening?.['excludeTurns']],
    ['the-original', 'gpt-5.5', true],
  );
  assert.ok(talk.all.some((output) => output.type === 'thread' && output.threadId === thread));
  assert.equal(paramsOf(talk.all, 'turn/start')?.['threadId'], thread);
});

function askedToList(): { readonly talk: Conversation; readonly answer: (words: string) => readonly DriverOutput[] } {
  const talk = new Conversation().work();
  const approval = talk.asks('item/commandExecution/requestApproval', { command: 'ls' }, 7);
  assert.ok(approval);
  const approvalId = approval.id;
  return {
    talk,
    answer: (words) =>
      talk.feed({ type: 'answer', approvalId, option: 'deny', answer: { optionId: 'deny', message: words } }),
  };
}

test('words about what was declined are steered into the turn before the answer', () => {
  const { talk, answer } = askedToList();
  const [steer, decline] = writes(answer(' use the other folder\n'));
  assert.equal(steer?.['method'], 'turn/steer');
  const params = objectIn(steer['params']);
  assert.equal(params['expectedTurnId'], codexTurn);
  assert.deepEqual(params['input'], [{ type: 'text', text: 'use the other folder', text_elements: [] }]);
  assert.deepEqual(decline, { id: 7, result: { decision: 'decline' } });
  // Neither Codex's reply nor the message itself is the receipt of anybody's steered words.
  talk.say({ id: steer['id'], result: { turnId: codexTurn } });
  const item = { type: 'userMessage', id: 'u', clientId: params['clientUserMessageId'], content: [] };
  assert.deepEqual(talk.tell('item/completed', { item }), []);
});

test('words that Codex did not take are told; without words, and with the turn stopping, nothing is steered', () => {
  const { talk, answer } = askedToList();
  const [steer] = writes(answer('why'));
  const [told] = talk.say({ id: steer?.['id'], error: { code: -32600, message: 'no active turn to steer' } });
  assert.equal(told?.type === 'notice' && told.code, 'words_not_taken');
  assert.equal(writes(askedToList().answer('  ')).length, 1);
  const stopping = askedToList();
  stopping.talk.feed({ type: 'interrupt', turnId: turn });
  assert.equal(paramsOf(stopping.answer('why'), 'turn/steer'), undefined);
});
