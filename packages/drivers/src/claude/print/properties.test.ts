import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DriverInput } from '@parley/schema';
import { play, recorded, recording, turnId } from './recording.ts';

const lines = recorded
  .flatMap((name) => recording(name).inputs)
  .flatMap((input) => (input.type === 'line' ? [input.line] : []));
const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...lines) },
  fc.tuple(fc.constantFrom(...lines), fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
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
  { type: 'exited', code: 1, signal: null, stderrTail: 'No conversation found' },
  { type: 'exited', code: null, signal: 'SIGKILL', stderrTail: '' },
);

test('whatever is said, cut or left out, the turn ends once, says nothing more, and nothing but the prompt is written', () => {
  fc.assert(
    fc.property(fc.array(input, { maxLength: 30 }), exits, fc.nat({ max: 30 }), (inputs, exit, at) => {
      const all: DriverInput[] = [{ type: 'opened' }, ...inputs];
      all.splice(1 + (at % all.length), 0, { type: 'start', turnId, text: 'x' });
      const outputs = play([...all, exit]);
      const end = outputs.findIndex(({ type }) => type === 'turn-ended');
      assert.ok(end >= 0);
      let isBegun = false;
      outputs.forEach((output, index) => {
        if (output.type === 'turn-ended') assert.equal(index, end);
        if (output.type === 'turn-started') isBegun = true;
        if (output.type === 'write') assert.equal(output.line, 'x');
        if (output.type.startsWith('item-')) assert.ok(isBegun && index < end, output.type);
      });
    }),
    { numRuns: 1_000 },
  );
});
