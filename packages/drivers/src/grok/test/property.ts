// Test support: what must hold for every one-shot driver, whatever its agent prints and whenever it ends.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DriverContext, DriverInput, DriverProtocol, RunId, TurnId } from '@parley/schema';

type Move = readonly [kind: 'start' | 'line' | 'noise' | 'steer' | 'interrupt' | 'deadline', n: number];

const moves = fc.array(
  fc.tuple(
    fc.constantFrom<Move[0]>('start', 'line', 'line', 'line', 'line', 'noise', 'steer', 'interrupt', 'deadline'),
    fc.nat(),
  ),
  { maxLength: 60 },
);

const exits = fc.record({
  type: fc.constant('exited' as const),
  code: fc.constantFrom(0, 1, 130, 143, null),
  signal: fc.constantFrom(null, 'SIGKILL', 'SIGTERM'),
  stderrTail: fc.constantFrom(
    '',
    'Error: 429 Too Many Requests',
    '<vibe_stop_event>Turn limit of 1 reached</vibe_stop_event>',
  ),
});

/**
 * Whole lines, pieces of them and garbage in any order, with an interrupt or an exit at any moment: every started turn ends exactly once,
 * items belong to the open turn, nothing follows the end, no step throws or changes the state before it, and the same inputs give
 * the same outputs.
 */
export function checkOneShot<State>(
  protocol: DriverProtocol<State>,
  lines: readonly string[],
  contexts: readonly Partial<DriverContext>[],
): void {
  const context = fc.constantFrom(...contexts);
  fc.assert(
    fc.property(moves, exits, context, (script, exit, more) => {
      const whole: DriverContext = { runId: 'run_1' as RunId, cwd: '/code', policy: 'full', endpoint: 'own', ...more };
      const inputs = inputsOf(script, lines, exit);
      const one = play(protocol, whole, inputs);
      assert.deepEqual(play(protocol, whole, inputs), one);
    }),
    { numRuns: 1500 },
  );
}

function inputsOf(script: readonly Move[], lines: readonly string[], exit: DriverInput): readonly DriverInput[] {
  const inputs: DriverInput[] = [{ type: 'opened' }];
  let turns = 0;
  for (const [kind, n] of script) {
    const line = lines[n % lines.length] ?? '';
    const turnId = `trn_${turns}` as TurnId;
    if (kind === 'start')
      inputs.push({ type: 'start', turnId: `trn_${++turns}` as TurnId, text: 'please make the file' });
    if (kind === 'line') inputs.push({ type: 'line', line });
    if (kind === 'noise') inputs.push({ type: 'line', line: line.slice(n % 7, n % 97) });
    if (kind === 'steer') inputs.push({ type: 'steer', into: turnId, turnId: `trn_s${n}` as TurnId, text: 'x' });
    if (kind === 'interrupt') inputs.push({ type: 'interrupt', turnId });
    if (kind === 'deadline') inputs.push({ type: 'deadline', name: 'interrupt' });
  }
  inputs.push(exit);
  return inputs;
}

/** As strictly as the engine: a turn starts only while none is open. */
function play<State>(
  protocol: DriverProtocol<State>,
  context: DriverContext,
  inputs: readonly DriverInput[],
): readonly unknown[] {
  let state = protocol.begin(context);
  let active: TurnId | undefined;
  let closed = false;
  const all: unknown[] = [];
  const started = new Set<string>();
  for (const input of inputs) {
    if (input.type === 'start') {
      if (active !== undefined) continue;
      active = input.turnId;
    }
    const before = structuredClone(state);
    const { state: after, outputs } = protocol.step(state, input);
    assert.deepEqual(state, before, 'a step changes nothing in place');
    state = after;
    assert.ok(!closed || outputs.length === 0 || input.type === 'start');
    for (const output of outputs) {
      all.push(output);
      if (output.type === 'turn-ended') {
        assert.equal(output.turnId, active, 'only the open turn ends, once');
        active = undefined;
      }
      if (output.type === 'turn-started') {
        assert.ok(!started.has(output.turnId));
        started.add(output.turnId);
      }
      if (output.type.startsWith('item-') || output.type === 'usage' || output.type === 'turn-started')
        assert.equal('turnId' in output && output.turnId, active, output.type);
    }
    if (input.type === 'steer') assert.ok(outputs.some((output) => output.type === 'steer-returned'));
    if (input.type === 'exited') closed = true;
  }
  assert.equal(active, undefined, 'every turn has an end when the process is gone');
  return all;
}
