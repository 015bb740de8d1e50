// Paths as they are typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderQuery, joinPath, matching, tidyPath } from './folder-completion.ts';

test('what is typed after the last slash filters the folders before it', () => {
  assert.deepEqual(folderQuery('/code/pro'), { parent: '/code', beginning: 'pro' });
  assert.deepEqual(folderQuery('/code/'), { parent: '/code', beginning: '' });
  assert.deepEqual(folderQuery('/w'), { parent: '/', beginning: 'w' });
  assert.equal(folderQuery('work'), undefined);
});

test('names match in any case, hidden ones only after a dot', () => {
  const names = ['.git', 'Projects', 'pro', 'other'];
  assert.deepEqual(matching(names, 'pro'), ['pro', 'Projects']);
  assert.deepEqual(matching(names, '.'), ['.git']);
  assert.deepEqual(matching(names, ''), ['other', 'pro', 'Projects']);
});

test('paths are joined and tidied', () => {
  assert.equal(joinPath('/', 'a'), '/a');
  assert.equal(joinPath('/a', 'b'), '/a/b');
  assert.deepEqual([' /a//b/ ', '/', ''].map(tidyPath), ['/a/b', '/', '']);
});
