import assert from 'node:assert/strict';
import test from 'node:test';
import { turn, typesOf, working } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import { written } from './recording.ts';

const schema = {
  type: 'object',
  properties: {
    colour: {
      type: 'string',
      title: 'Which colour?',
      oneOf: [
        { const: 'r', title: 'Red' },
        { const: 'b', title: 'Blue' },
      ],
    },
    often: { type: 'integer', title: 'How often?' },
  },
};

const asked = (conversation: Conversation, params: object = {}) =>
  conversation.line({
    id: 'e-1',
    method: 'elicitation/create',
    params: { sessionId: 's1', mode: 'form', message: 'Tell me', requestedSchema: schema, ...params },
  });

test('a form is a question with choices, under every policy, and words become its content', () => {
  const conversation = working({ context: { policy: 'read-only' } });
  const approval = asked(conversation).flatMap((output) =>
    output.type === 'approval-requested' ? [output.approval] : [],
  )[0];
  assert.equal(approval?.kind, 'question');
  assert.deepEqual(
    approval.questions?.map(({ text, choices }) => [text, choices.map(({ label }) => label)]),
    [
      ['Which colour?', ['Red', 'Blue']],
      ['How often?', []],
    ],
  );
  const answer = { optionId: 'parley:answer', answers: { colour: ['Blue'], often: ['3'] } };
  const outputs = conversation.feed({ type: 'answer', approvalId: approval.id, option: 'allow', answer });
  assert.deepEqual(written(outputs), [
    { jsonrpc: '2.0', id: 'e-1', result: { action: 'accept', content: { colour: 'b', often: 3 } } },
  ]);
});

test('no answer is a decline, and an interrupt a cancel', () => {
  const conversation = working();
  const approval = asked(conversation).flatMap((output) =>
    output.type === 'approval-requested' ? [output.approval] : [],
  )[0];
  assert.ok(approval !== undefined);
  const answer = { optionId: 'parley:deny' };
  const outputs = conversation.feed({ type: 'answer', approvalId: approval.id, option: 'deny', answer });
  assert.deepEqual(written(outputs)[0]?.['result'], { action: 'decline' });

  const stopped = working();
  asked(stopped);
  const [, cancelled] = written(stopped.feed({ type: 'interrupt', turnId: turn }));
  assert.deepEqual(cancelled?.['result'], { action: 'cancel' });
});

test('what is no form is declined, with a notice', () => {
  const outputs = asked(working(), { mode: 'url', url: 'https://example.com' });
  assert.deepEqual(written(outputs)[0]?.['result'], { action: 'decline' });
  assert.deepEqual(typesOf(outputs), ['write', 'notice']);
});
