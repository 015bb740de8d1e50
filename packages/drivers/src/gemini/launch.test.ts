import assert from 'node:assert/strict';
import test from 'node:test';
import { ParleyError, policies } from '@parley/schema';
import type { LaunchRequest, RunId } from '@parley/schema';
import { geminiAcp, geminiPrint } from './driver.ts';
import { vendorUrl } from './environment.ts';

const request: LaunchRequest = {
  runId: 'run_T' as RunId,
  executable: '/bin/gemini',
  cwd: '/code',
  policy: 'ask',
  endpoint: { kind: 'url', url: 'http://127.0.0.1:1/', keyEnv: 'GEMINI_API_KEY' },
  root: false,
  extraArgs: ['--debug'],
  adapter: ['/bin/parley', 'adapter'],
  node: '/bin/node24',
  filesFolder: '/state/run_1/files',
};
const rehearsing: LaunchRequest = { ...request, agentHome: '/home/rehearsal' };

function coded(code: string): (error: unknown) => boolean {
  return (error) => ParleyError.is(error) && error.body.code === code;
}

test('over ACP every policy but full asks, and only read-only leaves the folder untrusted', () => {
  for (const policy of policies) {
    const { argv } = geminiAcp.launch({ ...request, policy });
    assert.equal(argv[argv.indexOf('--approval-mode') + 1], policy === 'full' ? 'yolo' : 'default');
    assert.equal(argv.includes('--skip-trust'), policy !== 'read-only');
    assert.equal(argv.at(-1), '--debug');
  }
});

test('the mode that answers its own questions takes no policy but full in the home of a user', () => {
  for (const policy of policies) {
    const launch = () => geminiPrint.launch({ ...request, policy });
    if (policy === 'full') assert.ok(launch().argv.includes('yolo'));
    else assert.throws(launch, coded('policy_not_allowed'));
  }
  const modes = policies.map((policy) => {
    const { argv } = geminiPrint.launch({ ...rehearsing, policy });
    return argv[argv.indexOf('--approval-mode') + 1];
  });
  assert.deepEqual(modes, ['default', 'default', 'auto_edit', 'yolo']);
});

test('in a home of its own it gets a login by key, and a policy against its way out of plan mode', () => {
  for (const driver of [geminiAcp, geminiPrint]) {
    const { homeFiles = [], env } = driver.launch(rehearsing);
    assert.equal(env['GEMINI_CLI_HOME'], '/home/rehearsal');
    const [settings, policy] = homeFiles;
    assert.equal(settings?.path, '.gemini/settings.json');
    assert.equal(JSON.parse(settings?.text ?? '')['security']['auth']['selectedType'], 'gemini-api-key');
    assert.equal(policy?.path, '.gemini/policies/parley.toml');
    assert.match(policy?.text ?? '', /"exit_plan_mode"\]\ndecision = "deny"/);
  }
  assert.equal(geminiAcp.launch(request).homeFiles, undefined, 'nothing is written into the home of a user');
});

test('words go to the server of the session, not to a login of the user or of a project', () => {
  const { env } = geminiAcp.launch(request);
  assert.equal(env['GOOGLE_GEMINI_BASE_URL'], 'http://127.0.0.1:1/');
  assert.equal(env['GOOGLE_API_KEY'], '');
  assert.equal(env['GOOGLE_GENAI_USE_VERTEXAI'], '');
  assert.throws(() => new URL('x', env['CODE_ASSIST_ENDPOINT'] ?? undefined));
  const own = geminiAcp.launch({ ...request, endpoint: { kind: 'own' } }).env;
  assert.equal(own['GOOGLE_GEMINI_BASE_URL'], undefined);
  assert.equal(own['GEMINI_CLI_NO_RELAUNCH'], 'true');
});

test('a key for the vendor works without a settings file in both modes', () => {
  const vendor: LaunchRequest = {
    ...request,
    policy: 'full',
    endpoint: { kind: 'url', url: vendorUrl, keyEnv: 'GEMINI_API_KEY' },
  };
  assert.equal(geminiPrint.launch(vendor).env['GOOGLE_GEMINI_BASE_URL'], '');
  assert.equal(geminiAcp.launch(vendor).env['GOOGLE_GEMINI_BASE_URL'], vendorUrl);
});

test('the prompt, and the conversation over ACP, do not travel in argv', () => {
  const argv = geminiAcp.launch({ ...request, threadId: 'abc', prompt: 'secret' }).argv;
  assert.ok(!argv.includes('abc') && !argv.includes('secret'));
  assert.ok(!geminiPrint.launch({ ...rehearsing, prompt: 'secret' }).argv.includes('secret'));
});

test('a conversation is resumed by its id, never by its place in a list', () => {
  const { argv } = geminiPrint.launch({ ...rehearsing, threadId: '11111111-2222-4333-8444-555555555555' });
  assert.equal(argv[argv.indexOf('--resume') + 1], '11111111-2222-4333-8444-555555555555');
  for (const threadId of ['latest', '3', '-y', 'a b', ''])
    assert.throws(() => geminiPrint.launch({ ...rehearsing, threadId }), coded('thread_missing'));
});

test('added folders are named one by one, and one that cannot be named is told', () => {
  const { argv, limits } = geminiAcp.launch({ ...request, addedFolders: ['/a', '/b,c'] });
  assert.deepEqual(
    argv.filter((_, place) => argv[place - 1] === '--include-directories'),
    ['/a'],
  );
  assert.ok(limits.some((limit) => limit.includes('/b,c')));
});

test("npm's script runs under Parley's Node", () => {
  const { argv } = geminiAcp.launch({ ...request, executable: '/lib/bundle/gemini.js' });
  assert.deepEqual(argv.slice(0, 3), ['/bin/node24', '/lib/bundle/gemini.js', '--acp']);
});
