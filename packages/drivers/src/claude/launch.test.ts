import assert from 'node:assert/strict';
import test from 'node:test';
import type { LaunchRequest, Policy } from '@parley/schema';
import { newId, policies } from '@parley/schema';
import { objectIn, objectOfLine } from '../shared/json.ts';
import { launch } from './launch.ts';

const request: LaunchRequest = {
  executable: '/opt/claude',
  cwd: '/code',
  policy: 'ask',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: [],
  runId: newId('run', 0),
  adapter: ['/opt/parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};
const argsOf = (change: Partial<LaunchRequest>): readonly string[] => launch({ ...request, ...change }).argv;
const valueOf = (argv: readonly string[], flag: string): string | undefined =>
  argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined;

test('claude is driven over stream-json both ways, with receipts and permission prompts', () => {
  const argv = argsOf({});
  assert.equal(argv[0], '/opt/claude');
  for (const flag of ['-p', '--verbose', '--include-partial-messages', '--replay-user-messages'])
    assert.ok(argv.includes(flag), flag);
  assert.equal(valueOf(argv, '--input-format'), 'stream-json');
  assert.equal(valueOf(argv, '--output-format'), 'stream-json');
  assert.equal(valueOf(argv, '--permission-prompt-tool'), 'stdio');
});

test('each policy always names its own mode, so that none comes from the settings', () => {
  const modes: Record<Policy, string> = {
    'read-only': 'manual',
    ask: 'manual',
    edit: 'acceptEdits',
    full: 'bypassPermissions',
  };
  for (const policy of policies) assert.equal(valueOf(argsOf({ policy }), '--permission-mode'), modes[policy]);
});

test('read-only has no writing tools and heeds no allow rules and no hooks of the user or the project', () => {
  const argv = argsOf({ policy: 'read-only' });
  const forbidden = valueOf(argv, '--disallowedTools')?.split(',') ?? [];
  for (const tool of ['Write', 'Edit', 'MultiEdit', 'NotebookEdit']) assert.ok(forbidden.includes(tool), tool);
  assert.deepEqual(objectOfLine(valueOf(argv, '--managed-settings') ?? ''), {
    allowManagedPermissionRulesOnly: true,
    allowManagedHooksOnly: true,
  });
});

test('tools that would start turns of their own are off in every policy', () => {
  for (const policy of policies) {
    const forbidden = valueOf(argsOf({ policy }), '--disallowedTools')?.split(',') ?? [];
    for (const tool of ['ScheduleWakeup', 'Monitor', 'CronCreate'])
      assert.ok(forbidden.includes(tool), `${tool} in ${policy}`);
  }
});

test('full as root says to claude that it is a sandbox, and says so to people; nothing else does', () => {
  const plan = launch({ ...request, policy: 'full', root: true });
  assert.equal(plan.env.IS_SANDBOX, '1');
  assert.match(plan.limits.join(' '), /IS_SANDBOX/);
  assert.equal('IS_SANDBOX' in launch({ ...request, policy: 'full' }).env, false);
  assert.equal('IS_SANDBOX' in launch({ ...request, policy: 'edit', root: true }).env, false);
});

test('model and thread are passed on, and what the configuration adds comes last', () => {
  const argv = argsOf({ model: 'opus', threadId: 'abc', extraArgs: ['--effort', 'low'] });
  assert.equal(valueOf(argv, '--model'), 'opus');
  assert.equal(valueOf(argv, '--resume'), 'abc');
  assert.deepEqual(argv.slice(-2), ['--effort', 'low']);
  assert.equal(argsOf({}).includes('--resume'), false);
});

test('a copy of a conversation is resumed under a new id', () => {
  const argv = argsOf({ threadId: 'abc', fork: true });
  assert.equal(valueOf(argv, '--resume'), 'abc');
  assert.ok(argv.includes('--fork-session'));
  assert.equal(argsOf({ threadId: 'abc' }).includes('--fork-session'), false);
});

test('added folders and effort are passed on, and an effort that claude may ignore is told', () => {
  const { argv, limits } = launch({ ...request, addedFolders: ['/a', '/b c'], effort: 'high', threadId: 'abc' });
  const at = argv.indexOf('--add-dir');
  // It takes all words up to the next flag.
  assert.deepEqual(argv.slice(at, at + 4), ['--add-dir', '/a', '/b c', '--permission-mode']);
  assert.equal(valueOf(argv, '--effort'), 'high');
  assert.doesNotMatch(limits.join(' '), /efforts/);
  assert.match(launch({ ...request, effort: 'silly' }).limits.join(' '), /efforts low.*"silly"/);
  assert.equal(argsOf({}).includes('--add-dir') || argsOf({}).includes('--effort'), false);
});

test('with its own endpoint claude keeps its login and its settings', () => {
  const plan = launch(request);
  assert.equal('ANTHROPIC_BASE_URL' in plan.env, false);
  assert.equal('ANTHROPIC_API_KEY' in plan.env, false);
  assert.equal(plan.argv.includes('--settings'), false);
});

test('another endpoint gets the key that is meant for it and no other credential, whatever the settings say', () => {
  const url = 'http://127.0.0.1:1';
  const plan = launch({ ...request, endpoint: { kind: 'url', url, keyEnv: 'ANTHROPIC_API_KEY' } });
  assert.equal(plan.env.ANTHROPIC_BASE_URL, url);
  for (const name of ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_USE_BEDROCK'])
    assert.equal(plan.env[name], null);
  assert.equal('ANTHROPIC_API_KEY' in plan.env, false);
  const settings = objectOfLine(valueOf(plan.argv, '--settings') ?? '');
  assert.equal(settings?.apiKeyHelper, '');
  assert.deepEqual(objectIn(settings?.env), { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: '' });
  const bearer = launch({ ...request, endpoint: { kind: 'url', url, keyEnv: 'ANTHROPIC_AUTH_TOKEN' } });
  assert.equal(bearer.env.ANTHROPIC_API_KEY, null);
  assert.equal('ANTHROPIC_AUTH_TOKEN' in bearer.env, false);
});

test('marks of an outer claude do not leak in, and an own home is used when one is given', () => {
  assert.equal(launch(request).env.CLAUDECODE, null);
  assert.equal(launch(request).env.CLAUDE_CODE_ENTRYPOINT, null);
  assert.equal('CLAUDE_CONFIG_DIR' in launch(request).env, false);
  assert.equal(launch({ ...request, agentHome: '/home/agent' }).env.CLAUDE_CONFIG_DIR, '/home/agent');
});
