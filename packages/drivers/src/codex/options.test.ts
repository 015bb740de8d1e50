import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policies } from '@parley/schema';
import type { AgentOptions, Policy } from '@parley/schema';
import { filesFolder, launchRequest, valueOf } from '../test-request.ts';
import { Conversation, turn, writes } from './conversation.ts';
import { checkExecOptions } from './exec/options.ts';
import { launchExec } from './exec/launch.ts';
import { launchPlan } from './launch.ts';
import { checkCodexOptions, codexMcpPlaces } from './options.ts';

const check = (options: AgentOptions, policy: Policy = 'edit'): void =>
  checkCodexOptions(options, { policy, cwd: '/home/dev/project' });
const schema = { type: 'object' };
/** Values of all `-c`. */
const overridesIn = (argv: readonly string[]) => argv.filter((_, place) => argv[place - 1] === '-c');

test('exec: a schema is a private file of the run, pictures go with a new conversation only (G 11)', () => {
  const options = {
    outputSchema: schema,
    images: ['/a.png', '/b.png'],
    ephemeral: true,
    ignoreRules: true,
    ignoreUserConfig: true,
  };
  const { argv, files } = launchExec(launchRequest(options));
  assert.equal(valueOf(argv, '--output-schema'), `${filesFolder}/output-schema.json`);
  assert.deepEqual(files, [{ name: 'output-schema.json', text: '{"type":"object"}' }]);
  for (const flag of ['--ephemeral', '--ignore-rules', '--ignore-user-config', '--image=/a.png', '--image=/b.png'])
    valueOf(argv, flag);
  const resumed = launchExec(launchRequest(options, 'ask', { threadId: 'T' })).argv;
  assert.deepEqual(resumed.slice(-3), ['--', 'T', '-']);
  assert.equal(valueOf(resumed, '--output-schema'), `${filesFolder}/output-schema.json`);
  assert.ok(!resumed.some((arg) => arg.startsWith('--image')));
});

for (const [mode, plan] of [
  ['exec', launchExec],
  ['app-server', launchPlan],
] as const) {
  test(`${mode}: search and entries of the configuration are said once each, servers that are not wanted are off (G 58)`, () => {
    const options = {
      search: true,
      configOverrides: { model_verbosity: 'low', 'tools.view_image': false },
      mcpServers: ['docs'],
    };
    const { argv } = plan(launchRequest(options, 'ask', { mcp: { own: { docs: {} }, unwanted: ['other'] } }));
    const said = overridesIn(argv);
    for (const one of [
      'web_search="live"',
      'model_verbosity=low',
      'tools.view_image=false',
      'mcp_servers.other.enabled=false',
    ])
      assert.equal(said.filter((each) => each === one).length, 1, one);
    assert.ok(!said.some((each) => each.startsWith('mcp_servers.docs')));
    assert.deepEqual(
      argv.filter((_, place) => argv[place - 1] === '--disable'),
      ['apps', 'plugins'],
    );
  });
}

for (const [key, way] of [
  ['approval_policy', /policy/],
  ['sandbox_mode', /policy/],
  ['sandbox_workspace_write.network_access', /policy/],
  ['mcp_servers.x.command', /mcpServers/],
  ['model_provider', /modelUrl/],
  ['model_providers.x.base_url', /modelUrl/],
] as const) {
  test(`the entry ${key} is refused whatever the policy, and its way is named`, () => {
    for (const policy of policies) assert.throws(() => check({ configOverrides: { [key]: 'x' } }, policy), way);
  });
}

test('entries that could allow more need the policy full, harmless ones do not', () => {
  for (const key of ['notify', 'hooks.x', 'features.y', 'shell_environment_policy.inherit', 'projects']) {
    assert.throws(() => check({ configOverrides: { [key]: 'x' } }), /policy "edit"/);
    check({ configOverrides: { [key]: 'x' } }, 'full');
  }
  for (const policy of policies)
    check({ configOverrides: { model_reasoning_summary: 'none', 'history.persistence': 'none' } }, policy);
});

test('exec: what would put secrets into the command line is refused', () => {
  const facts = { policy: 'full', cwd: '/' } as const;
  assert.throws(
    () => checkExecOptions({ mcpServers: [{ name: 'a', command: 'b', env: { KEY: 'x' } }] }, facts),
    /app-server/,
  );
  assert.throws(
    () => checkExecOptions({ mcpServers: [{ name: 'a', url: 'http://b', headers: {} }] }, facts),
    /app-server/,
  );
  assert.throws(() => checkExecOptions({ images: ['/a,b.png'] }, facts), /comma/);
  const { argv } = launchExec(launchRequest({ mcpServers: [{ name: 'a', command: 'b', args: ['c d'] }] }, 'full'));
  assert.deepEqual(
    overridesIn(argv).filter((each) => each.startsWith('mcp_servers')),
    ['mcp_servers.a.command="b"', 'mcp_servers.a.args=["c d"]'],
  );
});

/** Requests of an app-server, by method, up to its first turn. */
function told(options: AgentOptions, threadId?: string) {
  const talk = new Conversation('full', threadId, { options });
  talk.work();
  const all = writes(talk.all);
  const paramsOf = (method: string): unknown => all.find((each) => each['method'] === method)?.['params'];
  return { talk, paramsOf };
}

test('app-server: prompts, servers and their secrets go over stdin', () => {
  const server = { name: 'a', command: 'node', env: { KEY: 'secret' } } as const;
  const { paramsOf } = told({ systemPrompt: 'PARROT', ephemeral: true, mcpServers: [server, 'docs'] });
  assert.partialDeepStrictEqual(paramsOf('thread/start'), {
    baseInstructions: 'PARROT',
    ephemeral: true,
    config: { mcp_servers: { a: { command: 'node', env: { KEY: 'secret' } } } },
  });
  assert.partialDeepStrictEqual(told({ appendSystemPrompt: 'BRIEF' }, 'thread-1').paramsOf('thread/resume'), {
    developerInstructions: 'BRIEF',
  });
});

test('app-server: a schema holds for every turn, pictures go with the first words of a new conversation', () => {
  const { talk, paramsOf } = told({ outputSchema: schema, images: ['/a.png'] });
  assert.partialDeepStrictEqual(paramsOf('turn/start'), {
    outputSchema: schema,
    input: [
      { type: 'localImage', path: '/a.png' },
      { type: 'text', text: 'hello' },
    ],
  });
  talk.complete('completed');
  const [second] = writes(talk.feed({ type: 'start', turnId: turn, text: 'again' }));
  assert.partialDeepStrictEqual(second?.['params'], { outputSchema: schema, input: [{ type: 'text', text: 'again' }] });
  assert.equal(
    JSON.stringify(told({ images: ['/a.png'] }, 'thread-1').paramsOf('turn/start')).includes('a.png'),
    false,
  );
});

test("servers are looked for in the user's file; those of projects can only be left out", () => {
  const places = codexMcpPlaces({ env: { HOME: '/home/dev' }, cwd: '/code/app' });
  assert.deepEqual(
    places.map(({ path, project = false }) => [path, project]),
    [
      ['/home/dev/.codex/config.toml', false],
      ['/code/app/.codex/config.toml', true],
      ['/code/.codex/config.toml', true],
      ['/.codex/config.toml', true],
    ],
  );
  assert.deepEqual(places[0]?.servers({ mcp_servers: { docs: { command: 'x' } } }), { docs: { command: 'x' } });
});
