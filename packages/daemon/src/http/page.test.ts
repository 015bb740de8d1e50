import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { pageFile } from './page.ts';
import { requestPath } from './request-path.ts';

/** A page, and beside it what must not get out. */
async function openPage(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'parley-page-'));
  t.after(() => rm(root, { recursive: true }));
  const page = join(root, 'page');
  await mkdir(join(page, 'assets', 'folder.js'), { recursive: true });
  await mkdir(join(root, 'page-of-another'));
  for (const [file, content] of [
    ['secret.json', 'secret'],
    ['page-of-another/a.js', 'secret'],
    ['page/index.html', 'the page'],
    ['page/theme.js', 'theme'],
    ['page/notes', 'no type'],
    ['page/assets/app-1.js', 'app'],
  ] as const)
    await writeFile(join(root, file), content);
  await symlink(join(root, 'secret.json'), join(page, 'linked.json'));
  await symlink(root, join(page, 'up'));
  await symlink(join(page, 'theme.js'), join(page, 'same.js'));
  return page;
}

const read = async (page: string, target: string): Promise<string | undefined> =>
  (await pageFile(page, requestPath(target)))?.bytes.toString();

test('the page is at its addresses', async (t) => {
  const page = await openPage(t);
  for (const target of ['/', '/index.html', '/s/ses_1', '/new', '/?x=1'])
    assert.equal(await read(page, target), 'the page', target);
  assert.equal(await read(page, '/theme.js'), 'theme');
  assert.equal(await read(page, '/same.js'), 'theme', 'a link that stays inside');
});

test('no path leads out of the folder', async (t) => {
  const page = await openPage(t);
  for (const target of [
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/%2E%2E%2Fsecret.json',
    '/..%2fsecret.json',
    '/%252e%252e/secret.json',
    '/..\\secret.json',
    '/..%5csecret.json',
    '/../page-of-another/a.js',
    '//../secret.json',
    '/linked.json',
    '/up/secret.json',
    '/theme.js%00.json',
    '/theme.js\0',
    '/s/..%2f..%2fsecret.json',
    'http://x/../secret.json',
  ])
    assert.equal(await read(page, target), undefined, target);
  assert.equal(await pageFile(page, `${page}/../secret.json`), undefined);
});

test('what is no file of the page is not there', async (t) => {
  const page = await openPage(t);
  for (const target of [
    '/notes',
    '/assets',
    '/assets/folder.js',
    '/nothing.js',
    '/.html',
    '/s/a/b',
    `/${'x'.repeat(5000)}.js`,
  ])
    assert.equal(await read(page, target), undefined, target);
});

test('only what is named by its content is kept by browsers', async (t) => {
  const page = await openPage(t);
  assert.match((await pageFile(page, '/assets/app-1.js'))?.cache ?? '', /immutable/);
  for (const path of ['/', '/theme.js', '/assets/../theme.js'])
    assert.equal((await pageFile(page, path))?.cache, 'no-cache', path);
  assert.equal((await pageFile(page, '/'))?.type, 'text/html; charset=utf-8');
});
