import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import { loadConfig, loadProject, stricter } from './load.ts';

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-config-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const isInvalid = (words: RegExp) => (error: unknown) =>
  ParleyError.is(error) && error.code === 'config_invalid' && words.test(error.message);

test('no file is a good file', async () => {
  const { config, entries } = await loadConfig('/no/such/config.toml', {});
  assert.equal(config.server.port, 7337);
  assert.ok(entries.every(({ origin }) => origin === 'default'));
});

test('a flag wins over the environment, that over the file, that over the default, and each value tells its origin', async (t) => {
  const folder = await folderWith(t, {
    'config.toml': '[queue]\nmax = 7\n[server]\nport = 1\nhost = "::1"\n[policy]\ndefault = "edit"\n',
  });
  const file = join(folder, 'config.toml');
  const { config, entries } = await loadConfig(file, { PARLEY_PORT: '2', PARLEY_HOST: '127.0.0.2' }, [
    { key: ['server', 'port'], value: 3, origin: '--port' },
  ]);
  assert.deepEqual(
    [config.queue.max, config.server.port, config.server.host, config.policy.default],
    [7, 3, '127.0.0.2', 'edit'],
  );
  const originOf = (key: string): string | undefined => entries.find((entry) => entry.key === key)?.origin;
  assert.equal(originOf('server.port'), '--port');
  assert.equal(originOf('server.host'), 'PARLEY_HOST');
  assert.equal(originOf('policy.default'), file);
  assert.equal(originOf('runs.max_processes'), 'default');
});

test('the values of variables for agents may be secrets and are not shown', async (t) => {
  const folder = await folderWith(t, { 'config.toml': '[agents.codex.env]\nSECRET = "s3cret"\n' });
  const { config, entries } = await loadConfig(join(folder, 'config.toml'), {});
  assert.equal(config.agents['codex']?.env['SECRET'], 's3cret');
  assert.ok(!JSON.stringify(entries).includes('s3cret'));
});

test('a mistake is named by file and entry', async (t) => {
  const folder = await folderWith(t, {
    'a.toml': '[server]\nprot = 1\n',
    'b.toml': 'queue = \n',
    'c.toml': '[deadlines]\nidle = -1\n',
  });
  await assert.rejects(loadConfig(join(folder, 'a.toml'), {}), isInvalid(/a\.toml.*server/));
  await assert.rejects(loadConfig(join(folder, 'b.toml'), {}), isInvalid(/b\.toml.*line 1/));
  await assert.rejects(loadConfig(join(folder, 'c.toml'), {}), isInvalid(/deadlines\.idle/));
  await assert.rejects(loadConfig('/none', { PARLEY_PORT: 'many' }), isInvalid(/^PARLEY_PORT.*"many"/));
  await assert.rejects(loadConfig('/none', { PARLEY_ALLOW_FULL: '/a:b' }), isInvalid(/^PARLEY_ALLOW_FULL.*absolute/));
  await assert.rejects(
    loadConfig('/none', { PARLEY_PORT: '1' }, [{ key: ['server', 'port'], value: -1, origin: '--port' }]),
    isInvalid(/^--port/),
  );
  await mkdir(join(folder, 'd.toml'));
  await assert.rejects(loadConfig(join(folder, 'd.toml'), {}), isInvalid(/d\.toml cannot be read/));
});

test('a repository may choose models and a stricter policy, and nothing that runs or leads elsewhere', async (t) => {
  const good = await folderWith(t, {
    '.parley.toml': '[policy]\ndefault = "read-only"\n[agents.codex]\nmodel = "m"\n',
  });
  assert.deepEqual(await loadProject(good), { policy: 'read-only', models: { codex: 'm' } });
  for (const entry of [
    'command = "/bin/sh"',
    'model_url = "http://evil"',
    'env = { A = "b" }',
    'args = ["-x"]',
    'model_key_env = "X"',
    'model = "--flag"',
  ]) {
    const bad = await folderWith(t, { '.parley.toml': `[agents.codex]\n${entry}\n` });
    await assert.rejects(loadProject(bad), isInvalid(/\.parley\.toml/), entry);
  }
  const laxer = await folderWith(t, { '.parley.toml': '[policy]\nfull = ["/"]\n' });
  await assert.rejects(loadProject(laxer), isInvalid(/full/));
  assert.equal(stricter('ask', 'full'), 'ask');
  assert.equal(stricter('edit', 'read-only'), 'read-only');
});

test('a project file is an ordinary file of a bearable size, whatever a repository makes of it', async (t) => {
  const folder = await folderWith(t, { 'other.toml': '[agents.codex]\nmodel = "m"\n' });
  const file = join(folder, '.parley.toml');
  const become = async (make: () => unknown): Promise<void> => {
    await rm(file, { recursive: true, force: true });
    await make();
  };
  assert.deepEqual(await loadProject(folder), { models: {} });
  await become(() => symlink('/dev/zero', file));
  await assert.rejects(loadProject(folder), isInvalid(/\.parley\.toml cannot be read: it is not an ordinary file/));
  await become(() => execFileSync('mkfifo', [file]));
  await assert.rejects(loadProject(folder), isInvalid(/not an ordinary file/));
  await become(() => mkdir(file));
  await assert.rejects(loadProject(folder), isInvalid(/cannot be read/));
  await become(() => writeFile(file, '#'.repeat(256 * 1024 + 1)));
  await assert.rejects(loadProject(folder), isInvalid(/larger than/));
  await become(() => symlink('other.toml', file));
  assert.deepEqual((await loadProject(folder)).models, { codex: 'm' });
});

test('a project file that is wrong is never quoted: it may be a link to a secret', async (t) => {
  const folder = await folderWith(t, { secret: 'TOP = SECRET WORDS' });
  await symlink('secret', join(folder, '.parley.toml'));
  await assert.rejects(loadProject(folder), (error: unknown) => {
    assert.ok(ParleyError.is(error));
    return !JSON.stringify(error.body).includes('SECRET');
  });
});
