import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { FileChange, WorkTree } from '@parley/schema';
import { createGitWorkspaces } from './git-snapshot.ts';
import type { GitWorkspacesOptions } from './git-snapshot.ts';
import { temporaryFolder } from './testing.ts';

const env = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@localhost',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@localhost',
};

/** A repository with one commit, and a work tree that is looked at. */
class Repository {
  readonly root: string;
  readonly store: string;
  readonly options: GitWorkspacesOptions;

  constructor(t: TestContext, files: Readonly<Record<string, string>>, options: Partial<GitWorkspacesOptions> = {}) {
    const folder = fs.realpathSync(temporaryFolder(t));
    this.root = path.join(folder, 'my project');
    this.store = path.join(folder, 'snapshots');
    this.options = { directory: this.store, env, ...options };
    fs.mkdirSync(this.root);
    this.git('init', '-q');
    this.write(files);
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', 'first');
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
      fs.writeFileSync(path.join(this.root, name), text);
    }
  }

  remove(name: string): void {
    fs.rmSync(path.join(this.root, name), { recursive: true });
  }

  async open(t: TestContext, cwd = this.root): Promise<WorkTree> {
    const tree = await createGitWorkspaces(this.options).open(cwd);
    assert.ok(tree);
    t.after(() => tree.close());
    return tree;
  }

  /** What `work` changed. */
  async changesOf(t: TestContext, work: () => void, cwd = this.root): Promise<readonly FileChange[] | undefined> {
    const tree = await this.open(t, cwd);
    const before = await tree.snapshot();
    assert.ok(before, 'the first look');
    work();
    const after = await tree.snapshot();
    assert.ok(after, 'the second look');
    return tree.changes(before, after);
  }
}

test('added, changed and deleted files are told with their lines', async (t) => {
  const repo = new Repository(t, { changed: 'a\nb\nc\n', deleted: 'x\ny\n', same: 's\n' });
  const changes = await repo.changesOf(t, () => {
    repo.write({ changed: 'a\nB\nc\nd\n', 'new/one': 'n\n' });
    repo.remove('deleted');
  });
  assert.deepEqual(changes, [
    { path: 'changed', kind: 'update', added: 2, removed: 1 },
    { path: 'deleted', kind: 'delete', added: 0, removed: 2 },
    { path: 'new/one', kind: 'add', added: 1, removed: 0 },
  ]);
});

test('only this step is counted, for files that were changed before it and change again', async (t) => {
  const repo = new Repository(t, { tracked: 'a\n' });
  repo.write({ tracked: 'a\nmine\n', untracked: 'u\n' });
  const tree = await repo.open(t);
  const looks = [await tree.snapshot()];
  repo.write({ tracked: 'a\nmine\nits\n', untracked: 'v\n' });
  looks.push(await tree.snapshot());
  repo.write({ tracked: 'a\nmine\n', untracked: 'v\nw\n' });
  looks.push(await tree.snapshot());
  const [first, second, third] = looks;
  assert.ok(first && second && third);
  assert.deepEqual(await tree.changes(first, second), [
    { path: 'tracked', kind: 'update', added: 1, removed: 0 },
    { path: 'untracked', kind: 'update', added: 1, removed: 1 },
  ]);
  assert.deepEqual(await tree.changes(second, third), [
    { path: 'tracked', kind: 'update', added: 0, removed: 1 },
    { path: 'untracked', kind: 'update', added: 1, removed: 0 },
  ]);
  assert.deepEqual(await tree.changes(first, third), [{ path: 'untracked', kind: 'update', added: 2, removed: 1 }]);
});

test('staging and committing change no file', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  repo.write({ a: '2\n', b: 'new\n', c: 'staged only\n' });
  repo.git('add', 'c');
  const changes = await repo.changesOf(t, () => {
    repo.git('add', '-A');
    repo.git('commit', '-q', '-m', 'second');
  });
  assert.deepEqual(changes, []);
});

test('a file that was staged and is then deleted from the folder is a deletion', async (t) => {
  const repo = new Repository(t, {});
  repo.write({ staged: 'only\n' });
  repo.git('add', 'staged');
  const changes = await repo.changesOf(t, () => repo.remove('staged'));
  assert.deepEqual(changes, [{ path: 'staged', kind: 'delete', added: 0, removed: 1 }]);
});

test('a change that is staged and taken back in the folder is what the folder holds', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const changes = await repo.changesOf(t, () => {
    repo.write({ a: '2\n' });
    repo.git('add', 'a');
    repo.write({ a: '1\n' });
  });
  assert.deepEqual(changes, []);
});

test('checking out another branch tells what changes by it', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  repo.git('checkout', '-q', '-b', 'other');
  repo.write({ a: '1\n2\n' });
  repo.git('commit', '-q', '-a', '-m', 'second');
  const changes = await repo.changesOf(t, () => repo.git('checkout', '-q', '-'));
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 0, removed: 1 }]);
});

test('a renamed file is one move, with what else changed in it', async (t) => {
  const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`).join('');
  const repo = new Repository(t, { old: lines });
  const changes = await repo.changesOf(t, () => {
    repo.remove('old');
    repo.write({ 'sub/new': lines + 'one more\n' });
  });
  assert.deepEqual(changes, [{ path: 'old', kind: 'move', movedTo: 'sub/new', added: 1, removed: 0 }]);
});

test('a binary file has no lines', async (t) => {
  const repo = new Repository(t, { picture: 'a\0b' });
  const changes = await repo.changesOf(t, () => repo.write({ picture: 'a\0c', other: Buffer.from([0, 1, 2]) }));
  assert.deepEqual(changes, [
    { path: 'other', kind: 'add' },
    { path: 'picture', kind: 'update' },
  ]);
});

test('ignored files are not told: by the project, by this clone, by the user', async (t) => {
  const repo = new Repository(t, { '.gitignore': 'build/\n' });
  const mine = path.join(path.dirname(repo.root), 'ignore "mine"');
  fs.writeFileSync(mine, '*.mine\n');
  repo.git('config', 'core.excludesFile', mine);
  fs.appendFileSync(path.join(repo.root, '.git/info/exclude'), '*.local\n');
  const changes = await repo.changesOf(t, () =>
    repo.write({ 'build/out': '1\n', 'a.local': '1\n', 'b.mine': '1\n', c: '1\n' }),
  );
  assert.deepEqual(changes, [{ path: 'c', kind: 'add', added: 1, removed: 0 }]);
});

test('odd names come as they are', async (t) => {
  const names = ['two words', ' quote "\'', 'line\nbreak', 'tab\tin', 'ä€😀', '-n', '*.?', 'back\\slash', ':(glob)x'];
  const repo = new Repository(t, Object.fromEntries(names.map((name) => [name, '1\n'])));
  const changes = await repo.changesOf(t, () => {
    repo.write(
      Object.fromEntries(
        names.flatMap((name) => [
          [name, '2\n'],
          [`new${name}`, '3\n'],
        ]),
      ),
    );
  });
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  assert.deepEqual(
    changes?.map((change) => change.path),
    names.flatMap((name) => [name, `new${name}`]).sort(byName),
  );
  assert.ok(changes?.every(({ added }) => added === 1));
});

test('a name that is not UTF-8 is followed too', async (t) => {
  const repo = new Repository(t, {});
  const name = Buffer.concat([Buffer.from(`${repo.root}/`), Buffer.from([0x66, 0xff])]);
  fs.writeFileSync(name, '1\n');
  const changes = await repo.changesOf(t, () => fs.writeFileSync(name, '1\n2\n'));
  assert.deepEqual(changes, [{ path: 'f\ufffd', kind: 'update', added: 1, removed: 0 }]);
});

test('in a folder below the top, paths are its own, and absolute outside of it', async (t) => {
  const repo = new Repository(t, { 'app/a': '1\n', 'lib/b': '1\n' });
  const changes = await repo.changesOf(
    t,
    () => repo.write({ 'app/a': '2\n', 'lib/b': '2\n' }),
    path.join(repo.root, 'app'),
  );
  assert.deepEqual(
    changes?.map((change) => change.path),
    [path.join(repo.root, 'lib/b'), 'a'],
  );
});

test('a file becomes a folder, a link and a program', async (t) => {
  const repo = new Repository(t, { a: '1\n', b: '1\n', c: '1\n' });
  const changes = await repo.changesOf(t, () => {
    repo.remove('a');
    repo.write({ 'a/inside': '1\n2\n3\n4\n' });
    repo.remove('b');
    fs.symlinkSync('c', path.join(repo.root, 'b'));
    fs.chmodSync(path.join(repo.root, 'c'), 0o755);
  });
  assert.deepEqual(
    changes?.map(({ path: name, kind }) => `${kind} ${name}`),
    ['delete a', 'add a/inside', 'update b', 'update c'],
  );
});

test('a repository before its first commit is followed', async (t) => {
  const repo = new Repository(t, {});
  repo.remove('.git');
  repo.git('init', '-q');
  const changes = await repo.changesOf(t, () => repo.write({ a: '1\n' }));
  assert.deepEqual(changes, [{ path: 'a', kind: 'add', added: 1, removed: 0 }]);
});

test('a repository with long ids is followed', async (t) => {
  const repo = new Repository(t, {});
  repo.remove('.git');
  repo.git('init', '-q', '--object-format=sha256');
  repo.write({ a: '1\n' });
  const changes = await repo.changesOf(t, () => repo.write({ a: '2\n' }));
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 1, removed: 1 }]);
});

test('a second work tree of a repository is followed by itself', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const second = path.join(path.dirname(repo.root), 'second');
  repo.git('worktree', 'add', '-q', second);
  const changes = await repo.changesOf(
    t,
    () => {
      repo.write({ a: 'not mine\n' });
      fs.writeFileSync(path.join(second, 'a'), '1\n2\n');
    },
    second,
  );
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 1, removed: 0 }]);
});

test('repositories inside of it are left alone', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const changes = await repo.changesOf(t, () => {
    repo.git('init', '-q', 'inner');
    repo.write({ 'inner/x': '1\n', a: '2\n' });
  });
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 1, removed: 1 }]);
});

test('line ends that git converts are no change', async (t) => {
  const repo = new Repository(t, { a: '1\n2\n' });
  repo.git('config', 'core.autocrlf', 'true');
  repo.write({ a: '1\r\n2\r\n' });
  const changes = await repo.changesOf(t, () => repo.write({ a: '1\r\n2\r\n3\r\n' }));
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 1, removed: 0 }]);
});

test('a file with a merge conflict is followed', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  repo.git('checkout', '-q', '-b', 'other');
  repo.write({ a: 'other\n' });
  repo.git('commit', '-qam', 'other');
  repo.git('checkout', '-q', '-');
  repo.write({ a: 'mine\n' });
  repo.git('commit', '-qam', 'mine');
  assert.throws(() => repo.git('merge', '-q', 'other'));
  const changes = await repo.changesOf(t, () => repo.write({ a: 'both\n' }));
  assert.deepEqual(changes, [{ path: 'a', kind: 'update', added: 1, removed: 5 }]);
});

test('large files are told without lines, and only when they change', async (t) => {
  const repo = new Repository(t, { large: 'x\n'.repeat(100), small: '1\n' }, { maxFileBytes: 50 });
  repo.write({ large: 'y\n'.repeat(100), other: 'o\n'.repeat(100) });
  const tree = await repo.open(t);
  const looks = [await tree.snapshot()];
  repo.write({ small: '2\n' });
  looks.push(await tree.snapshot());
  repo.write({ large: 'z\n'.repeat(101), new: 'n\n'.repeat(100) });
  repo.remove('other');
  looks.push(await tree.snapshot());
  const [first, second, third] = looks;
  assert.ok(first && second && third);
  assert.deepEqual(await tree.changes(first, second), [{ path: 'small', kind: 'update', added: 1, removed: 1 }]);
  assert.deepEqual(await tree.changes(second, third), [
    { path: 'large', kind: 'update' },
    { path: 'new', kind: 'add' },
    { path: 'other', kind: 'delete' },
  ]);
});

test('what is kept for a turn has a limit, and what comes after it is told without lines', async (t) => {
  const repo = new Repository(t, {}, { maxKeptBytes: 10 });
  const changes = await repo.changesOf(t, () => repo.write({ a: '12345678\n', b: '12345678\n' }));
  assert.deepEqual(changes, [
    { path: 'a', kind: 'add', added: 1, removed: 0 },
    { path: 'b', kind: 'add' },
  ]);
});

test('a repository with too many changed files is not looked at', async (t) => {
  const repo = new Repository(t, {}, { maxFiles: 2 });
  repo.write({ a: '1', b: '2', c: '3' });
  assert.equal(await (await repo.open(t)).snapshot(), undefined);
});

test('files that were only touched do not count as changed', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`file ${n}`, `${n}\n`]));
  const repo = new Repository(t, files, { maxFiles: 2 });
  for (const name of Object.keys(files)) fs.utimesSync(path.join(repo.root, name), 1000, 1000);
  const changes = await repo.changesOf(t, () => repo.write({ 'file 3': 'x\n' }));
  assert.deepEqual(changes, [{ path: 'file 3', kind: 'update', added: 1, removed: 1 }]);
});

test('a look that takes too long is no look', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const tree = await repo.open(t);
  const slow = path.join(path.dirname(repo.root), 'bin');
  fs.mkdirSync(slow);
  fs.writeFileSync(path.join(slow, 'git'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
  const stuck = createGitWorkspaces({
    ...repo.options,
    directory: `${repo.store}2`,
    env: { ...env, PATH: `${slow}:${env.PATH ?? ''}` },
    limitMs: 50,
  });
  assert.equal(await stuck.open(repo.root), undefined);
  assert.ok(await tree.snapshot());
});

test('nothing happens without git, without a repository, inside of `.git`, in a folder that is gone', async (t) => {
  const repo = new Repository(t, {});
  const workspaces = createGitWorkspaces(repo.options);
  assert.equal(await workspaces.open(path.dirname(repo.root)), undefined);
  assert.equal(await workspaces.open(path.join(repo.root, '.git')), undefined);
  assert.equal(await workspaces.open(path.join(repo.root, 'none')), undefined);
  const none = createGitWorkspaces({ ...repo.options, env: { PATH: '/nonexistent' } });
  assert.equal(await none.open(repo.root), undefined);
});

test('a repository that goes away in between is no error', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const tree = await repo.open(t);
  assert.ok(await tree.snapshot());
  repo.remove('.');
  assert.equal(await tree.snapshot(), undefined);
});

test('the repository is not written, and nothing that is configured in it is run', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const trap = path.join(path.dirname(repo.root), 'trap');
  const touched = path.join(path.dirname(repo.root), 'touched');
  fs.writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${touched}'\ncat\n`, { mode: 0o755 });
  repo.write({ '.gitattributes': '[attr]trap filter=trap diff=trap\n* trap\n*.wide working-tree-encoding=UTF-16\n' });
  for (const hook of ['post-index-change', 'pre-commit', 'fsmonitor-watchman'])
    fs.copyFileSync(trap, path.join(repo.root, '.git/hooks', hook));
  const program = `'${trap}'`;
  for (const key of [
    'filter.trap.clean',
    'filter.trap.smudge',
    'diff.trap.textconv',
    'diff.trap.command',
    'diff.external',
  ])
    repo.git('config', key, program);
  repo.git('config', 'core.fsmonitor', trap);
  repo.git('config', 'core.pager', program);
  fs.rmSync(touched, { force: true });
  const before = everyFile(path.join(repo.root, '.git'));
  const changes = await repo.changesOf(t, () => repo.write({ a: '2\n', b: 'new\n', 'c.wide': 'not wide\n' }));
  assert.deepEqual(
    changes?.map((change) => change.path),
    ['a', 'b', 'c.wide'],
  );
  assert.deepEqual(everyFile(path.join(repo.root, '.git')), before);
  assert.equal(fs.existsSync(touched), false, 'a program of the repository ran');
  repo.git('add', 'a');
  assert.equal(fs.existsSync(touched), true, 'the trap works');
});

test('nothing that is configured in a submodule is run either', async (t) => {
  const library = new Repository(t, { a: '1\n' });
  const repo = new Repository(t, {});
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib');
  repo.git('commit', '-q', '-m', 'lib');
  const touched = path.join(path.dirname(repo.root), 'touched');
  const trap = path.join(path.dirname(repo.root), 'trap');
  fs.writeFileSync(trap, `#!/bin/sh\ntouch '${touched}'\ncat\n`, { mode: 0o755 });
  const gitDir = path.join(repo.root, '.git/modules/lib');
  fs.mkdirSync(path.join(gitDir, 'info'), { recursive: true });
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), '* filter=trap\n');
  for (const key of ['filter.trap.clean', 'core.fsmonitor'])
    repo.git('config', '--file', path.join(gitDir, 'config'), key, `'${trap}'`);
  const changes = await repo.changesOf(t, () => repo.write({ 'lib/a': '2\n', b: 'new\n' }));
  assert.deepEqual(
    changes?.map((change) => change.path),
    ['b'],
  );
  assert.equal(fs.existsSync(touched), false, 'a program of the submodule ran');
  repo.git('status');
  assert.equal(fs.existsSync(touched), true, 'the trap works');
});

/** Each file's content and time. */
function everyFile(folder: string): readonly string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((name) => fs.statSync(name).isFile())
    .map((name) => `${name} ${fs.statSync(name).mtimeMs} ${fs.readFileSync(name, 'base64')}`)
    .sort();
}

test('nothing of a turn is left when it is closed, and nothing of an earlier daemon when a new one begins', async (t) => {
  const repo = new Repository(t, {});
  const tree = await repo.open(t);
  assert.ok(await tree.snapshot());
  assert.equal(fs.readdirSync(repo.store).length, 1);
  assert.equal(fs.statSync(repo.store).mode & 0o777, 0o700);
  const under = tree.snapshot();
  await tree.close();
  assert.equal(await under, undefined);
  assert.deepEqual(fs.readdirSync(repo.store), []);
  assert.equal(await tree.snapshot(), undefined);
  fs.mkdirSync(path.join(repo.store, 'turn-left'));
  createGitWorkspaces(repo.options);
  assert.equal(fs.existsSync(repo.store), false);
});

test("Parley's own folders inside the work tree are not told", async (t) => {
  const repo = new Repository(t, {});
  const state = path.join(repo.root, 'state [1]');
  const tree = await createGitWorkspaces({ directory: path.join(state, 'snapshots'), env, hidden: [state] }).open(
    repo.root,
  );
  t.after(() => tree?.close());
  const before = await tree?.snapshot();
  repo.write({ 'state [1]/db': '1\n', 'state 1': '1\n' });
  const after = await tree?.snapshot();
  assert.ok(tree && before && after);
  assert.deepEqual(await tree.changes(before, after), [{ path: 'state 1', kind: 'add', added: 1, removed: 0 }]);
});

test("a surrounding git's variables change nothing", async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const workspaces = createGitWorkspaces({
    ...repo.options,
    env: { ...env, GIT_DIR: '/nonexistent', GIT_INDEX_FILE: '/nonexistent/index', GIT_WORK_TREE: '/' },
  });
  const tree = await workspaces.open(repo.root);
  t.after(() => tree?.close());
  assert.ok(await tree?.snapshot());
});

test('looks that are asked for at the same time do not disturb each other', async (t) => {
  const repo = new Repository(t, { a: '1\n' });
  const tree = await repo.open(t);
  repo.write({ a: '2\n' });
  const looks = await Promise.all([tree.snapshot(), tree.snapshot(), tree.snapshot()]);
  assert.ok(looks.every((look) => look !== undefined && look.tree === looks[0]?.tree));
});
