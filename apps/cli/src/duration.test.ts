import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, showAge, showDuration } from './duration.ts';

test('times are read as people write them', () => {
  for (const [text, ms] of [
    ['90', 90_000],
    ['90s', 90_000],
    ['500ms', 500],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['0.5', 500],
  ] as const) {
    assert.equal(parseDuration(text), ms, text);
  }
});

test('what is no time is none', () => {
  for (const text of ['', '0', '0s', '-1', '5 m', 'm', '1d', '1e3', '٣'])
    assert.equal(parseDuration(text), undefined, text);
});

test('lengths and ages are short', () => {
  assert.deepEqual([350, 4200, 180_000, 3 * 3_600_000].map(showDuration), ['350 ms', '4.2 s', '3 min', '3 h']);
  const now = 1_000_000_000;
  assert.deepEqual(
    [0, 300_000, 3 * 3_600_000, 12 * 86_400_000].map((ago) => showAge(now - ago, now)),
    ['now', '5 min', '3 h', '12 d'],
  );
});
