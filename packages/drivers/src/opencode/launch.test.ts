import assert from 'node:assert/strict';
import test from 'node:test';
import { policies } from '@parley/schema';
import type { LaunchRequest, RunId } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { opencode, opencodeRun } from './driver.ts';

const request: LaunchRequest = {
  runId: 'run_1' as RunId,
  executable: '/opt/opencode',
  cwd: '/code',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
  adapter: ['/opt/parley', 'adapter'],
};
const url = { kind: 'url', url: 'http://127.0.0.1:1/v1', keyEnv: 'OPENCODE_API_KEY' } as const;
const configFor = (change: Partial<LaunchRequest>) =>
  objectIn(JSON.parse(opencode.launch({ ...request, ...change }).env['OPENCODE_CONFIG_CONTENT'] ?? ''));

test('the server runs behind the adapter, on loopback, at a port of its own, with a password', () => {
  const { argv } = opencode.launch({ ...request, extraArgs: ['--print-logs'] });
  assert.deepEqual(argv.slice(0, 3), ['/opt/parley', 'adapter', 'http']);
  assert.equal(argv[argv.indexOf('--password-env') + 1], 'OPENCODE_SERVER_PASSWORD');
  assert.deepEqual(argv.slice(argv.indexOf('--') + 1), [
    '/opt/opencode',
    'serve',
    '--port',
    '0',
    '--hostname',
    '127.0.0.1',
    '--print-logs',
  ]);
});

test('one shot names model, variant and conversation, and never the prompt', () => {
  const own = { ...request, model: 'openai/gpt-5', effort: 'high', threadId: 'ses_1', prompt: 'secret words' };
  const { argv } = opencodeRun.launch(own);
  assert.deepEqual(argv.slice(0, 4), ['/opt/opencode', 'run', '--format', 'json']);
  assert.equal(argv[argv.indexOf('--model') + 1], 'openai/gpt-5');
  assert.equal(argv[argv.indexOf('--variant') + 1], 'high');
  assert.equal(argv[argv.indexOf('--session') + 1], 'ses_1');
  assert.equal(
    argv.some((each) => each.includes('secret')),
    false,
  );
});

test('a copy of a conversation is asked for beside its id', () => {
  const { argv } = opencodeRun.launch({ ...request, threadId: 'ses_1', fork: true });
  assert.equal(argv[argv.indexOf('--session') + 1], 'ses_1');
  assert.ok(argv.includes('--fork'));
  assert.equal(opencodeRun.launch({ ...request, threadId: 'ses_1' }).argv.includes('--fork'), false);
});

test('each policy is spelled out, for the general rules and for the agent that is used', () => {
  const wanted = {
    'read-only': ['deny', 'deny', 'deny'],
    ask: ['ask', 'ask', 'ask'],
    edit: ['ask', 'allow', 'ask'],
    full: ['allow', undefined, undefined],
  };
  for (const policy of policies) {
    const config = configFor({ policy });
    const rules = objectIn(config['permission']);
    assert.deepEqual([rules['*'], rules['edit'], rules['bash']], wanted[policy], policy);
    assert.equal(Object.keys(rules)[0], '*', 'the last rule that fits wins');
    assert.deepEqual(objectIn(objectIn(config['agent'])['build'])['permission'], rules);
  }
});

test('folders that were added may be worked in, others outside still ask', () => {
  const rules = objectIn(configFor({ policy: 'edit', addedFolders: ['/data/'] })['permission']);
  assert.deepEqual(rules['external_directory'], { '*': 'ask', '/data/*': 'allow' });
});

test('what a mode cannot do is said: without a person to ask, what asks is denied', () => {
  assert.match(opencodeRun.launch(request).limits.join(' '), /cannot ask/);
  assert.doesNotMatch(opencode.launch(request).limits.join(' '), /cannot ask/);
  assert.deepEqual(opencode.launch({ ...request, policy: 'full' }).limits, []);
  assert.match(opencode.launch({ ...request, policy: 'read-only' }).limits.join(' '), /fetches pages/);
});

test('a model server of our choice is the only provider, its key is named and not given', () => {
  const config = configFor({ endpoint: url, model: 'vendor/model-1' });
  assert.deepEqual(config['enabled_providers'], ['parley']);
  assert.equal(config['model'], 'parley/vendor/model-1');
  assert.equal(config['small_model'], 'parley/vendor/model-1');
  const provider = objectIn(objectIn(config['provider'])['parley']);
  assert.deepEqual(provider['env'], ['OPENCODE_API_KEY']);
  assert.deepEqual(provider['options'], { baseURL: url.url });
  assert.deepEqual(Object.keys(objectIn(provider['models'])), ['vendor/model-1']);
});

test('with its own endpoint OpenCode keeps its providers, its login and its home', () => {
  const { env } = opencode.launch(request);
  const config = configFor({});
  assert.equal('provider' in config, false);
  assert.equal('enabled_providers' in config, false);
  assert.equal('model' in config, false);
  assert.equal('XDG_DATA_HOME' in env, false);
  assert.equal(env['OPENCODE_SERVER_PASSWORD'], null);
});

test('a home of its own holds all that it writes', () => {
  const { env } = opencode.launch({ ...request, agentHome: '/home/agent' });
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'])
    assert.match(env[name] ?? '', /^\/home\/agent\//, name);
});
