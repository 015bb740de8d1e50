import assert from 'node:assert/strict';
import test from 'node:test';
import type { DriverOutput, Item } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import { turn, working } from './conversation.ts';
import type { Conversation } from './conversation.ts';

const call = (conversation: Conversation, piece: Json): readonly DriverOutput[] =>
  conversation.updates({ sessionUpdate: 'tool_call_update', toolCallId: 'c1', ...piece });
const text = (words: string): Json => ({ type: 'content', content: { type: 'text', text: words } });
const itemsOf = (outputs: readonly DriverOutput[]): readonly Item[] =>
  outputs.flatMap((output) =>
    output.type === 'item-started' || output.type === 'item-completed' ? [output.item] : [],
  );

test('words and thoughts are items of their own; another message id begins another', () => {
  const conversation = working();
  const thought = { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } };
  conversation.updates(thought);
  conversation.says('one', 'm1');
  conversation.says(' more', 'm1');
  conversation.says('two', 'm2');
  conversation.ends();
  const told = conversation.all.flatMap((output) =>
    output.type === 'item-delta' ? [[output.itemId, output.text]] : [],
  );
  assert.deepEqual(told, [
    ['itm_R.1', 'Well. '],
    ['itm_R.2', 'hm'],
    ['itm_R.3', 'one'],
    ['itm_R.3', ' more'],
    ['itm_R.4', 'two'],
  ]);
  const completed = conversation.all.flatMap((output) => (output.type === 'item-completed' ? [output.item.id] : []));
  assert.deepEqual(completed, ['itm_R.1', 'itm_R.2', 'itm_R.3', 'itm_R.4']);
});

test('a command is shown when it is known, not while its arguments stream in', () => {
  const conversation = working();
  assert.deepEqual(call(conversation, { title: 'Bash', kind: 'execute', status: 'pending' }), []);
  assert.deepEqual(call(conversation, { status: 'in_progress', content: [text('{"command":"ec')] }), []);
  const started = itemsOf(call(conversation, { content: [text('{"command":"echo hi"}')] })).at(-1);
  assert.deepEqual(started, { id: 'itm_R.2', type: 'command', status: 'running', command: 'echo hi' });
  const ended = itemsOf(
    call(conversation, { status: 'completed', rawOutput: { output: 'hi', metadata: { exit: 3 } } }),
  );
  assert.deepEqual(ended, [
    { id: 'itm_R.2', type: 'command', status: 'failed', command: 'echo hi', output: 'hi', exitCode: 3 },
  ]);
  assert.deepEqual(call(conversation, { status: 'failed' }), []);
});

test('the output of a running command is told as it grows, whether it is repeated or not', () => {
  const conversation = working();
  call(conversation, { kind: 'execute', status: 'in_progress', rawInput: { command: ['bash', '-lc', 'make'] } });
  const deltas = [
    ...call(conversation, { content: [text('one\n')] }),
    ...call(conversation, { content: [text('one\ntwo\n')] }),
    ...call(conversation, { _meta: { terminal_output_delta: { data: 'three\n' } } }),
  ];
  assert.deepEqual(
    deltas.map((output) => (output.type === 'item-delta' ? output.text : output.type)),
    ['one\n', 'two\n', 'three\n'],
  );
});

test('a call that is only told when it is over is started and ended', () => {
  const conversation = working();
  const items = itemsOf(
    call(conversation, { kind: 'execute', title: 'ls', status: 'completed', content: [text('a')] }),
  );
  assert.deepEqual(items.slice(1), [
    { id: 'itm_R.2', type: 'command', status: 'running', command: 'ls' },
    { id: 'itm_R.2', type: 'command', status: 'completed', command: 'ls', output: 'a' },
  ]);
});

test('an edit is a file change with path, kind, counts and diff', () => {
  const conversation = working();
  call(conversation, { kind: 'edit', title: 'Edit', status: 'pending', locations: [{ path: '/code/src/a.ts' }] });
  const diff = { type: 'diff', path: '/code/src/a.ts', oldText: 'one\ntwo\nthree\n', newText: 'one\n2\nthree\nfour\n' };
  const [item] = itemsOf(call(conversation, { status: 'completed', content: [diff] }));
  assert.deepEqual(item, {
    id: 'itm_R.2',
    type: 'file_change',
    status: 'completed',
    changes: [
      {
        path: 'src/a.ts',
        kind: 'update',
        added: 2,
        removed: 1,
        diff: '--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n three\n+four\n',
      },
    ],
  });
});

test('new, deleted and moved files are told as such', () => {
  const changes = (piece: Json): unknown => {
    const item = itemsOf(call(working(), { status: 'completed', ...piece })).at(-1);
    return item?.type === 'file_change' ? item.changes.map(({ path, kind, movedTo }) => [path, kind, movedTo]) : item;
  };
  const add = { type: 'diff', path: '/code/n', oldText: null, newText: 'x' };
  assert.deepEqual(changes({ kind: 'edit', content: [add] }), [['n', 'add', undefined]]);
  assert.deepEqual(changes({ kind: 'delete', rawInput: { path: '/code/d' } }), [['d', 'delete', undefined]]);
  const paths = [{ path: '/code/a' }, { path: '/elsewhere/b' }];
  assert.deepEqual(changes({ kind: 'move', locations: paths }), [['a', 'move', '/elsewhere/b']]);
});

test('an edit without a diff is read from its arguments', () => {
  const rawInput = { file_path: '/code/a', old_string: 'Hi', new_string: 'Bye' };
  const item = itemsOf(call(working(), { kind: 'edit', status: 'completed', rawInput })).at(-1);
  assert.equal(item?.type === 'file_change' && item.changes[0]?.diff, '--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-Hi\n+Bye\n');
});

test('other tools keep their name, server, title, arguments and output', () => {
  const conversation = working();
  call(conversation, { name: 'mcp__maps__find', title: 'Find it', kind: 'search', rawInput: { q: 'x' } });
  const [item] = itemsOf(call(conversation, { status: 'completed', rawOutput: 'there' }));
  assert.deepEqual(item, {
    id: 'itm_R.2',
    type: 'tool_call',
    status: 'completed',
    name: 'find',
    server: 'maps',
    title: 'Find it',
    input: '{"q":"x"}',
    output: 'there',
  });
});

test('a plan keeps its id within the turn', () => {
  const conversation = working();
  const plan = (status: string) =>
    conversation.updates({ sessionUpdate: 'plan', entries: [{ content: 'look', priority: 'high', status }] });
  assert.equal(itemsOf(plan('in_progress')).length, 2);
  assert.deepEqual(itemsOf(plan('completed')), [
    { id: 'itm_R.2', type: 'plan', steps: [{ text: 'look', status: 'completed' }] },
  ]);
});

test('a call that was running when the turn was stopped ends as interrupted, unless it tells an exit code', () => {
  const stopped = (piece: Json): Item | undefined => {
    const conversation = working();
    call(conversation, { kind: 'execute', status: 'in_progress', rawInput: { command: 'make' } });
    conversation.feed({ type: 'interrupt', turnId: turn });
    return itemsOf(call(conversation, { status: 'completed', ...piece }))[0];
  };
  assert.equal((stopped({}) as { status?: string }).status, 'interrupted');
  assert.equal((stopped({ rawOutput: { exitCode: 0 } }) as { status?: string }).status, 'completed');
});

const usageOf = (outputs: readonly DriverOutput[]): unknown =>
  outputs.flatMap((output) => (output.type === 'usage' ? [output.usage] : [])).at(-1);

test('usage comes from the result, whether its buckets stand beside or inside each other', () => {
  const beside = { inputTokens: 10, outputTokens: 5, cachedReadTokens: 100, thoughtTokens: 2, totalTokens: 117 };
  assert.deepEqual(usageOf(working().ends('end_turn', { usage: beside })), {
    inputUncached: 10,
    cacheRead: 100,
    output: 7,
    reasoning: 2,
  });
  const inside = { inputTokens: 110, outputTokens: 7, cachedReadTokens: 100, thoughtTokens: 2, totalTokens: 117 };
  assert.deepEqual(usageOf(working().ends('end_turn', { usage: inside })), {
    inputUncached: 10,
    cacheRead: 100,
    output: 7,
    reasoning: 2,
  });
  const zero = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  assert.equal(usageOf(working().ends('cancelled', { usage: zero })), undefined);
});

test('totals are read by difference, and say nothing where the past is not known', () => {
  const totals = { dialect: { usage: 'total' } } as const;
  const total = (input: number): Json => ({ usage: { inputTokens: input, outputTokens: 1 } });
  const fresh = working(totals);
  assert.deepEqual(usageOf(fresh.ends('end_turn', total(10))), { inputUncached: 10, output: 1 });
  fresh.starts();
  assert.deepEqual(usageOf(fresh.ends('end_turn', total(30))), { inputUncached: 20, output: 0 });
  const agent = { agentCapabilities: { sessionCapabilities: { resume: {} } } };
  const resumed = working({ ...totals, agent, context: { threadId: 's1' } });
  assert.equal(usageOf(resumed.ends('end_turn', total(500))), undefined);
});

test('the cost is the difference of what the conversation cost; 0 is no price', () => {
  const cost = (conversation: Conversation, amount: number): unknown =>
    usageOf(
      conversation.updates({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount, currency: 'USD' } }),
    );
  const conversation = working();
  assert.equal(cost(conversation, 0), undefined);
  assert.deepEqual(cost(conversation, 0.5), { costUsd: 0.5 });
  conversation.ends();
  conversation.starts();
  assert.deepEqual(cost(conversation, 0.75), { costUsd: 0.25 });
});
