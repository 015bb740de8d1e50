import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApprovalId, DriverOutput } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { ofType, requests } from './recording.ts';
import { Server } from './server.ts';

const has = (outputs: readonly DriverOutput[], type: DriverOutput['type']) => ofType(outputs, type).length > 0;
const bodyOf = (outputs: readonly DriverOutput[]): unknown =>
  objectIn(JSON.parse(ofType(outputs, 'write').at(-1)?.line ?? '{}'))['body'];

test('a permission is answered by its id; a denial lets the model go on, a cancel ends the turn', () => {
  const ask = { permission: 'bash', patterns: ['ls'], metadata: { command: 'ls' }, always: ['ls *'] };
  const answers = (['allow', 'allow-always', 'deny', 'cancel'] as const).map((option) => {
    const server = Server.working();
    const raised = server.event('permission.asked', { id: 'per_1', ...ask });
    const approvalId = ofType(raised, 'approval-requested')[0]?.approval.id ?? ('' as ApprovalId);
    const words = option === 'deny' ? { message: 'use find' } : {};
    const out = server.give({ type: 'answer', approvalId, option, answer: { optionId: option, ...words } });
    assert.equal(requests(out)[0], 'POST /permission/per_1/reply');
    const [first] = ofType(out, 'write');
    return [objectIn(JSON.parse(first?.line ?? ''))['body'], requests(out).length];
  });
  assert.deepEqual(answers, [
    [{ reply: 'once' }, 1],
    [{ reply: 'always' }, 1],
    [{ reply: 'reject', message: 'use find' }, 1],
    [{ reply: 'reject' }, 2],
  ]);
});

test('a question is answered in the order of its questions, and one that nobody answers does not end the turn', () => {
  const questions = [
    { question: 'Which?', header: 'W', options: [{ label: 'A', description: 'first' }, { label: 'B' }] },
    { question: 'How many?', header: 'H', options: [], multiple: true },
  ];
  for (const option of ['allow', 'deny'] as const) {
    const server = Server.working();
    const [raised] = ofType(server.event('question.asked', { id: 'que_1', questions }), 'approval-requested');
    assert.deepEqual(
      raised?.approval.questions?.map(({ id, text, multiple }) => [id, text, multiple]),
      [
        ['0', 'Which?', false],
        ['1', 'How many?', true],
      ],
    );
    const out = server.give({
      type: 'answer',
      approvalId: raised?.approval.id ?? ('' as ApprovalId),
      option,
      answer: { optionId: 'answer', answers: { 1: ['2', '3'], 0: ['B'] } },
    });
    assert.deepEqual(requests(out), ['POST /question/que_1/reply']);
    const unanswered = ['The person does not answer this.'];
    const wanted = option === 'allow' ? [['B'], ['2', '3']] : [unanswered, unanswered];
    assert.deepEqual(bodyOf(out), { answers: wanted });
  }
});

test('what was answered elsewhere, or belongs to a turn that is over, is withdrawn', () => {
  const server = Server.working();
  server.event('permission.asked', { id: 'per_1', permission: 'edit', patterns: ['a'], metadata: {}, always: [] });
  server.event('permission.asked', { id: 'per_2', permission: 'webfetch', patterns: ['*'], metadata: {}, always: [] });
  assert.ok(has(server.event('permission.replied', { requestID: 'per_1', reply: 'reject' }), 'approval-withdrawn'));
  server.says('msg_02', 'msg_01', 'done');
  assert.ok(has(server.idle(), 'approval-withdrawn'));
});

test('a permission that is asked when no turn is open is refused, not left hanging', () => {
  const server = Server.ready();
  const out = server.event('permission.asked', {
    id: 'per_1',
    permission: 'bash',
    patterns: [],
    metadata: {},
    always: [],
  });
  assert.deepEqual(requests(out), ['POST /permission/per_1/reply']);
  assert.deepEqual(bodyOf(out), { reply: 'reject' });
});

test('each permission says what is wanted, in words and in facts', () => {
  const asked = (permission: string, patterns: readonly string[], metadata: object = {}) =>
    ofType(
      Server.working().event('permission.asked', { id: 'per_1', permission, patterns, metadata, always: [] }),
      'approval-requested',
    )[0]?.approval;
  const bash = asked('bash', ['ls -l'], { command: 'ls -l' });
  assert.deepEqual([bash?.kind, bash?.title, bash?.command], ['command', 'Run ls -l', 'ls -l']);
  const diff = 'Index: /project/a\n=====\n--- /project/a\n+++ /project/a\n@@ -1,1 +1,1 @@\n-x\n+y\n';
  const edit = asked('edit', ['a'], { filepath: '/project/a', diff });
  assert.deepEqual([edit?.kind, edit?.title], ['file_change', 'Change a']);
  assert.deepEqual(edit?.changes, [
    { path: 'a', kind: 'update', added: 1, removed: 1, diff: '--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n+y\n' },
  ]);
  const outside = asked('external_directory', ['/etc/*'], { filepath: '/etc/hosts' });
  assert.deepEqual([outside?.kind, outside?.title], ['permission', 'Work outside of the workspace: /etc/hosts']);
  assert.match(asked('doom_loop', ['read'])?.title ?? '', /same call of read/);
  const fetch = asked('webfetch', ['*'], { url: 'https://example.com' });
  assert.deepEqual(
    [fetch?.kind, fetch?.title, fetch?.input],
    ['tool', 'Use webfetch', '{"url":"https://example.com"}'],
  );
  // With no pattern to remember there is no "always".
  assert.deepEqual(
    fetch?.options.map(({ effect }) => effect),
    ['allow', 'deny', 'cancel'],
  );
});

test('a turn that ends because a tool was denied says so', () => {
  const server = Server.working();
  server.assistantMessage('msg_02', 'msg_01');
  const error = 'The user rejected permission to use this specific tool call.';
  const out = server.tool('t', 'msg_02', 'bash', { status: 'error', input: { command: 'ls' }, error });
  const [done] = ofType(out, 'item-completed');
  assert.equal(done?.item.type === 'command' ? done.item.status : '', 'declined');
  server.step('msg_02', 'tool-calls');
  const [ended] = ofType(server.idle(), 'turn-ended');
  assert.equal(ended?.end.state === 'failed' ? ended.end.error.code : '', 'agent_refused');
});
