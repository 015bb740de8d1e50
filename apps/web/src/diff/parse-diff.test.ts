// Diffs as agents and git write them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDiff } from './parse-diff.ts';

test('lines carry their numbers on each side', () => {
  const diff = '--- a/x.ts\n+++ b/x.ts\n@@ -3,3 +3,4 @@ function f() {\n one\n-two\n+TWO\n+2½\n three\n';
  assert.deepEqual(parseDiff(diff), [
    { kind: 'hunk', text: '@@ -3,3 +3,4 @@ function f() {' },
    { kind: 'context', text: 'one', before: 3, after: 3 },
    { kind: 'removed', text: 'two', before: 4 },
    { kind: 'added', text: 'TWO', after: 4 },
    { kind: 'added', text: '2½', after: 5 },
    { kind: 'context', text: 'three', before: 5, after: 6 },
  ]);
});

test('removed lines that look like headers are removed lines', () => {
  const kinds = parseDiff('@@ -1,2 +1 @@\n--- old\n-@@ -1 +1 @@\n+++ new\n').map(({ kind, text }) => [kind, text]);
  assert.deepEqual(kinds, [
    ['hunk', '@@ -1,2 +1 @@'],
    ['removed', '-- old'],
    ['removed', '@@ -1 +1 @@'],
    ['added', '++ new'],
  ]);
});

test('a missing newline at the end is a note, and what is no diff is shown as it is', () => {
  assert.deepEqual(parseDiff('@@ -0,0 +1 @@\n+x\n\\ No newline at end of file').at(-1), {
    kind: 'note',
    text: 'No newline at end of file',
  });
  assert.deepEqual(parseDiff('Binary files differ\n'), [{ kind: 'note', text: 'Binary files differ' }]);
});
