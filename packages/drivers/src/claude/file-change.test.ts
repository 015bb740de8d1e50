import assert from 'node:assert/strict';
import test from 'node:test';
import { fileChangeOfInput, fileChangeOfResult } from './file-change.ts';

const cwd = '/code';

test('a written file is an added one until the result says that it was there', () => {
  const input = { file_path: '/code/src/a.txt', content: 'one\ntwo\n' };
  const diff = '--- /dev/null\n+++ b/src/a.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n';
  assert.deepEqual(fileChangeOfInput('Write', input, cwd), {
    path: 'src/a.txt',
    kind: 'add',
    added: 2,
    removed: 0,
    diff,
  });
  const patch = { oldStart: 3, oldLines: 2, newStart: 3, newLines: 2, lines: [' one', '-two', '+2'] };
  const result = { type: 'update', filePath: '/code/src/a.txt', structuredPatch: [patch], originalFile: '…' };
  assert.deepEqual(fileChangeOfResult(result, cwd), {
    path: 'src/a.txt',
    kind: 'update',
    added: 1,
    removed: 1,
    diff: '--- a/src/a.txt\n+++ b/src/a.txt\n@@ -3,2 +3,2 @@\n one\n-two\n+2\n',
  });
});

test('a created file counts from its content, and an unchanged one has no diff', () => {
  const created = { type: 'create', filePath: '/code/a', content: 'x', structuredPatch: [], originalFile: null };
  assert.deepEqual(fileChangeOfResult(created, cwd), {
    path: 'a',
    kind: 'add',
    added: 1,
    removed: 0,
    diff: '--- /dev/null\n+++ b/a\n@@ -0,0 +1,1 @@\n+x\n',
  });
  const same = { type: 'update', filePath: '/code/a', structuredPatch: [], originalFile: 'x' };
  assert.deepEqual(fileChangeOfResult(same, cwd), { path: 'a', kind: 'update', added: 0, removed: 0 });
  const tooLarge = { ...same, originalFile: null };
  assert.deepEqual(fileChangeOfResult(tooLarge, cwd), { path: 'a', kind: 'update' });
});

test('edits show what goes and what comes', () => {
  const change = fileChangeOfInput(
    'MultiEdit',
    {
      file_path: '/code/a',
      edits: [
        { old_string: 'x', new_string: 'y\nz' },
        { old_string: 'q\n', new_string: '' },
      ],
    },
    cwd,
  );
  assert.deepEqual([change.added, change.removed], [2, 2]);
  assert.equal(change.diff, '--- a/a\n+++ b/a\n@@ -1,1 +1,2 @@\n-x\n+y\n+z\n@@ -1,1 +0,0 @@\n-q\n');
});

test('a path outside the folder stays absolute, and a folder of a similar name is outside', () => {
  for (const file_path of ['/etc/hosts', '/workshop/a', '/code/../x']) {
    assert.equal(fileChangeOfInput('Edit', { file_path }, cwd).path, file_path);
  }
  assert.equal(fileChangeOfInput('Edit', { file_path: '/code/..a' }, cwd).path, '..a');
});

test('a very large diff is left out, its counts are not', () => {
  const change = fileChangeOfInput('Write', { file_path: '/code/a', content: 'x\n'.repeat(200_000) }, cwd);
  assert.deepEqual(change, { path: 'a', kind: 'add', added: 200_000, removed: 0 });
});
