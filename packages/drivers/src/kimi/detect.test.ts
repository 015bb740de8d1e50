import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { detectKimi } from './detect.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-kimi-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function program(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const env = (home: string, more: Record<string, string> = {}) => ({ PATH: '/usr/bin:/bin', HOME: home, ...more });

test('the program says which of the two it is', async (t) => {
  const home = folder(t);
  const path = program(join(home, 'kimi'), 'echo "kimi, version 1.49.0"');
  const legacy = await detectKimi({ searchPath: [home], env: env(home) });
  assert.deepEqual(legacy, { installed: true, path, version: '1.49.0', dialect: 'legacy' });
  program(path, 'echo 2.1.0');
  const code = await detectKimi({ searchPath: [home], env: env(home) });
  assert.deepEqual(code, { installed: true, path, version: '2.1.0', dialect: 'code' });
});

test('a script of Kimi Code is asked with our Node, because the user may have an older one', async (t) => {
  const home = folder(t);
  const path = join(home, 'main.mjs');
  writeFileSync(path, '#!/nowhere/node\nconsole.log("2.1.0")\n');
  chmodSync(path, 0o755);
  const found = await detectKimi({ searchPath: [], command: path, env: env(home), node: process.execPath });
  assert.deepEqual(found, { installed: true, path, version: '2.1.0', dialect: 'code' });
});

test('no kimi is no problem, a named one that is missing or broken is', async (t) => {
  const home = folder(t);
  assert.deepEqual(await detectKimi({ searchPath: [home], env: env(home) }), { installed: false });
  const named = await detectKimi({ searchPath: [home], command: join(home, 'other'), env: env(home) });
  assert.match(named.problem ?? '', /other/);
  program(join(home, 'kimi'), 'echo "SyntaxError: createZstdDecompress" >&2; exit 1');
  const broken = await detectKimi({ searchPath: [home], env: env(home) });
  assert.equal(broken.installed, false);
  assert.match(broken.problem ?? '', /createZstdDecompress/);
});

test('a login is named for people and never shows a secret', async (t) => {
  const home = folder(t);
  program(join(home, 'kimi'), 'echo 2.1.0');
  const login = async (more: Record<string, string> = {}): Promise<string | undefined> => {
    const found = await detectKimi({ searchPath: [home], env: env(home, more) });
    assert.doesNotMatch(JSON.stringify(found), /sk-secret/);
    return found.login;
  };
  assert.equal(await login(), undefined);
  mkdirSync(join(home, '.kimi-code'));
  writeFileSync(join(home, '.kimi-code', 'config.toml'), 'api_key = ""\n');
  assert.equal(await login(), undefined);
  writeFileSync(join(home, '.kimi-code', 'config.toml'), '[providers.x]\napi_key = "sk-secret"\n');
  assert.match((await login()) ?? '', /config\.toml/);
  mkdirSync(join(home, '.kimi-code', 'credentials'));
  writeFileSync(join(home, '.kimi-code', 'credentials', 'kimi-code.json'), '{"access_token":"sk-secret"}');
  assert.equal(await login(), 'a Kimi account');
  assert.equal(await login({ KIMI_CODE_HOME: join(home, 'elsewhere') }), undefined);
});
