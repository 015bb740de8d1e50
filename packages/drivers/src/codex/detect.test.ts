import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { detectCodex } from './detect.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'parley-codex-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function program(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const env = (home: string): Record<string, string | undefined> => ({ HOME: home, PATH: process.env['PATH'] });

test('nothing found is not installed, and no problem', async (t) => {
  const home = await folder(t);
  assert.deepEqual(await detectCodex({ searchPath: [home, 'relative'], env: env(home) }), { installed: false });
});

test('the version is read from the first program on the search path', async (t) => {
  const home = await folder(t);
  const path = await program(join(home, 'a', 'codex'), 'echo codex-cli 0.169.0');
  await program(join(home, 'b', 'codex'), 'echo codex-cli 0.1.0');
  const found = await detectCodex({
    searchPath: [join(home, 'none'), join(home, 'a'), join(home, 'b')],
    env: env(home),
  });
  assert.deepEqual(found, { installed: true, path, version: '0.169.0' });
});

test(
  "npm's launcher is resolved to its native program",
  { skip: process.platform !== 'linux' || process.arch !== 'x64' },
  async (t) => {
    const home = await folder(t);
    const modules = join(home, 'node_modules');
    const launcher = await program(join(modules, '@openai/codex/bin/codex.js'), 'exit 9');
    const native = await program(
      join(modules, '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex'),
      'echo codex-cli 1.2.3',
    );
    await mkdir(join(modules, '.bin'));
    await symlink(launcher, join(modules, '.bin', 'codex'));
    assert.deepEqual(await detectCodex({ searchPath: [join(modules, '.bin')], env: env(home) }), {
      installed: true,
      path: native,
      version: '1.2.3',
    });
  },
);

test('a program that does not tell its version is a problem with its words', async (t) => {
  const home = await folder(t);
  const path = await program(join(home, 'codex'), 'echo broken library >&2; exit 1');
  const found = await detectCodex({ searchPath: [], command: path, env: env(home) });
  assert.equal(found.version, undefined);
  assert.match(found.problem ?? '', /broken library/);
});

test('a configured command that is not there is a problem', async (t) => {
  const home = await folder(t);
  const found = await detectCodex({ searchPath: [], command: '/nowhere/codex', env: env(home) });
  assert.equal(found.installed, false);
  assert.match(found.problem ?? '', /\/nowhere\/codex/);
});

test('the kind of login is told, the secret is not', async (t) => {
  const home = await folder(t);
  await mkdir(join(home, '.codex'));
  const auth = join(home, '.codex', 'auth.json');
  const login = async (content: string): Promise<string | undefined> => {
    await writeFile(auth, content);
    return (await detectCodex({ searchPath: [], env: env(home) })).login;
  };
  assert.equal(await login('{"OPENAI_API_KEY":"secret","tokens":null}'), 'API key in auth.json');
  assert.equal(await login('{"OPENAI_API_KEY":null,"tokens":{"access_token":"secret"}}'), 'ChatGPT login');
  assert.equal(await login('{"OPENAI_API_KEY":null}'), undefined);
  assert.equal(await login('broken'), undefined);
  assert.equal(
    (await detectCodex({ searchPath: [], env: { ...env(home), CODEX_HOME: join(home, 'elsewhere') } })).login,
    undefined,
  );
});
