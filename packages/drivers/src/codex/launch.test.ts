import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, ParleyError, policies } from '@parley/schema';
import type { LaunchRequest } from '@parley/schema';
import { launchPlan } from './launch.ts';

const request: LaunchRequest = {
  executable: '/opt/codex',
  cwd: '/home/dev/project',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  runId: newId('run', 0),
  adapter: ['/opt/parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};

test('with its own login Codex keeps its own configuration', () => {
  const plan = launchPlan({ ...request, extraArgs: ['-c', 'x=1'] });
  assert.deepEqual(plan.argv, [
    '/opt/codex',
    'app-server',
    '-c',
    'check_for_update_on_startup=false',
    '-c',
    'analytics.enabled=false',
    '-c',
    'x=1',
  ]);
  assert.deepEqual(plan.env, {});
  assert.equal(plan.cwd, '/home/dev/project');
});

test('a server of our choice is a provider of its own, without outside look-ups', () => {
  const plan = launchPlan({
    ...request,
    agentHome: '/state/home',
    endpoint: { kind: 'url', url: 'http://127.0.0.1:9/a "b"/v1', keyEnv: 'KEY' },
  });
  assert.ok(plan.argv.includes('model_provider="parley"'));
  assert.ok(plan.argv.includes('model_providers.parley.base_url="http://127.0.0.1:9/a \\"b\\"/v1"'));
  assert.ok(plan.argv.includes('model_providers.parley.env_key="KEY"'));
  assert.ok(plan.argv.join(' ').includes('--disable apps --disable plugins --disable remote_plugin'));
  assert.deepEqual(plan.env, { CODEX_HOME: '/state/home' });
});

test('every policy but full says where it is not what its name says', () => {
  for (const policy of policies)
    assert.equal(launchPlan({ ...request, policy }).limits.length > 0, policy !== 'full', policy);
});

test('a relative executable is refused', () => {
  assert.throws(
    () => launchPlan({ ...request, executable: 'codex' }),
    (error) => ParleyError.is(error) && error.code === 'agent_start_failed',
  );
});

test('a provider profile is refused rather than left out: the app-server takes none', () => {
  assert.throws(
    () => launchPlan({ ...request, providerProfile: 'work' }),
    (error) => ParleyError.is(error) && error.code === 'config_invalid' && /exec/.test(error.message),
  );
});
