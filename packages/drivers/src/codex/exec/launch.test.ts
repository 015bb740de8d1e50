import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, ParleyError, policies } from '@parley/schema';
import type { LaunchRequest } from '@parley/schema';
import { launchExec } from './launch.ts';

const request: LaunchRequest = {
  runId: newId('run', 0),
  executable: '/opt/codex',
  cwd: '/home/dev/project',
  policy: 'edit',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  adapter: ['/opt/parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};
const quiet = ['-c', 'check_for_update_on_startup=false', '-c', 'analytics.enabled=false'];

test('a new conversation: no approvals, the sandbox of the policy, the prompt on stdin', () => {
  const plan = launchExec(request);
  assert.deepEqual(plan.argv, [
    '/opt/codex',
    '-a',
    'never',
    '--sandbox',
    'workspace-write',
    ...quiet,
    'exec',
    '--json',
    '--skip-git-repo-check',
    '--',
    '-',
  ]);
  assert.deepEqual(plan.env, {});
  assert.equal(plan.cwd, '/home/dev/project');
});

test('a conversation is resumed by its id, with the same flags before the command', () => {
  assert.deepEqual(launchExec({ ...request, threadId: 'T', policy: 'read-only' }).argv, [
    '/opt/codex',
    '-a',
    'never',
    '--sandbox',
    'read-only',
    ...quiet,
    'exec',
    'resume',
    '--json',
    '--skip-git-repo-check',
    '--',
    'T',
    '-',
  ]);
});

test('a copy of a conversation is made by the command for that', () => {
  const { argv } = launchExec({ ...request, threadId: 'T', fork: true });
  assert.deepEqual(argv.slice(argv.indexOf('exec')), [
    'exec',
    'fork',
    '--json',
    '--skip-git-repo-check',
    '--',
    'T',
    '-',
  ]);
});

test('folders, model, profile, effort and personality are passed on, what the configuration adds comes last', () => {
  const plan = launchExec({
    ...request,
    addedFolders: ['/a', '/b c'],
    model: 'gpt-5.5',
    providerProfile: 'work',
    effort: 'high',
    personality: 'pragmatic',
    extraArgs: ['--ephemeral'],
  });
  assert.deepEqual(plan.argv.slice(5, -8), [
    '--add-dir',
    '/a',
    '--add-dir',
    '/b c',
    '-m',
    'gpt-5.5',
    '-p',
    'work',
    '-c',
    'model_reasoning_effort="high"',
    '-c',
    'personality="pragmatic"',
    '-c',
    'check_for_update_on_startup=false',
  ]);
  assert.deepEqual(plan.argv.slice(-6), ['exec', '--json', '--skip-git-repo-check', '--ephemeral', '--', '-']);
});

test('full is the one bypass flag, and neither -a nor --sandbox', () => {
  for (const threadId of [undefined, 'T']) {
    const { argv, limits } = launchExec({ ...request, policy: 'full', ...(threadId && { threadId }) });
    assert.equal(argv.filter((word) => word === '--dangerously-bypass-approvals-and-sandbox').length, 1);
    assert.equal(argv.includes('-a') || argv.includes('--sandbox'), false);
    assert.deepEqual(limits, []);
  }
});

test('what would ask is refused, and people are told', () => {
  const ask = launchExec({ ...request, policy: 'ask' });
  assert.equal(ask.argv[ask.argv.indexOf('--sandbox') + 1], 'read-only');
  assert.match(ask.limits.join(' '), /cannot ask.*refused.*nothing can be changed/);
  assert.match(launchExec(request).limits.join(' '), /cannot ask/);
  for (const policy of policies)
    assert.equal(launchExec({ ...request, policy }).argv.includes('never'), policy !== 'full', policy);
});

test('a server of our choice and an own home are as for the app-server', () => {
  const plan = launchExec({
    ...request,
    agentHome: '/state/home',
    endpoint: { kind: 'url', url: 'http://127.0.0.1:9/v1', keyEnv: 'KEY' },
  });
  assert.ok(plan.argv.includes('model_providers.parley.base_url="http://127.0.0.1:9/v1"'));
  assert.ok(plan.argv.indexOf('--disable') < plan.argv.indexOf('exec'));
  assert.deepEqual(plan.env, { CODEX_HOME: '/state/home' });
});

test('a relative executable is refused', () => {
  assert.throws(
    () => launchExec({ ...request, executable: 'codex' }),
    (error) => ParleyError.is(error) && error.code === 'agent_start_failed',
  );
});
