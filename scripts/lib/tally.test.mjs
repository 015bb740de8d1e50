// The report's last line, which other programs read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Tally } from './tally.mjs';

function report() {
  /** @type {string[]} */
  const printed = [];
  const tally = new Tally((text) => void printed.push(text));
  return { tally, lines: () => printed.join('').trimEnd().split('\n') };
}

test('the last line counts checks and tests', () => {
  const { tally, lines } = report();
  tally.addCheck('format', { passed: true, output: '', seconds: 1 });
  tally.addFile({ file: 'a.test.ts', facts: [{ kind: 'passed', name: 'one' }], output: 'noise', seconds: 1 });
  tally.finish();
  assert.equal(lines().at(-1), '2 passed, 0 failed');
  assert.equal(tally.isGood, true);
});

test('failures are shown in full and skipped tests with their reasons, before the last line', () => {
  const { tally, lines } = report();
  const facts = /** @type {const} */ ([
    { kind: 'failed', name: 'one', place: '', error: 'first line\nsecond line' },
    { kind: 'skipped', name: 'two', reason: 'no browser' },
  ]);
  tally.addFile({ file: 'a.test.ts', facts, output: 'noise', seconds: 1 });
  tally.finish();
  const text = lines().join('\n');
  for (const part of ['first line', 'second line', 'noise', 'a.test.ts › two: no browser'])
    assert.ok(text.includes(part), part);
  assert.equal(lines().at(-1), '0 passed, 1 failed, 1 skipped');
  assert.equal(tally.isGood, false);
});
