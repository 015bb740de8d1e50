import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DriverProtocol, TurnId } from '@parley/schema';
import { acpMachine } from './acp.ts';
import { Machine, recorded } from './recording.ts';
import { printProtocol } from './protocol.ts';

const printed = ['command', 'write', 'tools', 'model-401', 'cut', 'killed'].flatMap((name) => recorded(name));
const spoken = recorded('acp-resume.inputs').flatMap((line) => {
  const input = JSON.parse(line) as { readonly type: string; readonly line?: string };
  return input.line === undefined ? [] : [input.line];
});

type Move =
  | { readonly do: 'start' | 'steer' | 'interrupt' | 'deadline' | 'exit' }
  | { readonly do: 'line'; readonly line: string };

/** Lines whole, cut short, and of pure noise, between what an engine may do. */
function movesOf(lines: readonly string[]): fc.Arbitrary<readonly Move[]> {
  const line = fc.oneof(
    { arbitrary: fc.constantFrom(...lines), weight: 6 },
    { arbitrary: fc.tuple(fc.constantFrom(...lines), fc.nat(80)).map(([text, n]) => text.slice(0, n)), weight: 1 },
    { arbitrary: fc.json(), weight: 1 },
    { arbitrary: fc.string(), weight: 1 },
  );
  const move = fc.oneof(
    { arbitrary: line.map((text): Move => ({ do: 'line', line: text })), weight: 8 },
    {
      arbitrary: fc.constantFrom<Move>(
        { do: 'start' },
        { do: 'steer' },
        { do: 'interrupt' },
        { do: 'deadline' },
        { do: 'exit' },
      ),
      weight: 2,
    },
  );
  return fc.array(move, { maxLength: 60 });
}

/** Plays the engine: one turn at a time, nothing after the exit. */
function play<State>(protocol: DriverProtocol<State>, moves: readonly Move[], threadId: string | undefined): void {
  const machine = new Machine(protocol, threadId === undefined ? {} : { threadId });
  let turns = 0;
  let open: TurnId | undefined;
  let seen = 0;
  const check = (): void => {
    for (const output of machine.all.slice(seen)) {
      if (output.type === 'turn-ended') {
        assert.equal(output.turnId, open, 'only the open turn ends, once');
        open = undefined;
      } else if (output.type === 'turn-started' || output.type.startsWith('item-')) {
        assert.equal('turnId' in output && output.turnId, open, `${output.type} belongs to the open turn`);
      }
    }
    seen = machine.all.length;
  };
  machine.give({ type: 'opened' });
  for (const move of moves) {
    if (move.do === 'exit') break;
    if (move.do === 'line') machine.give({ type: 'line', line: move.line });
    else if (move.do === 'start' && open === undefined) {
      open = `trn_${++turns}` as TurnId;
      machine.give({ type: 'start', turnId: open, text: 'words' });
    } else if (move.do === 'steer' && open !== undefined) {
      machine.give({ type: 'steer', into: open, turnId: `trn_s${++turns}` as TurnId, text: 'words' });
    } else if (move.do === 'interrupt' && open !== undefined) machine.give({ type: 'interrupt', turnId: open });
    else if (move.do === 'deadline') machine.give({ type: 'deadline', name: 'interrupt' });
    check();
  }
  machine.exit(0);
  check();
  assert.equal(open, undefined, 'every turn has ended');
  machine.lines(['{"type":"result","status":"success"}']);
  assert.equal(machine.all.length, seen, 'nothing comes after the end of the run');
}

test('whatever gemini prints, each turn ends once and nothing comes after the run', () => {
  fc.assert(fc.property(movesOf(printed), (moves) => play(printProtocol, moves, undefined)));
});

test('whatever gemini says over ACP, each turn ends once and nothing comes after the run', () => {
  fc.assert(
    fc.property(movesOf(spoken), fc.boolean(), (moves, isResumed) =>
      play(acpMachine, moves, isResumed ? 'b171ee87-0a95-4dbd-805b-ae284e0bbc38' : undefined),
    ),
  );
});
