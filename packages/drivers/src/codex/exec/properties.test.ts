import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DriverInput } from '@parley/schema';
import { execProtocol } from './protocol.ts';
import { context, play, recorded, recording, traceInputs, traceNames, turnId } from './recording.ts';

const lines = [...recorded.flatMap((name) => recording(name).inputs), ...traceNames().flatMap(traceInputs)].flatMap(
  (input) => (input.type === 'line' ? [input.line] : []),
);
const types = [
  'agent_message',
  'reasoning',
  'command_execution',
  'file_change',
  'mcp_tool_call',
  'web_search',
  'todo_list',
];
const event = fc.record({
  type: fc.constantFrom(
    'item.started',
    'item.updated',
    'item.completed',
    'turn.failed',
    'error',
    'thread.started',
    'x',
  ),
  item: fc.record({
    id: fc.constantFrom('item_0', 'item_1', 'item_2'),
    type: fc.constantFrom(...types, 'error', 'new_thing'),
    changes: fc.jsonValue({ maxDepth: 2 }),
    items: fc.jsonValue({ maxDepth: 2 }),
    result: fc.jsonValue({ maxDepth: 2 }),
    text: fc.jsonValue({ maxDepth: 0 }),
  }),
  error: fc.jsonValue({ maxDepth: 1 }),
});
const line = fc.oneof(
  fc.constantFrom(...lines),
  fc.tuple(fc.constantFrom(...lines), fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
  event.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.json(),
);
const input = fc.oneof(
  { weight: 8, arbitrary: line.map((text): DriverInput => ({ type: 'line', line: text })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<DriverInput>(
      { type: 'interrupt', turnId },
      { type: 'deadline', name: 'interrupt' },
      { type: 'deadline', name: 'settle' },
    ),
  },
);
const exits = fc.constantFrom<DriverInput>(
  { type: 'exited', code: 0, signal: null, stderrTail: '' },
  { type: 'exited', code: 1, signal: null, stderrTail: 'Error: no rollout found' },
  { type: 'exited', code: null, signal: 'SIGKILL', stderrTail: '' },
);

test('whatever is said, cut or left out, the turn ends once and says nothing more', () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 30 }), exits, fc.nat({ max: 30 }), (inputs, exit, at) => {
      const all: DriverInput[] = [{ type: 'opened' }, ...inputs];
      all.splice(1 + (at % all.length), 0, { type: 'start', turnId, text: 'x' });
      const outputs = play([...all, exit]);
      const end = outputs.findIndex(({ type }) => type === 'turn-ended');
      assert.ok(end >= 0);
      const open = new Set<string>();
      let isBegun = false;
      outputs.forEach((output, index) => {
        if (output.type === 'turn-ended') assert.equal(index, end);
        if (output.type === 'turn-started') isBegun = true;
        if (!output.type.startsWith('item-')) return;
        assert.ok(isBegun && index < end, output.type);
        if (output.type === 'item-started') open.add(output.item.id);
        if (output.type === 'item-completed') assert.ok(open.has(output.item.id));
      });
    }),
    { numRuns: 1_000 },
  );
});

test('a step changes no state that was there before it', () => {
  for (const name of [...recorded]) {
    const { context: given, inputs } = recording(name);
    let state = execProtocol.begin(given);
    for (const each of inputs) {
      const copy = structuredClone(state);
      const next = execProtocol.step(state, each);
      assert.deepEqual(state, copy);
      state = next.state;
    }
  }
  assert.equal(execProtocol.begin(context).turn, undefined);
});
