import assert from 'node:assert/strict';
import test from 'node:test';
import { matchSnapshot, playTrace, traceNames } from './recording.ts';

for (const name of traceNames()) {
  test(`the recorded conversation ${name} comes out as its snapshot says`, () => matchSnapshot(name, playTrace(name)));

  test(`in the recorded conversation ${name} every turn that was started ends once, and nothing is unknown`, () => {
    const outputs = playTrace(name);
    const ended = outputs.flatMap((output) => (output.type === 'turn-ended' ? [output.turnId] : []));
    assert.equal(new Set(ended).size, ended.length);
    for (const output of outputs) {
      if (output.type === 'turn-started') assert.ok(ended.includes(output.turnId));
      if (output.type === 'notice') assert.notEqual(output.code, 'unknown_event', output.raw);
    }
  });
}
