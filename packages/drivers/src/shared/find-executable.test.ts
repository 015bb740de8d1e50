import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { findCommand, findExecutable, foldersOfPath } from './find-executable.ts';

test('the first executable file wins; folders, plain files and relative entries do not count', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'parley-find-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const name of ['folder/tool', 'plain', 'right', 'later']) await mkdir(join(root, name), { recursive: true });
  await writeFile(join(root, 'plain/tool'), '');
  for (const name of ['right', 'later']) {
    await writeFile(join(root, name, 'tool'), '');
    await chmod(join(root, name, 'tool'), 0o755);
  }
  const folders = [
    'right',
    join(root, 'none'),
    join(root, 'folder'),
    join(root, 'plain'),
    join(root, 'right'),
    join(root, 'later'),
  ];
  assert.equal(await findExecutable('tool', folders), join(root, 'right/tool'));
  assert.equal(await findCommand('tool', folders), join(root, 'right/tool'));
  assert.equal(await findCommand(join(root, 'later/tool'), []), join(root, 'later/tool'));
  assert.equal(await findCommand('./tool', [join(root, 'right')]), undefined);
  assert.equal(await findCommand(join(root, 'plain/tool'), folders), undefined);
});

test('a PATH without entries has no folders', () => {
  assert.deepEqual(foldersOfPath(undefined), []);
  assert.deepEqual(foldersOfPath('/a::/b'), ['/a', '/b']);
});
