import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput, Policy } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { outcomeOf, turn, typesOf, usualOptions, working } from './conversation.ts';
import { written } from './recording.ts';

const edit = (path: string) => ({
  kind: 'edit',
  title: 'Write',
  content: [{ type: 'diff', path, oldText: 'a\n', newText: 'b\n' }],
});
const execute = { kind: 'execute', title: 'ls', rawInput: { command: 'ls' } };

/** `asked`, or what was answered by the policy alone. */
function answerOf(policy: Policy, toolCall: object): unknown {
  const outputs = working({ context: { policy } }).asks({ ...toolCall });
  if (typesOf(outputs).includes('approval-requested')) return 'asked';
  return objectIn(objectIn(written(outputs)[0]?.['result'])['outcome'])['optionId'];
}

test('each policy answers by itself what it can', () => {
  assert.equal(answerOf('full', execute), 'once');
  assert.equal(answerOf('full', { kind: 'other' }), 'once');
  assert.equal(answerOf('edit', edit('/code/a')), 'once');
  assert.equal(answerOf('edit', edit('/code/../etc/a')), 'asked');
  assert.equal(answerOf('edit', edit('/codebook/a')), 'asked');
  assert.equal(answerOf('edit', { kind: 'edit', title: 'no path' }), 'asked');
  assert.equal(answerOf('edit', { kind: 'move', locations: [{ path: '/code/a' }, { path: '/b' }] }), 'asked');
  assert.equal(answerOf('edit', execute), 'asked');
  assert.equal(answerOf('ask', edit('/code/a')), 'asked');
  assert.equal(answerOf('read-only', edit('/code/a')), 'no');
  assert.equal(answerOf('read-only', execute), 'no');
  assert.equal(answerOf('read-only', { kind: 'switch_mode' }), 'no');
  assert.equal(answerOf('read-only', {}), 'no');
  assert.equal(answerOf('read-only', { kind: 'read' }), 'asked');
});

test('a folder that was added counts as inside', () => {
  const context = { policy: 'edit', addedFolders: ['/other'] } as const;
  assert.ok(!typesOf(working({ context }).asks(edit('/other/a'))).includes('approval-requested'));
});

function approvalOf(outputs: readonly DriverOutput[]) {
  const asked = outputs.find((output) => output.type === 'approval-requested');
  assert.ok(asked?.type === 'approval-requested');
  return asked.approval;
}

test('the question carries what is to be done, and the agent’s options with one that also stops', () => {
  const command = approvalOf(
    working().asks({ ...execute, content: [{ type: 'content', content: { type: 'text', text: 'to look around' } }] }),
  );
  assert.deepEqual(command, {
    id: 'apr_R.1',
    kind: 'command',
    title: 'ls',
    command: 'ls',
    reason: 'to look around',
    options: [
      { id: 'once', label: 'Once', effect: 'allow' },
      { id: 'always', label: 'Always', effect: 'allow-always' },
      { id: 'no', label: 'No', effect: 'deny' },
      { id: 'parley:cancel', label: 'Deny and stop', effect: 'cancel' },
    ],
  });
  const change = approvalOf(working().asks(edit('/code/src/a.ts')));
  assert.equal(change.kind, 'file_change');
  assert.deepEqual(
    change.changes?.map(({ path, added, removed }) => [path, added, removed]),
    [['src/a.ts', 1, 1]],
  );
  assert.equal(approvalOf(working().asks({ kind: 'fetch', rawInput: { url: 'x' } })).input, '{"url":"x"}');
});

test('the kind may have been told before: the request then names only the call', () => {
  const conversation = working();
  conversation.updates({
    sessionUpdate: 'tool_call',
    toolCallId: 'c1',
    title: 'Bash',
    kind: 'execute',
    status: 'pending',
  });
  conversation.updates({ sessionUpdate: 'tool_call_update', toolCallId: 'c1', rawInput: { command: 'make' } });
  assert.equal(approvalOf(conversation.asks({ title: 'Bash' })).command, 'make');
});

for (const [option, optionId, wanted] of [
  ['allow', 'once', 'once'],
  ['allow-always', 'always', 'always'],
  ['deny', 'no', 'no'],
  ['deny', 'unknown', 'no'],
] as const)
  test(`the answer ${option} (${optionId}) is given as ${wanted}, to an id that is 0`, () => {
    const conversation = working();
    const { id } = approvalOf(conversation.asks(execute, 0));
    const outputs = conversation.feed({ type: 'answer', approvalId: id, option, answer: { optionId } });
    assert.deepEqual(written(outputs), [
      { jsonrpc: '2.0', id: 0, result: { outcome: { outcome: 'selected', optionId: wanted } } },
    ]);
    assert.equal(
      outputs.some((output) => output.type === 'item-completed'),
      option === 'deny',
    );
    assert.deepEqual(conversation.feed({ type: 'answer', approvalId: id, option, answer: { optionId } }), []);
  });

test('where the agent has no word for no, the outcome is cancelled; "always" never becomes more than it offers', () => {
  const conversation = working();
  const { id } = approvalOf(conversation.asks(execute, 'r', usualOptions.slice(0, 1)));
  const no = conversation.feed({ type: 'answer', approvalId: id, option: 'deny', answer: { optionId: 'parley:deny' } });
  assert.deepEqual(written(no)[0]?.['result'], { outcome: { outcome: 'cancelled' } });
  const other = working();
  const asked = approvalOf(other.asks(execute, 0, usualOptions.slice(0, 1)));
  const yes = other.feed({ type: 'answer', approvalId: asked.id, option: 'allow-always', answer: { optionId: 'x' } });
  assert.deepEqual(written(yes)[0]?.['result'], { outcome: { outcome: 'selected', optionId: 'once' } });
});

test('deny and stop also cancels the turn', () => {
  const conversation = working();
  const { id } = approvalOf(conversation.asks(execute));
  const answer = { optionId: 'parley:cancel' };
  const outputs = conversation.feed({ type: 'answer', approvalId: id, option: 'cancel', answer });
  assert.deepEqual(
    written(outputs).map((message) => message['method'] ?? message['result']),
    [{ outcome: { outcome: 'cancelled' } }, 'session/cancel'],
  );
  assert.equal(outcomeOf(conversation.ends('cancelled')), 'interrupted');
});

test('an interrupt answers open questions as cancelled, and later ones too', () => {
  const conversation = working();
  const { id } = approvalOf(conversation.asks(execute));
  const outputs = conversation.feed({ type: 'interrupt', turnId: turn });
  assert.deepEqual(written(outputs)[1]?.['result'], { outcome: { outcome: 'cancelled' } });
  assert.ok(outputs.some((output) => output.type === 'approval-withdrawn' && output.approvalId === id));
  assert.deepEqual(written(conversation.asks(execute, 1))[0]?.['result'], { outcome: { outcome: 'cancelled' } });
});

test('a question that the agent takes back is withdrawn, and answered so that it can go on', () => {
  const conversation = working();
  const { id } = approvalOf(conversation.asks(execute, 5));
  const outputs = conversation.line({ method: '$/cancel_request', params: { requestId: 5 } });
  assert.ok(outputs.some((output) => output.type === 'approval-withdrawn' && output.approvalId === id));
  assert.equal(written(outputs)[0]?.['id'], 5);
  assert.deepEqual(
    conversation.feed({ type: 'answer', approvalId: id, option: 'allow', answer: { optionId: 'once' } }),
    [],
  );
});

test('outside a turn nobody can be asked', () => {
  const conversation = working();
  conversation.ends();
  assert.deepEqual(written(conversation.asks(execute))[0]?.['result'], { outcome: { outcome: 'cancelled' } });
});
