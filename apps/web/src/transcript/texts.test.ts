// Words and numbers for people: output, caps, usage, times.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { capLines } from './cap-lines.ts';
import { plainOutput } from './plain-output.ts';
import { agoText, clockText, durationText } from './time-text.ts';
import { usageText } from './usage-text.ts';

describe('output', () => {
  test('colours, titles and overwritten progress lines are gone', () => {
    const printed = '\u001B]0;title\u0007\u001B[1;32mok\u001B[0m 1\r\n10%\r50%\r100%\ndone\u0008\n';
    assert.equal(plainOutput(printed), 'ok 1\n100%\ndone\n');
  });

  test('plain text stays as it is', () => {
    assert.equal(plainOutput('a\tb\nc — ü\n'), 'a\tb\nc — ü\n');
  });

  test('a capped text is the end of the text and tells how many lines are missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        (lines, cap) => {
          const text = lines.join('\n');
          const whole = text.endsWith('\n') ? text.slice(0, -1) : text;
          const count = whole.split('\n').length;
          const capped = capLines(text, cap, 1_000_000);
          assert.ok(whole.endsWith(capped.text));
          assert.equal(capped.hiddenLines, Math.max(0, count - cap));
          assert.equal(capped.cut, false);
        },
      ),
    );
  });

  test('one enormous line is cut by characters', () => {
    const capped = capLines('x'.repeat(5000), 100, 1000);
    assert.equal(capped.text.length, 1000);
    assert.equal(capped.cut, true);
  });
});

describe('usage', () => {
  test('unknown is not zero', () => {
    assert.equal(usageText(undefined), 'usage unknown');
    assert.equal(usageText({}), 'usage unknown');
    assert.equal(usageText({ output: 0 }), 'input unknown · 0 out');
  });

  test('buckets of input are added and the cached part is named', () => {
    assert.equal(
      usageText({ inputUncached: 2300, cacheRead: 10_100, output: 830, costUsd: 0.0123 }),
      '12.4k in (10.1k cached) · 830 out · $0.0123',
    );
  });
});

describe('times', () => {
  test('durations and clocks', () => {
    assert.deepEqual([420, 12_000, 185_000, 3_720_000].map(durationText), ['0.4 s', '12 s', '3 m 05 s', '1 h 02 m']);
    assert.deepEqual([-5, 7000, 750_000, 3_750_000].map(clockText), ['0:00', '0:07', '12:30', '1:02:30']);
  });

  test('how long ago', () => {
    const now = Date.UTC(2026, 2, 20, 12);
    const ago = (minutes: number) => agoText(now - minutes * 60_000, now);
    assert.deepEqual([0, 5, 200, 26 * 60, 4 * 24 * 60].map(ago), ['now', '5 min', '3 h', 'yesterday', '4 days']);
  });
});
