import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalId, EventBody, Item, ItemId, ParleyEvent, SessionId, TurnId } from '@parley/schema';
import { Progress } from './progress.ts';

const turnId = 'trn_1' as TurnId;
const id = 'itm_1' as ItemId;

function show(...bodies: readonly EventBody[]): readonly string[] {
  const progress = new Progress();
  return bodies.flatMap((body, index) => {
    const event: ParleyEvent = { ...body, seq: index + 1, sessionId: 'ses_1' as SessionId, at: index * 1500 };
    return progress.lines(event).map(({ tone, text }) => `${tone}: ${text}`);
  });
}

const started = (item: Item): EventBody => ({ type: 'item.started', turnId, item });
const completed = (item: Item): EventBody => ({ type: 'item.completed', turnId, item });

test('a command is told when it begins; its success is no news', () => {
  const command = { id, type: 'command', command: 'npm test', status: 'running' } as const;
  const done = { ...command, status: 'completed', exitCode: 0, output: 'fine' } as const;
  assert.deepEqual(show(started(command), completed(done)), ['plain: $ npm test']);
  assert.deepEqual(show(completed(done)), ['plain: $ npm test']);
});

test('a failed command shows the end of its output and its exit code', () => {
  const output = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
  const failed = { id, type: 'command', command: 'make', status: 'failed', exitCode: 2, output } as const;
  assert.deepEqual(show(completed(failed)), [
    'plain: $ make',
    ...[15, 16, 17, 18, 19].map((index) => `dim:     line ${index}`),
    'bad:   exit 2',
  ]);
});

test('a declined and an interrupted command say so', () => {
  const item = { id, type: 'command', command: 'make' } as const;
  assert.deepEqual(show(completed({ ...item, status: 'declined' })), ['plain: $ make', 'warning:   declined']);
  assert.deepEqual(show(completed({ ...item, status: 'interrupted' })), ['plain: $ make', 'warning:   interrupted']);
});

test('file changes are told with path and counts', () => {
  const changes = [
    { path: 'a.ts', kind: 'add', added: 3 },
    { path: 'b.ts', kind: 'update', added: 1, removed: 2 },
    { path: 'c.ts', kind: 'delete' },
    { path: 'd.ts', kind: 'move', movedTo: 'e.ts' },
  ] as const;
  assert.deepEqual(show(completed({ id, type: 'file_change', status: 'completed', changes })), [
    'plain: + a.ts (+3)',
    'plain: ~ b.ts (+1 -2)',
    'plain: - c.ts',
    'plain: > d.ts → e.ts',
  ]);
});

test('tools are told by server, name and title, once', () => {
  const tool = { id, type: 'tool_call', name: 'read', server: 'files', title: 'a.ts', status: 'running' } as const;
  assert.deepEqual(show(started(tool), completed({ ...tool, status: 'failed' })), [
    'plain: · files/read: a.ts',
    'bad:   failed',
  ]);
});

test('a plan is told when it has moved on', () => {
  const plan = (done: number): EventBody =>
    completed({
      id,
      type: 'plan',
      steps: ['one', 'two', 'three'].map((text, index) => ({
        text,
        status: index < done ? 'completed' : index === done ? 'in_progress' : 'pending',
      })),
    });
  assert.deepEqual(show(plan(0), plan(0), plan(1), plan(3)), [
    'plain: plan 0/3: one',
    'plain: plan 1/3: two',
    'plain: plan 3/3',
  ]);
});

test('approvals are told with reason, and who settled them', () => {
  const approval = {
    id: 'apr_1' as ApprovalId,
    kind: 'command',
    title: 'run rm -rf build',
    reason: 'to start clean',
    options: [],
    sessionId: 'ses_1' as SessionId,
    turnId,
    requestedAt: 0,
    deadlineAt: 1,
  } as const;
  const resolved = (outcome: 'allowed' | 'expired', by: 'person' | 'deadline'): EventBody => ({
    type: 'approval.resolved',
    turnId,
    approvalId: approval.id,
    resolution: { outcome, by, at: 1 },
  });
  assert.deepEqual(
    show(
      { type: 'approval.requested', turnId, approval },
      resolved('allowed', 'person'),
      resolved('expired', 'deadline'),
    ),
    [
      'question: ? run rm -rf build (to start clean)',
      'dim:   allowed by a person',
      'warning:   expired by the deadline',
    ],
  );
});

test('notices keep their level; raw events of the agent are not shown', () => {
  const notice = (level: 'info' | 'warning' | 'error', code: string): EventBody => ({
    type: 'notice',
    level,
    code,
    text: 'trying again (2 of 5)',
  });
  assert.deepEqual(show(notice('warning', 'retrying'), notice('info', 'unknown_event'), notice('error', 'x')), [
    'warning: ! trying again (2 of 5)',
    'bad: ! trying again (2 of 5)',
  ]);
});

test('the end tells how long it took and what it used, as far as it is known', () => {
  const start: EventBody = { type: 'turn.started', turnId, text: '' };
  const usage = { inputUncached: 1000, cacheRead: 11_000, output: 0, costUsd: 0.0123 };
  assert.deepEqual(show(start, { type: 'turn.completed', turnId, usage }), [
    'dim: done in 1.5 s · 12k tokens in, 0 out, $0.0123',
  ]);
  assert.deepEqual(show(start, { type: 'turn.completed', turnId }), ['dim: done in 1.5 s']);
  assert.deepEqual(show(start, { type: 'turn.interrupted', turnId }), ['warning: interrupted in 1.5 s']);
});

test('nothing of an agent breaks out of its line', () => {
  const [text] = show(
    started({ id, type: 'command', status: 'running', command: 'echo \u001b[2J\u001b]0;x\u0007a\nb\r' }),
  );
  assert.equal(text, 'plain: $ echo a b');
  const [long = ''] = show(started({ id, type: 'command', status: 'running', command: 'x'.repeat(1000) }));
  assert.ok(long.length < 180 && long.endsWith('…'));
});

test('words that were steered in are told once, however often their fate is', () => {
  const words = (delivery: 'sent' | 'consumed' | 'returned'): Item => ({
    id,
    type: 'user_message',
    text: 'leave the tests alone',
    steer: { turnId, delivery },
  });
  assert.deepEqual(show(started(words('sent')), completed(words('consumed'))), ['plain: > leave the tests alone']);
});
