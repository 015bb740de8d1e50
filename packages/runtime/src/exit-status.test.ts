import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExit } from './exit-status.ts';

test('a status below 128 is a code', () => {
  assert.deepEqual(parseExit('0\n'), { code: 0, signal: null, source: 'recorded' });
  assert.deepEqual(parseExit('127\n'), { code: 127, signal: null, source: 'recorded' });
});

test('128 + n is the signal n', () => {
  assert.deepEqual(parseExit('137\n'), { code: null, signal: 'SIGKILL', source: 'recorded' });
  assert.deepEqual(parseExit('143\n'), { code: null, signal: 'SIGTERM', source: 'recorded' });
});

test('a status that names no signal stays a code', () => {
  assert.deepEqual(parseExit('255\n'), { code: 255, signal: null, source: 'recorded' });
});

test('a signal by which no process ends is a code: 145 is an HTTP status of 401 as gemini tells it', () => {
  assert.deepEqual(parseExit('145\n'), { code: 145, signal: null, source: 'recorded' });
});

test('what is not written to its end is not there', () => {
  for (const text of ['', '1', '13', '\n', 'x\n']) assert.equal(parseExit(text), undefined);
});
