import assert from 'node:assert/strict';
import test from 'node:test';
import type { Item } from '@parley/schema';
import { protocol } from './protocol.ts';
import { Machine, ofType, recording } from './recording.ts';
import { runProtocol } from './run-protocol.ts';

function play(name: string): Machine<unknown> {
  const { context, inputs } = recording(name);
  const machine = new Machine<unknown>(name === 'run' ? runProtocol : protocol, context);
  machine.give(...inputs);
  return machine;
}

const ends = (machine: Machine<unknown>) =>
  ofType(machine.outputs, 'turn-ended').map(({ end }) => (end.state === 'failed' ? end.error.code : end.state));
const items = (machine: Machine<unknown>): readonly Item[] =>
  ofType(machine.outputs, 'item-completed').map(({ item }) => item);

test('recorded: a command allowed, denied, denied and stopped; a question not answered, and answered', () => {
  const machine = play('asked');
  assert.deepEqual(ends(machine), ['completed', 'completed', 'interrupted', 'completed', 'completed']);
  const asked = ofType(machine.outputs, 'approval-requested').map(({ approval }) => approval);
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ['command', 'command', 'command', 'question', 'question'],
  );
  assert.equal(asked[0]?.command, 'echo hi; exit 3');
  assert.deepEqual(
    asked[0]?.options.map(({ effect }) => effect),
    ['allow', 'allow-always', 'deny', 'cancel'],
  );
  const commands = items(machine).filter((item) => item.type === 'command');
  assert.deepEqual(
    commands.map(({ status, exitCode }) => [status, exitCode]),
    [
      ['failed', 3],
      ['declined', undefined],
      ['declined', undefined],
    ],
  );
  assert.equal(commands[0]?.output, 'hi\n');
});

test('recorded: usage is the sum of all steps, cached input apart from the rest, output with its reasoning', () => {
  const { context, inputs } = recording('asked');
  const machine = new Machine(protocol, context);
  machine.give(...inputs);
  const usage = ofType(machine.outputs, 'usage').filter(({ turnId }) => turnId === 'trn_1');
  assert.equal(usage.length, 2);
  const [first, both] = usage.map((output) => output.usage);
  // The second step had 1000 tokens of input, 600 of them cached, and 50 of output, 20 of them reasoning.
  assert.equal((both?.inputUncached ?? 0) - (first?.inputUncached ?? 0), 400);
  assert.equal(both?.cacheRead, 600);
  assert.equal((both?.output ?? 0) - (first?.output ?? 0), 50);
  assert.equal(both?.reasoning, 20);
  assert.equal(both?.costUsd, undefined);
});

test('recorded: written and edited files come with their lines and diffs, todos as the plan', () => {
  const machine = play('files');
  assert.deepEqual(ends(machine), ['completed', 'completed', 'completed']);
  const changes = items(machine).flatMap((item) => (item.type === 'file_change' ? item.changes : []));
  assert.deepEqual(changes, [
    {
      path: 'new.txt',
      kind: 'add',
      added: 2,
      removed: 0,
      diff: '--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n',
    },
    {
      path: 'new.txt',
      kind: 'update',
      added: 2,
      removed: 1,
      diff: '--- a/new.txt\n+++ b/new.txt\n@@ -1,2 +1,3 @@\n one\n-two\n+zwei\n+drei\n',
    },
  ]);
  assert.deepEqual(
    items(machine).find(({ type }) => type === 'plan'),
    {
      id: items(machine).find(({ type }) => type === 'plan')?.id,
      type: 'plan',
      steps: [
        { text: 'a', status: 'completed' },
        { text: 'b', status: 'in_progress' },
      ],
    },
  );
  assert.equal(ofType(machine.outputs, 'approval-requested').length, 0);
});

test('recorded: two steered messages are taken before the turn ends, an abort ends the next as interrupted, the one after is whole', () => {
  const machine = play('steer-and-abort');
  const life = machine.outputs.flatMap((output) =>
    output.type === 'steer-consumed' || output.type === 'turn-started' || output.type === 'turn-ended'
      ? [`${output.type} ${output.turnId}`]
      : [],
  );
  assert.deepEqual(life, [
    'turn-started trn_1',
    'steer-consumed trn_s1',
    'steer-consumed trn_t1',
    'turn-ended trn_1',
    'turn-started trn_2',
    'turn-ended trn_2',
    'turn-started trn_3',
    'turn-ended trn_3',
  ]);
  assert.deepEqual(ends(machine), ['completed', 'interrupted', 'completed']);
  const words = items(machine).filter(({ type }) => type === 'assistant_message');
  assert.match(words[1]?.type === 'assistant_message' ? words[1].text : '', /I heard the steered words/);
});

test("recorded: a sub-agent's permission reaches the person, its steps count, its words stay its own", () => {
  const machine = play('sub-agent');
  assert.deepEqual(ends(machine), ['completed']);
  assert.equal(ofType(machine.outputs, 'approval-requested')[0]?.approval.kind, 'command');
  assert.deepEqual(
    items(machine).map((item) => (item.type === 'tool_call' ? item.name : item.type)),
    ['assistant_message', 'task', 'assistant_message'],
  );
  assert.equal(ofType(machine.outputs, 'usage').length, 4);
});

test('recorded: a model server that fails is tried four times, then the turn fails by its words', () => {
  const machine = play('model-fails');
  assert.deepEqual(ends(machine), ['model_overloaded']);
  assert.equal(ofType(machine.outputs, 'notice').filter(({ code }) => code === 'model_retry').length, 4);
});

test('recorded: an unknown model is that, in both modes where OpenCode says so', () => {
  assert.deepEqual(ends(play('unknown-model')), ['model_unknown']);
});

test('recorded: one shot, with a command, reasoning and usage', () => {
  const machine = play('run');
  assert.deepEqual(ends(machine), ['completed']);
  assert.deepEqual(
    items(machine).map(({ type }) => type),
    ['assistant_message', 'command', 'reasoning', 'assistant_message'],
  );
  assert.match(ofType(machine.outputs, 'thread')[0]?.threadId ?? '', /^ses_/);
});

test('a recording gives the same outputs each time, ids included', () => {
  assert.deepEqual(play('asked').outputs, play('asked').outputs);
  assert.deepEqual(play('asked').state, play('asked').state);
});

test('nothing that a real server sent is unknown or unreadable', () => {
  for (const name of ['asked', 'files', 'steer-and-abort', 'sub-agent', 'model-fails', 'unknown-model', 'run']) {
    const codes = ofType(play(name).outputs, 'notice').map(({ code }) => code);
    assert.deepEqual(
      codes.filter((code) => code !== 'model_retry'),
      [],
      name,
    );
  }
});
