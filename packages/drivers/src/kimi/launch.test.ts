import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, ParleyError, policies } from '@parley/schema';
import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { kimiDialect } from './acp.ts';
import { kimiCodeAcp, kimiCodePrint, kimiLegacyPrint, kimiWire } from './driver.ts';
import { newSessionId } from './session-id.ts';

const request: LaunchRequest = {
  executable: '/opt/kimi/main.mjs',
  cwd: '/code',
  policy: 'full',
  prompt: '-x "ü"\n--help',
  endpoint: { kind: 'own' },
  root: false,
  extraArgs: ['--extra'],
  runId: newId('run', 0),
  adapter: ['/opt/parley', 'adapter'],
  node: '/opt/node',
  filesFolder: '/state/run_1/files',
};
const server = { kind: 'url', url: 'http://127.0.0.1:1/v1', keyEnv: 'KIMI_MODEL_API_KEY' } as const;
const legacy = { ...request, executable: '/opt/kimi', policy: 'ask' } as const;

const after = ({ argv }: LaunchPlan, flag: string): string | undefined =>
  argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined;

test('Kimi Code gets its prompt in one word of argv, whatever it begins with', () => {
  const { argv } = kimiCodePrint.launch(request);
  assert.deepEqual(argv.slice(0, 2), ['/opt/node', '/opt/kimi/main.mjs'], 'a script runs with our Node');
  assert.equal(argv.at(-1), '--prompt=-x "ü"\n--help');
  assert.deepEqual(kimiCodePrint.launch({ ...request, executable: '/opt/kimi' }).argv.slice(0, 1), ['/opt/kimi']);
  assert.throws(
    () => kimiCodePrint.launch({ ...request, prompt: ' ' }),
    (error) => ParleyError.is(error) && error.code === 'empty_prompt',
  );
});

test('modes that ask nobody take no policy but "full"', () => {
  for (const driver of [kimiCodePrint, kimiLegacyPrint])
    for (const policy of policies.filter((each) => each !== 'full'))
      assert.throws(
        () => driver.launch({ ...request, policy }),
        (error) => ParleyError.is(error) && error.code === 'policy_not_allowed',
      );
});

test('a server of our choice is named in the environment of Kimi Code, its key never', () => {
  const { env, argv } = kimiCodeAcp.launch({
    ...request,
    endpoint: server,
    model: 'm',
    agentHome: '/home/x',
    effort: 'high',
  });
  assert.deepEqual(argv.slice(2), ['acp', '--extra']);
  assert.equal(env.KIMI_MODEL_BASE_URL, 'http://127.0.0.1:1/v1');
  assert.equal(env.KIMI_MODEL_NAME, 'm');
  assert.equal(env.KIMI_MODEL_PROVIDER_TYPE, 'openai');
  assert.equal(env.KIMI_CODE_HOME, '/home/x');
  assert.equal(env.KIMI_MODEL_THINKING_EFFORT, 'high');
  assert.equal('KIMI_MODEL_API_KEY' in env, false);
  const own = kimiCodeAcp.launch(request);
  assert.equal('KIMI_MODEL_NAME' in own.env, false);
  assert.equal('KIMI_CODE_HOME' in own.env, false);
});

test('Kimi Code resumes by id, and names a model only of its own configuration', () => {
  const resumed = kimiCodePrint.launch({ ...request, threadId: 'session_1', model: 'k2', addedFolders: ['/a', '/b'] });
  assert.equal(after(resumed, '--session'), 'session_1');
  assert.equal(after(resumed, '--model'), 'k2');
  assert.deepEqual(
    resumed.argv.filter((word, at) => resumed.argv[at - 1] === '--add-dir' && word !== ''),
    ['/a', '/b'],
  );
  assert.equal(after(kimiCodePrint.launch({ ...request, model: 'k2', endpoint: server }), '--model'), undefined);
});

test('legacy kimi gets an id of our choice for a new conversation: of each run another one', () => {
  for (const driver of [kimiWire, kimiLegacyPrint]) {
    const plan = (runId: string): LaunchPlan => driver.launch({ ...legacy, policy: 'full', runId: runId as never });
    assert.equal(after(plan('run_1'), '--session'), newSessionId('run_1' as never));
    assert.notEqual(after(plan('run_1'), '--session'), after(plan('run_2'), '--session'));
    assert.equal(after(driver.launch({ ...legacy, policy: 'full', threadId: 'before' }), '--session'), 'before');
    assert.ok(!plan('run_1').argv.some((word) => word.includes('-x')), 'no prompt in argv');
  }
});

test('only the policy "full" lets legacy kimi work unasked', () => {
  for (const policy of policies)
    assert.equal(kimiWire.launch({ ...legacy, policy }).argv.includes('--yolo'), policy === 'full');
});

test('legacy kimi gets a whole configuration for a server of our choice, without the key', () => {
  const endpoint = { ...server, keyEnv: 'KIMI_API_KEY' };
  const plan = kimiWire.launch({ ...legacy, endpoint, model: 'm', agentHome: '/home/x', effort: 'off' });
  const config: unknown = JSON.parse(after(plan, '--config') ?? '');
  assert.deepEqual(config, {
    default_model: 'parley',
    providers: { parley: { type: 'kimi', base_url: 'http://127.0.0.1:1/v1', api_key: '' } },
    models: { parley: { provider: 'parley', model: 'm', max_context_size: 262144 } },
  });
  assert.equal(plan.env.KIMI_SHARE_DIR, '/home/x');
  assert.equal(plan.env.KIMI_BASE_URL, null);
  assert.ok(plan.argv.includes('--no-thinking'));
  assert.equal(after(kimiWire.launch({ ...legacy, model: 'k2' }), '--model'), 'k2');
});

test('read-only runs in the one mode that refuses edits, and what is not asked is said', () => {
  assert.deepEqual(kimiDialect.modes['read-only'], ['plan']);
  for (const policy of policies) {
    const { env } = kimiCodeAcp.launch({ ...request, policy });
    assert.equal(env.KIMI_SUBAGENT_TIMEOUT_MS, policy === 'read-only' ? '1' : undefined);
    assert.equal(env.KIMI_CODE_SWARM_TIMEOUT_MS, policy === 'read-only' ? '1' : undefined);
  }
  assert.ok(kimiCodeAcp.launch({ ...request, policy: 'ask' }).limits.some((limit) => /git work tree/.test(limit)));
});

test('the two programs are told apart by their dialect, and no mode is there twice', () => {
  const all = [kimiCodeAcp, kimiCodePrint, kimiWire, kimiLegacyPrint];
  assert.deepEqual(
    all.map(({ agent, dialect, mode }) => `${agent} ${dialect ?? ''} ${mode}`),
    ['kimi code acp', 'kimi code print', 'kimi legacy wire', 'kimi legacy legacy-print'],
  );
});
