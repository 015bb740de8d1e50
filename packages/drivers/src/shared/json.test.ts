import assert from 'node:assert/strict';
import test from 'node:test';
import { cutText, objectOfLine } from './json.ts';

test('only a line that is a JSON object is one', () => {
  assert.deepEqual(objectOfLine('{"a":1}'), { a: 1 });
  for (const line of ['', 'x', '[1]', 'null', '1', '{"a":']) assert.equal(objectOfLine(line), undefined);
});

test('a text is never cut in the middle of a character', () => {
  assert.equal(cutText('abc', 3), 'abc');
  assert.equal(cutText('a😀b', 2), 'a…');
  assert.equal(cutText('a😀bc', 3), 'a😀…');
});
