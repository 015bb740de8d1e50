import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { TestContext } from 'node:test';
import { detect } from './detect.ts';

async function folder(t: TestContext, script: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'parley-opencode-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'opencode'), `#!/bin/sh\n${script}\n`);
  await chmod(join(root, 'opencode'), 0o755);
  return root;
}

test('path, version and the providers that somebody logged in to, without their secrets', async (t) => {
  const root = await folder(t, 'echo 1.18.33');
  await mkdir(join(root, '.local/share/opencode'), { recursive: true });
  const auth = { anthropic: { type: 'oauth', refresh: 'secret' }, openai: { type: 'api', key: 'secret' } };
  await writeFile(join(root, '.local/share/opencode/auth.json'), JSON.stringify(auth));
  const found = await detect({ searchPath: [root], env: { HOME: root } });
  assert.deepEqual(found, {
    installed: true,
    path: join(root, 'opencode'),
    version: '1.18.33',
    login: 'anthropic, openai',
  });
});

test('no login is no problem, no program is not installed, a stub is a problem', async (t) => {
  const root = await folder(t, 'echo "run the install script" >&2; exit 1');
  const stub = await detect({ searchPath: [root], env: { HOME: root, XDG_DATA_HOME: join(root, 'none') } });
  assert.equal(stub.installed, false);
  assert.match(stub.problem ?? '', /run the install script/);
  assert.deepEqual(await detect({ searchPath: [join(root, 'none')], env: { HOME: root } }), { installed: false });
  const named = await detect({ searchPath: [], command: '/nowhere/opencode', env: { HOME: root } });
  assert.match(named.problem ?? '', /\/nowhere\/opencode/);
});
