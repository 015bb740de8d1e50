import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeChanges, showPath } from './file-change.ts';

const roots = ['/home/dev/project'];

test('an added or deleted file gets the diff that Codex leaves out', () => {
  const add = (diff: string): unknown =>
    decodeChanges([{ path: '/home/dev/project/n', kind: { type: 'add' }, diff }], roots)[0];
  assert.deepEqual(add('a\nb'), {
    path: 'n',
    kind: 'add',
    added: 2,
    removed: 0,
    diff: '--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n',
  });
  assert.deepEqual(add(''), { path: 'n', kind: 'add', added: 0, removed: 0, diff: '--- /dev/null\n+++ b/n\n' });
  const [gone] = decodeChanges([{ path: '/etc/x', kind: { type: 'delete' }, diff: 'a\n' }], roots);
  assert.deepEqual(gone, {
    path: '/etc/x',
    kind: 'delete',
    added: 0,
    removed: 1,
    diff: '--- /etc/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n',
  });
});

test('lines of a hunk that look like a head are counted', () => {
  const [change] = decodeChanges(
    [{ path: 'a', kind: { type: 'update', move_path: null }, diff: '@@ -1,2 +1,2 @@\n--- old\n+++ new\n same\n' }],
    roots,
  );
  assert.deepEqual([change?.added, change?.removed], [1, 1]);
});

test('a move without a change of text has no diff', () => {
  const [change] = decodeChanges(
    [
      {
        path: 'a',
        kind: { type: 'update', move_path: '/home/dev/project/b' },
        diff: '\n\nMoved to: /home/dev/project/b',
      },
    ],
    roots,
  );
  assert.deepEqual(change, { path: 'a', kind: 'move', movedTo: 'b' });
});

test('only paths inside the folder are shortened', () => {
  assert.equal(showPath('/home/dev/project/a/b', roots), 'a/b');
  assert.equal(showPath('/home/dev/project2/a', roots), '/home/dev/project2/a');
  assert.equal(showPath('/home/dev/project', roots), '/home/dev/project');
  assert.equal(showPath('C:\\w\\a.txt', ['C:\\w']), 'a.txt');
  assert.equal(showPath('/a', ['/']), 'a');
});
