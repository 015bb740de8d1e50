import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { detect } from './detect.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-claude-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function program(path: string, script: string): string {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const env = (home: string, more: Record<string, string> = {}) => ({ PATH: '/usr/bin:/bin', HOME: home, ...more });

test('the first claude on the search path is found, behind its links, with its version', async (t) => {
  const home = folder(t);
  const real = program(join(home, 'claude.exe'), 'echo "2.1.329 (Claude Code)"');
  mkdirSync(join(home, 'bin'));
  symlinkSync(real, join(home, 'bin', 'claude'));
  const found = await detect({ searchPath: [join(home, 'nowhere'), join(home, 'bin')], env: env(home) });
  assert.deepEqual(found, { installed: true, path: real, version: '2.1.329' });
});

test('no claude is no problem, a named one that is missing is', async (t) => {
  const home = folder(t);
  assert.deepEqual(await detect({ searchPath: [home], env: env(home) }), { installed: false });
  const named = await detect({ searchPath: [home], command: join(home, 'other'), env: env(home) });
  assert.equal(named.installed, false);
  assert.match(named.problem ?? '', /other/);
});

test('a stub that cannot tell its version is not installed, and says why', async (t) => {
  const home = folder(t);
  program(join(home, 'claude'), 'echo "claude native binary not installed" >&2; exit 1');
  const found = await detect({ searchPath: [home], env: env(home) });
  assert.equal(found.installed, false);
  assert.match(found.problem ?? '', /native binary not installed/);
});

test('a login is named for people and never shows a secret', async (t) => {
  const home = folder(t);
  program(join(home, 'claude'), 'echo 2.1.329');
  const login = async (more: Record<string, string> = {}) => {
    const found = await detect({ searchPath: [home], env: env(home, more) });
    assert.doesNotMatch(JSON.stringify(found), /sk-secret/);
    return found.login;
  };
  assert.equal(await login(), undefined);
  writeFileSync(join(home, '.claude.json'), JSON.stringify({ oauthAccount: { emailAddress: 'a@b.c' } }));
  assert.equal(await login(), 'a Claude account');
  mkdirSync(join(home, '.claude'));
  const credentials = { claudeAiOauth: { accessToken: 'sk-secret', subscriptionType: 'max' } };
  writeFileSync(join(home, '.claude', '.credentials.json'), JSON.stringify(credentials));
  assert.equal(await login(), 'a Claude account (max)');
  assert.equal(await login({ CLAUDE_CODE_OAUTH_TOKEN: 'sk-secret' }), 'the token in CLAUDE_CODE_OAUTH_TOKEN');
  assert.equal(await login({ CLAUDE_CODE_USE_BEDROCK: '1' }), 'Amazon Bedrock');
  // An own home has its own state.
  const own = folder(t);
  assert.equal(await login({ CLAUDE_CONFIG_DIR: own }), undefined);
  writeFileSync(join(own, '.claude.json'), JSON.stringify({ oauthAccount: {} }));
  assert.equal(await login({ CLAUDE_CONFIG_DIR: own }), 'a Claude account');
});

test('files that are no JSON count as no login', async (t) => {
  const home = folder(t);
  program(join(home, 'claude'), 'echo 2.1.329');
  writeFileSync(join(home, '.claude.json'), '{');
  assert.equal((await detect({ searchPath: [home], env: env(home) })).login, undefined);
});
