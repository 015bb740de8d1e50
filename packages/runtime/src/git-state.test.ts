import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gitState } from './git-state.ts';
import type { GitStateOptions } from './git-state.ts';
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

class Repository {
  readonly root: string;
  /** Ours, for the time of a look. */
  readonly looks: string;

  constructor(root: string) {
    this.root = root;
    this.looks = path.join(path.dirname(root), 'looks');
    fs.mkdirSync(root, { recursive: true });
    this.git('init', '-q');
    this.write('main.ts', 'one');
    this.write('.gitignore', 'ignored/\n');
    this.commit();
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  commit(): void {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', 'next');
  }

  write(name: string, text: string | Buffer): void {
    const file = path.join(this.root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }

  state(options: Partial<GitStateOptions> = {}, folder = this.root): Promise<string | undefined> {
    return gitState(folder, { directory: this.looks, env, hidden: [], ...options });
  }
}

function repository(t: TestContext): Repository {
  return new Repository(path.join(fs.realpathSync(temporaryFolder(t)), 'my project'));
}

/** Each of these changes is told, and the first state is told again once it is undone. */
test('whatever is committed, staged, changed, added, moved, linked or removed is another state', async (t) => {
  const one = repository(t);
  const clean = await one.state();
  assert.ok(clean);
  const seen = new Set([clean]);
  const isNew = async (what: string): Promise<void> => {
    const now = await one.state();
    assert.ok(now, what);
    assert.ok(!seen.has(now), `${what} is told`);
    assert.equal(await one.state(), now, `${what} is the same when nothing happens`);
    seen.add(now);
  };
  one.write('main.ts', 'two');
  await isNew('a changed file');
  one.write('main.ts', 'six');
  await isNew('another change of the same length');
  one.git('add', 'main.ts');
  await isNew('a staged change');
  one.write('main.ts', 'one');
  await isNew('a staged change that the file does not have any more');
  one.git('reset', '-q', '--hard');
  assert.equal(await one.state(), clean);
  one.write('new file\nwith a newline and ünïcode', 'a');
  await isNew('an untracked file');
  one.write('new file\nwith a newline and ünïcode', 'b');
  await isNew('a change of an untracked file');
  one.git('clean', '-q', '-f', '-d');
  fs.symlinkSync('main.ts', path.join(one.root, 'link'));
  await isNew('a link');
  fs.rmSync(path.join(one.root, 'link'));
  fs.symlinkSync('other.ts', path.join(one.root, 'link'));
  await isNew('a link to elsewhere');
  fs.rmSync(path.join(one.root, 'link'));
  fs.rmSync(path.join(one.root, 'main.ts'));
  await isNew('a removed file');
  one.write('main.ts/a', 'a');
  await isNew('a folder in the place of a file');
  fs.rmSync(path.join(one.root, 'main.ts'), { recursive: true });
  one.git('checkout', '-q', 'main.ts');
  assert.equal(await one.state(), clean);
  one.git('checkout', '-q', '-b', 'other');
  await isNew('another branch');
  one.commit();
  await isNew('a commit');
});

test('what git ignores and what is hidden does not count, and a touched file is not a changed one', async (t) => {
  const one = repository(t);
  const clean = await one.state();
  one.write('ignored/build.js', 'x');
  fs.utimesSync(path.join(one.root, 'main.ts'), 1, 1);
  assert.equal(await one.state(), clean);
  one.write('.state/parley.db', 'x');
  assert.equal(await one.state({ hidden: [path.join(one.root, '.state')] }), clean);
  assert.notEqual(await one.state(), clean);
});

test('from a folder inside it is the same state; of an ignored folder, or outside of a work tree, nobody can tell', async (t) => {
  const one = repository(t);
  one.write('src/a.ts', 'a');
  one.write('ignored/a.ts', 'a');
  assert.equal(await one.state({}, path.join(one.root, 'src')), await one.state());
  assert.equal(await one.state({}, path.join(one.root, 'ignored')), undefined);
  assert.equal(await one.state({}, path.join(one.root, '.git')), undefined);
  assert.equal(await one.state({}, path.dirname(one.root)), undefined);
  assert.equal(await one.state({}, path.join(one.root, 'missing')), undefined);
  assert.equal(await one.state({ env: { PATH: '/nonexistent' } }), undefined);
});

test('what changes inside of a submodule, or of a repository that lies in this one, is told', async (t) => {
  const one = repository(t);
  const library = new Repository(path.join(path.dirname(one.root), 'library'));
  one.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib');
  one.commit();
  const nested = new Repository(path.join(one.root, 'nested'));
  const states = [await one.state()];
  fs.writeFileSync(path.join(one.root, 'lib/main.ts'), 'two');
  states.push(await one.state());
  fs.writeFileSync(path.join(one.root, 'lib/main.ts'), 'six');
  states.push(await one.state());
  fs.writeFileSync(path.join(one.root, 'lib/untracked.ts'), 'x');
  states.push(await one.state());
  execFileSync('git', ['commit', '-q', '-a', '-m', 'inside'], { cwd: path.join(one.root, 'lib'), env });
  states.push(await one.state());
  nested.write('main.ts', 'two');
  states.push(await one.state());
  nested.commit();
  states.push(await one.state());
  assert.ok(states.every((state) => state !== undefined));
  assert.equal(new Set(states).size, states.length);
});

test('a repository without a commit has a state too', async (t) => {
  const root = fs.realpathSync(temporaryFolder(t));
  const options = { directory: temporaryFolder(t), env, hidden: [] };
  execFileSync('git', ['init', '-q'], { cwd: root, env });
  const empty = await gitState(root, options);
  fs.writeFileSync(path.join(root, 'a'), 'a');
  const begun = await gitState(root, options);
  assert.ok(empty !== undefined && begun !== undefined && empty !== begun);
});

test('files beyond what is read are told by their times, and too many of them not at all', async (t) => {
  const one = repository(t);
  const limits = { maxBytes: 10, maxFiles: 2 };
  one.write('large', 'x'.repeat(100));
  const first = await one.state(limits);
  assert.ok(first);
  assert.equal(await one.state(limits), first);
  one.write('large', 'y'.repeat(100));
  assert.notEqual(await one.state(limits), first);
  one.write('b', 'b');
  one.write('c', 'c');
  assert.equal(await one.state(limits), undefined);
});

/** Has git run a program wherever it can, and names the file that says so. */
function trap(one: Repository, gitDir = path.join(one.root, '.git')): string {
  const proof = path.join(one.root, '..', 'it-ran');
  const program = path.join(one.root, '..', 'program');
  fs.writeFileSync(program, `#!/bin/sh\ntouch '${proof}'\ncat\n`, { mode: 0o755 });
  fs.mkdirSync(path.join(gitDir, 'info'), { recursive: true });
  fs.writeFileSync(path.join(gitDir, 'info/attributes'), '* filter=évil diff=evil\n');
  for (const [key, value] of [
    ['core.fsmonitor', `'${program}'`],
    ['filter.évil.clean', `'${program}'`],
    ['filter.évil.required', 'true'],
    ['filter.evil two.process', `'${program}'`],
    ['diff.evil.command', `'${program}'`],
    ['diff.evil.textconv', `'${program}'`],
    ['core.hooksPath', path.dirname(program)],
    ['core.pager', `'${program}'`],
    ['core.sshCommand', `'${program}'`],
    ['core.alternateRefsCommand', `'${program}'`],
    ['credential.helper', `!'${program}'`],
  ] as const)
    execFileSync('git', ['config', '--file', path.join(gitDir, 'config'), key, value], { env });
  fs.symlinkSync(program, path.join(path.dirname(program), 'post-index-change'));
  return proof;
}

test('no program that is configured in the repository is run', async (t) => {
  const one = repository(t);
  const proof = trap(one);
  // Same size, other time: git has to compare the content.
  fs.utimesSync(path.join(one.root, 'main.ts'), 1, 1);
  one.write('untracked', 'x');
  assert.ok(await one.state());
  assert.ok(!fs.existsSync(proof));
  one.git('status');
  assert.ok(fs.existsSync(proof), 'git by itself would have run it');
});

test('no program that is configured in a submodule, or in a repository that lies in this one, is run', async (t) => {
  const one = repository(t);
  const library = new Repository(path.join(path.dirname(one.root), 'library'));
  one.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib');
  one.commit();
  const proof = trap(one, path.join(one.root, '.git/modules/lib'));
  fs.utimesSync(path.join(one.root, 'lib/main.ts'), 1, 1);
  assert.ok(await one.state());
  assert.ok(!fs.existsSync(proof));
  const nested = new Repository(path.join(one.root, 'nested'));
  trap(nested);
  fs.utimesSync(path.join(nested.root, 'main.ts'), 1, 1);
  assert.ok(await one.state());
  assert.ok(!fs.existsSync(proof) && !fs.existsSync(path.join(one.root, 'it-ran')));
  one.git('status');
  assert.ok(fs.existsSync(proof), 'git by itself would have run it');
});

test('nothing is fetched for an object that is missing', async (t) => {
  const one = repository(t);
  const proof = path.join(one.root, '..', 'it-ran');
  const program = path.join(path.dirname(one.root), 'program');
  fs.writeFileSync(program, `#!/bin/sh\ntouch '${proof}'\n`, { mode: 0o755 });
  one.git('config', 'core.repositoryFormatVersion', '1');
  one.git('config', 'extensions.partialClone', 'origin');
  one.git('config', 'remote.origin.promisor', 'true');
  one.git('config', 'remote.origin.url', `ext::${program}`);
  one.git('config', 'protocol.ext.allow', 'always');
  const tree = one.git('rev-parse', 'HEAD^{tree}').trim();
  fs.rmSync(path.join(one.root, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  assert.equal(await one.state(), undefined);
  assert.ok(!fs.existsSync(proof));
  assert.throws(() => one.git('status'));
  assert.ok(fs.existsSync(proof), 'git by itself would have run it');
});

test('a submodule that is not checked out has a state, unless something else lies in its place', async (t) => {
  const one = repository(t);
  const library = new Repository(path.join(path.dirname(one.root), 'library'));
  one.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib');
  one.commit();
  const checkedOut = await one.state();
  one.git('submodule', '--quiet', 'deinit', '--force', 'lib');
  const empty = await one.state();
  assert.ok(empty !== undefined && empty !== checkedOut);
  one.write('lib/a', 'a');
  assert.equal(await one.state(), undefined);
});

test('nothing is left of a look', async (t) => {
  const one = repository(t);
  await one.state();
  assert.deepEqual(fs.readdirSync(one.looks), []);
});

test('nothing in the repository is written', async (t) => {
  const one = repository(t);
  fs.utimesSync(path.join(one.root, 'main.ts'), 1, 1);
  const index = path.join(one.root, '.git/index');
  const before = fs.statSync(index, { bigint: true });
  await one.state();
  const after = fs.statSync(index, { bigint: true });
  assert.deepEqual([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs]);
});
