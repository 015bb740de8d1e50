import assert from 'node:assert/strict';
import test from 'node:test';
import { ParleyError, policies } from '@parley/schema';
import type { LaunchRequest, RunId } from '@parley/schema';
import { launchPrint } from './launch.ts';

const request: LaunchRequest = {
  runId: 'run_1' as RunId,
  prompt: '-c',
  executable: '/opt/vibe',
  cwd: '/home/dev/project',
  policy: 'edit',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: ['--max-turns', '9'],
  adapter: ['/opt/node', 'parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};

test('the adapter stands before Vibe, and no value can be taken for a flag', () => {
  const plan = launchPrint({ ...request, threadId: '--yolo-.4', addedFolders: ['/data'] });
  assert.deepEqual(plan.argv, [
    ...['/opt/node', 'parley', 'adapter', 'after-exit', '--home', '~/.vibe', '--home-env', 'VIBE_HOME'],
    ...['--newest', 'logs/session', '--file', 'meta.json'],
    ...[
      '--cwd-field',
      'environment.working_directory',
      '--',
      '/opt/vibe',
      '--output',
      'streaming',
      '--agent',
      'accept-edits',
    ],
    ...['--add-dir', '/data', '--resume=--yolo-', '--max-turns', '9', '--prompt=-c'],
  ]);
});

test('a server of our choice is a provider and a model of their own', () => {
  const endpoint = { kind: 'url', url: 'http://127.0.0.1:9/v1', keyEnv: 'KEY' } as const;
  const { env } = launchPrint({ ...request, endpoint, model: 'm', agentHome: '/state/home' });
  assert.equal(env['VIBE_HOME'], '/state/home');
  assert.equal(env['VIBE_ACTIVE_MODEL'], 'parley');
  assert.match(env['VIBE_PROVIDERS'] ?? '', /"api_base":"http:\/\/127\.0\.0\.1:9\/v1","api_key_env_var":"KEY"/);
  assert.match(env['VIBE_MODELS'] ?? '', /"name":"m","provider":"parley","alias":"parley"/);
  assert.equal(launchPrint({ ...request, model: 'devstral-small' }).env['VIBE_ACTIVE_MODEL'], 'devstral-small');
});

test('every policy says where its words are read by others or where it is not what its name says', () => {
  for (const policy of policies) assert.match(launchPrint({ ...request, policy }).limits.join('\n'), /command line/);
});

test('a prompt that is missing or fits no command line is refused before anything starts', () => {
  const code = (change: Partial<LaunchRequest>) => {
    try {
      launchPrint({ ...request, ...change });
      return undefined;
    } catch (error) {
      return ParleyError.is(error) ? error.code : 'other';
    }
  };
  assert.equal(code({ prompt: ' ' }), 'empty_prompt');
  assert.equal(code({ prompt: 'x'.repeat(200_000) }), 'prompt_too_large');
  assert.equal(code({ executable: 'vibe' }), 'agent_start_failed');
});
