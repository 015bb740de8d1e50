import assert from 'node:assert/strict';
import test from 'node:test';
import { protocol } from './protocol.ts';
import { matchSnapshot, play, recordedNames, recording } from './recording.ts';

for (const name of recordedNames()) {
  test(`the recorded conversation "${name}" gives the same outputs`, () => {
    matchSnapshot(name, play(recording(name)).outputs);
  });

  test(`"${name}" gives the same state when it is replayed from any point, and no step changes the state before it`, () => {
    const { context, inputs } = recording(name);
    const whole = play({ context, inputs });
    const states = [protocol.begin(context)];
    const copies = [structuredClone(states[0])];
    for (const input of inputs) {
      const { state } = protocol.step(states.at(-1) ?? whole.state, input);
      states.push(state);
      copies.push(structuredClone(state));
    }
    assert.deepEqual(states, copies);
    for (let at = 0; at <= inputs.length; at += 7) {
      let again = copies[at];
      assert.ok(again !== undefined);
      for (const input of inputs.slice(at)) again = protocol.step(again, input).state;
      assert.deepEqual(again, whole.state, `split at ${at}`);
    }
  });

  test(`no turn of "${name}" ends twice, and nothing belongs to a turn that is not open`, () => {
    const open = new Set<string>();
    const ended = new Set<string>();
    for (const output of play(recording(name)).outputs) {
      if (output.type === 'turn-started') open.add(output.turnId);
      if (output.type === 'item-started' || output.type === 'item-delta' || output.type === 'item-completed') {
        assert.ok(open.has(output.turnId), `${output.type} in ${output.turnId}`);
      }
      if (output.type !== 'turn-ended') continue;
      // The same turn may be started again in a later run, or after its words came back; never ended twice in between.
      assert.ok(!ended.has(output.turnId), `${output.turnId} ended twice`);
      open.delete(output.turnId);
      ended.add(output.turnId);
    }
    assert.deepEqual([...open], [], 'every started turn has ended');
  });
}
