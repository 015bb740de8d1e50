import assert from 'node:assert/strict';
import test from 'node:test';
import { changesOf, showPath } from './file-change.ts';

const cwd = '/project';

test('a patch is told by its text first, and by its files when it is done', () => {
  const patchText =
    '*** Begin Patch\n*** Add File: a.txt\n+x\n*** Update File: /etc/b\n*** Delete File: c\n*** End Patch';
  assert.deepEqual(changesOf({ patchText }, {}, cwd), [
    { path: 'a.txt', kind: 'add' },
    { path: '/etc/b', kind: 'update' },
    { path: 'c', kind: 'delete' },
  ]);
  const patch = 'Index: /project/a\n===\n--- /project/a\t\n+++ /project/a\t\n@@ -1,1 +1,2 @@\n x\n+y\n';
  const files = [
    { filePath: '/project/a', relativePath: 'a', type: 'update', patch, additions: 1, deletions: 0 },
    { filePath: '/project/b', type: 'move', movePath: '/project/sub/b', additions: 0, deletions: 0 },
    { filePath: '/project/c', type: 'delete', patch: '@@ -1,1 +0,0 @@\n-z\n' },
    { type: 'add' },
  ];
  assert.deepEqual(changesOf({ patchText }, { files }, cwd), [
    { path: 'a', kind: 'update', added: 1, removed: 0, diff: '--- a/a\n+++ b/a\n@@ -1,1 +1,2 @@\n x\n+y\n' },
    { path: 'b', kind: 'move', movedTo: 'sub/b', added: 0, removed: 0 },
    { path: 'c', kind: 'delete', added: 0, removed: 1, diff: '--- a/c\n+++ b/c\n@@ -1,1 +0,0 @@\n-z\n' },
  ]);
});

test('a file that is written anew has its diff, one that is written over has no counts', () => {
  const [added] = changesOf({ filePath: 'n', content: 'one\ntwo' }, { filepath: '/project/n', exists: false }, cwd);
  assert.deepEqual(added, {
    path: 'n',
    kind: 'add',
    added: 2,
    removed: 0,
    diff: '--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n',
  });
  assert.deepEqual(changesOf({ filePath: 'n', content: 'x' }, { filepath: '/project/n', exists: true }, cwd), [
    { path: 'n', kind: 'update' },
  ]);
});

test('paths are shown relative to the session only where they lie inside it', () => {
  assert.equal(showPath('/project/a/b', cwd), 'a/b');
  assert.equal(showPath('/projects/a', cwd), '/projects/a');
  assert.equal(showPath('/project', '/project/'), '/project');
});
