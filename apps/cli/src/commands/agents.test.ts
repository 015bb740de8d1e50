import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody } from '@parley/schema';
import type { AgentView } from '@parley/schema';
import { setting } from '../test/call-parley.ts';
import { fakeAgent, fakePlan } from '../test/fake-machine.ts';

const { installable: _none, version: _version, ...bare } = fakeAgent;
const missing: AgentView = { ...bare, installed: false };
const agents: readonly AgentView[] = [
  { ...missing, name: 'vibe', installHint: 'Run `uv tool install mistral-vibe`.' },
  { ...missing, name: 'claude', installable: { package: '@anthropic-ai/claude-code', version: '2.0.0' } },
  {
    ...fakeAgent,
    path: '/bin/codex',
    version: '1.0.0',
    login: 'ChatGPT login',
    backend: { kind: 'key', detail: 'OPENAI_API_KEY' },
  },
  {
    ...fakeAgent,
    name: 'grok',
    dialect: 'vibe-kit',
    backend: { kind: 'configured', detail: `http://models.example/${'long/'.repeat(30)}` },
  },
  { ...fakeAgent, name: 'acp:mine', provenVersion: 'ACP 1' },
  { ...fakeAgent, name: 'gemini', problem: '`gemini --version` gave no version' },
];

test('agents are listed with version, dialect, login and what to do, the ones that are not here last', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.agents = agents;
  const { stdout } = await call(['agents']);
  assert.deepEqual(
    stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  ').replace(/(long\/)+\S*/, 'long')),
    [
      'AGENT  VERSION  MODEL SERVER  STATE',
      'codex  1.0.0  key (OPENAI_API_KEY)  ready; proven on 1.2.3; logged in (ChatGPT login)',
      'grok  1.2.3 (vibe-kit)  configured (http://models.example/long  ready',
      'acp:mine  1.2.3  rehearsal (offline)  ready; no key or login: codex login',
      'gemini  1.2.3  rehearsal (offline)  `gemini --version` gave no version',
      'vibe  -  -  not installed: Run `uv tool install mistral-vibe`.',
      'claude  -  -  not installed: parley agents install claude (@anthropic-ai/claude-code 2.0.0)',
      '',
    ],
  );
});

test('on a terminal no line of the list is longer than it is wide', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.agents = agents;
  const { stdout } = await call(['agents'], { terminal: true });
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
});

test('one agent is shown with all that is known of it', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.agents = agents;
  const { stdout } = await call(['agents', 'show', 'Codex']);
  for (const fact of [
    /^path +\/bin\/codex$/m,
    /^version +1\.0\.0$/m,
    /^proven on +1\.2\.3$/m,
    /^install +parley agents install codex \(@openai\/codex 1\.2\.3\)$/m,
    /^login +ChatGPT login$/m,
    /^log in +codex login$/m,
    /^modes +app-server$/m,
    /^can +interrupt, resume, /m,
    /^cannot +fork, images, cost$/m,
  ])
    assert.match(stdout, fact);
  assert.match((await call(['agents', 'show', 'vibe'])).stdout, /^path +not installed\n[^]*uv tool install/m);
  assert.match((await call(['agents', 'show', 'codex', '--json'])).stdout, /^\{"agent":\{"name":"codex"/);
  const unknown = await call(['agents', 'show', 'nobody']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /no agent "nobody"; the known ones are vibe, claude/);
});

test('without a terminal nothing is installed until somebody says --yes', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.plan = {
    ...fakePlan,
    current: '1.1.0',
    currentBytes: 200 * 2 ** 20,
    found: { path: '/data/agents/codex/1.1.0/bin/codex', version: '1.1.0' },
    removes: ['1.0.0'],
    command: '/opt/codex',
  };
  const { code, stdout, stderr } = await call(['agents', 'install', 'codex', 'latest']);
  assert.equal(code, 2);
  assert.match(stderr, /--yes/);
  assert.equal(
    stdout,
    [
      'install    Codex 2.0.0',
      'from npm   @openai/codex@2.0.0',
      'to         /data/agents/codex/1.2.3',
      'now        1.1.0 at /data/agents/codex/1.1.0/bin/codex',
      'replaces   1.1.0, which stays on the disk until the installation after this',
      'removes    1.0.0',
      'proven on  1.2.3; other versions may work',
      'disk       1024 MB free; 1.1.0 takes 200 MB',
      'but        agents.codex.command names /opt/codex, which is used instead',
      '',
    ].join('\n'),
  );
  assert.equal((await call(['agents', 'install', 'codex', '--json'], { terminal: true })).code, 2);
  assert.deepEqual(daemon.accepted, []);
});

test('with --yes the version of the plan is installed, with its progress', async (t) => {
  const { daemon, call } = await setting(t);
  const { code, stdout, stderr } = await call(['agents', 'install', 'codex', 'latest', '--yes']);
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /^install +Codex 2\.0\.0\n[^]*\nnow +not installed\n[^]*\nfetching\ndone\n$/);
  assert.deepEqual(daemon.bodies('POST /agents/:id/install'), [{ version: '2.0.0' }]);
});

test('on a terminal it asks, and only a yes is one', async (t) => {
  const { daemon, begin } = await setting(t);
  for (const [word, code] of [
    ['', 1],
    ['nope', 1],
    ['y', 0],
    ['Yes', 0],
  ] as const) {
    const call = begin(['agents', 'install', 'codex'], { terminal: true });
    await call.printed(/Go ahead\? \[y\/N\]/);
    call.input.write(`${word}\n`);
    const result = await call.result;
    assert.equal(result.code, code, word);
    assert.match(result.stderr, code === 0 ? /fetching/ : /Nothing was done\./);
  }
  const call = begin(['agents', 'install', 'codex'], { terminal: true });
  await call.printed(/\[y\/N\]/);
  call.input.end();
  assert.equal((await call.result).code, 1, 'the end of the input is no yes');
  assert.equal(daemon.bodies('POST /agents/:id/install').length, 2);
});

test('installing an agent fails with its error', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.install = [
    { text: 'fetching' },
    { text: '', error: errorBody('agent_start_failed', 'npm found no network.') },
  ];
  const { code, stdout } = await call(['agents', 'install', 'codex', '--yes', '--json']);
  assert.equal(code, 1);
  assert.match(stdout, /^\{"plan":[^]*"text":"fetching"[^]*"error":\{"code":"agent_start_failed"[^]*\n\{"error":/);
  const missingVersion = await call(['agents', 'install', 'codex', '9.9.9', '--yes']);
  assert.equal(missingVersion.code, 2);
  assert.match(missingVersion.stderr, /npm has no @openai\/codex@9\.9\.9/);
});

test('an upgrade has nothing to do where the version is there, and lets alone what Parley has not installed', async (t) => {
  const { daemon, call } = await setting(t);
  const none = await call(['agents', 'upgrade', 'codex', '--yes']);
  assert.deepEqual([none.code, none.stderr.split('\n')[0]], [3, 'parley: Codex is not installed.']);
  daemon.plan = { ...fakePlan, found: { path: '/usr/bin/codex', version: '1.0.0' } };
  const theirs = await call(['agents', 'upgrade', 'codex', '--yes']);
  assert.equal(theirs.code, 3);
  assert.match(theirs.stderr, /Codex at \/usr\/bin\/codex .* yours to upgrade/);
  daemon.plan = { ...daemon.plan, current: '1.2.3' };
  assert.deepEqual(await call(['agents', 'upgrade', 'codex', '--yes']), {
    code: 0,
    stdout: 'nothing to do: Codex 1.2.3 is installed\n',
    stderr: '',
  });
  assert.equal(daemon.bodies('POST /agents/:id/install').length, 0);
  assert.equal((await call(['agents', 'upgrade', 'codex', 'latest', '--yes'])).code, 0);
  const { found: _broken, ...broken } = daemon.plan;
  daemon.plan = broken;
  assert.equal((await call(['agents', 'upgrade', 'codex', '--yes'])).code, 0, 'one that does not run is mended');
  assert.deepEqual(daemon.bodies('POST /agents/:id/install'), [{ version: '2.0.0' }, { version: '1.2.3' }]);
});
