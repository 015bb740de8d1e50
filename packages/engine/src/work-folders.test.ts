import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkFolders } from './work-folders.ts';

test('turns meet where one folder lies in the other, whoever came first', () => {
  const folders = new WorkFolders();
  const outer = folders.enter(['/code/app']);
  assert.equal(outer.alone, true);
  const inner = folders.enter(['/elsewhere', '/code/app/src']);
  assert.deepEqual([outer.alone, outer.arrivals, inner.alone, inner.arrivals], [false, 1, false, 0]);
  inner.leave();
  assert.deepEqual([outer.alone, outer.arrivals], [true, 1]);
});

test('neighbours with the same beginning of a name do not meet, and everything lies in the root', () => {
  const folders = new WorkFolders();
  const app = folders.enter(['/code/app']);
  const apple = folders.enter(['/code/apple']);
  assert.deepEqual([app.alone, apple.alone], [true, true]);
  folders.enter(['/']);
  assert.deepEqual([app.alone, apple.alone], [false, false]);
});

test('folders of one repository meet once it is known', () => {
  const folders = new WorkFolders();
  const one = folders.enter(['/code/app/one']);
  const two = folders.enter(['/code/app/two']);
  assert.equal(one.alone, true);
  two.widen('/code/app');
  assert.deepEqual([one.alone, one.arrivals, two.alone], [false, 1, false]);
});
