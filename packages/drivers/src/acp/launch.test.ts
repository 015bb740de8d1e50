import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { LaunchRequest, RunId } from '@parley/schema';
import { acpDriver } from './driver.ts';

const request: LaunchRequest = {
  runId: 'run_1' as RunId,
  executable: '/opt/agent',
  cwd: '/code',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: ['acp', '--quiet'],
  adapter: ['parley'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};

test('the command line is the configured one, and nothing of the prompt', () => {
  const plan = acpDriver('mine').launch(request);
  assert.deepEqual(plan.argv, ['/opt/agent', 'acp', '--quiet']);
  assert.deepEqual(plan.env, {});
  assert.equal(plan.limits.length, 1);
  assert.throws(() => acpDriver('mine').launch({ ...request, executable: 'agent' }), /absolute/);
});

test('a model server and a home of our own are told by the environment', () => {
  const endpoint = { kind: 'url', url: 'http://127.0.0.1:1/v1', keyEnv: 'OPENAI_API_KEY' } as const;
  const { env } = acpDriver('mine').launch({ ...request, endpoint, agentHome: '/state/home' });
  assert.equal(env['OPENAI_BASE_URL'], 'http://127.0.0.1:1/v1');
  assert.equal(env['HOME'], '/state/home');
  assert.equal(env['XDG_CONFIG_HOME'], null);
});

test('an agent is found by its configured command, with its version if it tells one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-acp-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of [
    ['talks', 'echo talks 1.2.3'],
    ['mute', 'exit 2'],
  ] as const) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const { detect } = acpDriver('talks');
  const login = 'as the agent itself is configured';
  const env = { PATH: '/usr/bin:/bin' };
  const found = await detect({ searchPath: [folder], env });
  assert.deepEqual(found, { installed: true, login, path: join(folder, 'talks'), version: '1.2.3' });
  const mute = await detect({ searchPath: [folder], command: 'mute', env });
  assert.deepEqual(mute, { installed: true, login, path: join(folder, 'mute') });
  const none = await detect({ searchPath: [folder], command: 'none', env });
  assert.equal(none.installed, false);
  assert.match(none.problem ?? '', /none is not an executable file/);
});
