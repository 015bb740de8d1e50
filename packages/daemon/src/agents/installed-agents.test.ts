import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ConfigSchema, newId, ParleyError } from '@parley/schema';
import type { AgentView, CreateSession, Session } from '@parley/schema';
import { InstalledAgents } from './installed-agents.ts';

interface World {
  readonly root: string;
  readonly agentsDir: string;
  /** A program that tells its version, and leaves its environment beside it. */
  readonly put: (folder: string, version: string, name?: string) => Promise<string>;
  readonly agents: (setup?: { readonly config?: unknown; readonly env?: NodeJS.ProcessEnv }) => InstalledAgents;
  readonly codex: (agents: InstalledAgents) => Promise<AgentView>;
}

async function openWorld(t: TestContext): Promise<World> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'parley-agents-')));
  t.after(() => rm(root, { recursive: true }));
  const agentsDir = join(root, 'agents');
  return {
    root,
    agentsDir,
    put: async (folder, version, name = 'codex') => {
      await mkdir(join(root, folder), { recursive: true });
      const path = join(root, folder, name);
      await writeFile(path, `#!/bin/sh\nenv > "${path}.env"\necho "codex-cli ${version}"\n`);
      await chmod(path, 0o755);
      return path;
    },
    agents: ({ config = {}, env = {} } = {}) =>
      new InstalledAgents({
        config: ConfigSchema.parse(config),
        env: { HOME: root, PATH: ['relative', join(root, 'path'), '/usr/bin', '/bin'].join(delimiter), ...env },
        agentsDir,
        homesDir: join(root, 'homes'),
        rehearsal: () => Promise.resolve('http://127.0.0.1:1'),
        adapter: ['parley', 'adapter'],
      }),
    codex: (agents) => agents.view(agents.driver('codex')),
  };
}

async function sessionOf(agents: InstalledAgents, input: CreateSession): Promise<Session> {
  const { backend, mode, policy } = await agents.defaults(input);
  const { agent, cwd, profile } = input;
  const now = Date.now();
  return {
    agent,
    cwd,
    ...(profile === undefined ? {} : { profile }),
    id: newId('session', now),
    mode,
    policy,
    backend,
    title: '',
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: [],
    createdAt: now,
    updatedAt: now,
  };
}

const own = (version: string): string => join('agents', 'codex', version, 'node_modules', '.bin');

test("the configured command comes before Parley's own installation, and that before PATH", async (t) => {
  const { root, put, agents, codex } = await openWorld(t);
  assert.equal((await codex(agents())).installed, false);
  const onPath = await put('path', '0.1.0');
  assert.deepEqual((await codex(agents())).path, onPath);
  const installed = await put(own('0.2.0'), '0.2.0');
  assert.deepEqual((await codex(agents())).path, installed);
  const configured = await put('elsewhere', '0.3.0', 'my-codex');
  const view = await codex(agents({ config: { agents: { codex: { command: configured } } } }));
  assert.deepEqual([view.path, view.version], [configured, '0.3.0']);
  await put('path', '0.4.0', 'other-codex');
  const named = await codex(agents({ config: { agents: { codex: { command: 'other-codex' } } } }));
  assert.deepEqual(named.path, join(root, 'path', 'other-codex'), 'a bare name is looked for in the same folders');
});

test('what was found is what is started, also with the PATH of a profile', async (t) => {
  const { root, put, agents } = await openWorld(t);
  await put('path', '0.1.0');
  const other = await put('other', '0.2.0');
  const config = {
    agents: {
      codex: { profiles: { other: { env: { PATH: `.${delimiter}${join(root, 'other')}${delimiter}/bin` } } } },
    },
  };
  const it = agents({ config });
  const started = async (profile?: string) => {
    const input = { agent: 'codex', cwd: root, ...(profile === undefined ? {} : { profile }) };
    const { request } = await it.prepare(await sessionOf(it, input), { runId: newId('run', Date.now()), prompt: '' });
    return request.argv[0];
  };
  assert.deepEqual([await started(), await started('other')], [join(root, 'path', 'codex'), other]);
});

test('a relative folder in PATH does not count', async (t) => {
  const { put, agents, codex, root } = await openWorld(t);
  await put('relative', '0.1.0');
  const before = process.cwd();
  process.chdir(root);
  t.after(() => process.chdir(before));
  assert.equal((await codex(agents({ env: { PATH: `relative${delimiter}.${delimiter}/bin` } }))).installed, false);
});

test('a program that is only looked at gets no secret of others, and the login is looked for where the agent has it', async (t) => {
  const { root, put, agents, codex } = await openWorld(t);
  const path = await put('path', '0.1.0');
  await mkdir(join(root, 'home'));
  await writeFile(join(root, 'home', 'auth.json'), JSON.stringify({ tokens: { access_token: 'x' } }));
  const config = { agents: { codex: { env: { CODEX_HOME: join(root, 'home') } } } };
  const view = await codex(agents({ config, env: { PARLEY_TOKEN: 'canary', ANTHROPIC_API_KEY: 'canary' } }));
  assert.deepEqual([view.login, view.backend], ['ChatGPT login', { kind: 'login', detail: 'ChatGPT login' }]);
  assert.doesNotMatch(await readFile(`${path}.env`, 'utf8'), /canary/);
});

test('after an installation the agent is looked at again', async (t) => {
  const { put, agents, codex } = await openWorld(t);
  await put('path', '0.1.0');
  const it = agents();
  assert.equal((await codex(it)).version, '0.1.0');
  await put(own('0.2.0'), '0.2.0');
  assert.equal((await codex(it)).version, '0.1.0', 'for a minute it holds');
  it.forget('codex');
  assert.equal((await codex(it)).version, '0.2.0');
});

test('of an agent with several programs the one is installed that npm has', async (t) => {
  const { agents } = await openWorld(t);
  const it = agents();
  const grok = await it.view(it.driver('grok'));
  assert.equal(grok.installable?.package, '@vibe-kit/grok-cli');
  assert.equal((await it.plan('grok')).package, '@vibe-kit/grok-cli');
  await assert.rejects(
    it.plan('vibe'),
    (error: unknown) => ParleyError.is(error) && /uv tool install/.test(error.message),
  );
  await assert.rejects(
    it.installer('nobody'),
    (error: unknown) => ParleyError.is(error) && error.code === 'unknown_agent',
  );
});

test('an alias is taken away before a session is made, wherever the model is named', async (t) => {
  const { root, put, agents } = await openWorld(t);
  await put('path', '0.1.0');
  const profiles = { deep: { model: 'Slow' }, plain: { model: 'default' } };
  const codex = { model: 'fast', aliases: { fast: 'gpt-6-luna', slow: 'gpt-6-astra' }, profiles };
  const it = agents({ config: { agents: { codex, claude: { aliases: { fast: 'haiku' } } } } });
  const modelOf = async (more: { readonly model?: string; readonly profile?: string; readonly cwd?: string } = {}) =>
    (await it.defaults({ agent: 'codex', cwd: root, ...more })).model;
  assert.equal(await modelOf(), 'gpt-6-luna');
  assert.equal(await modelOf({ model: 'slow' }), 'gpt-6-astra');
  assert.equal(await modelOf({ model: 'latest' }), 'gpt-6-luna');
  assert.equal(await modelOf({ model: 'never-heard-of' }), 'never-heard-of');
  assert.equal(await modelOf({ profile: 'deep' }), 'gpt-6-astra');
  await mkdir(join(root, 'project'));
  await writeFile(join(root, 'project', '.parley.toml'), '[agents.codex]\nmodel = "slow"\n');
  assert.equal(await modelOf({ cwd: join(root, 'project') }), 'gpt-6-astra');
  // A profile's `default` says that nothing is named: what is left is the rehearsal's.
  assert.equal(await modelOf({ profile: 'plain' }), it.driver('codex').rehearsalModel);
  const session = await sessionOf(it, { agent: 'codex', cwd: root });
  assert.equal(await it.modelName(session, 'SLOW'), 'gpt-6-astra');
});

test('no model is forced on an agent whose login decides, and the environment can name one (G 19)', async (t) => {
  const { root, put, agents } = await openWorld(t);
  await put('path', '0.1.0');
  await mkdir(join(root, '.codex'));
  await writeFile(join(root, '.codex', 'auth.json'), JSON.stringify({ tokens: { access_token: 'x' } }));
  const input = { agent: 'codex', cwd: root };
  assert.equal((await agents().defaults(input)).model, undefined);
  assert.equal((await agents().defaults({ ...input, model: 'default' })).model, undefined);
  assert.equal((await agents({ env: { CODEX_DEFAULT_MODEL: 'gpt-6-sol' } }).defaults(input)).model, 'gpt-6-sol');
});

test("models are told with the agent's own settings among their sources (G 47)", async (t) => {
  const { root, put, agents } = await openWorld(t);
  await put('path', '0.169.0');
  await mkdir(join(root, '.codex'));
  await writeFile(join(root, '.codex', 'config.toml'), 'model = "house-model"\n');
  const it = agents({ config: { agents: { codex: { aliases: { fast: 'gpt-6-luna' } }, 'acp:mine': {} } } });
  const { agents: all } = await it.models();
  assert.deepEqual(
    all.map(({ agent }) => agent),
    (await it.views()).map(({ name }) => name),
  );
  const { agents: one, resolution } = await it.models({ agent: 'codex', name: 'FAST' });
  assert.deepEqual(resolution, { requested: 'FAST', model: 'gpt-6-luna', by: 'alias' });
  assert.deepEqual(
    one[0]?.models.find(({ name }) => name === 'house-model'),
    {
      name: 'house-model',
      source: 'discovered',
      detail: join(root, '.codex', 'config.toml'),
      confidence: 'high',
    },
  );
  assert.equal(one[0]?.default.source, 'rehearsal');
  const code = (wanted: string) => (error: unknown) => ParleyError.is(error) && error.code === wanted;
  await assert.rejects(it.models({ agent: 'nobody' }), code('unknown_agent'));
  await assert.rejects(it.models({ name: 'fast' }), code('invalid_request'));
});

test('an agent that speaks ACP that nobody configured is unknown, and those that are configured are named', async (t) => {
  const { root, agents } = await openWorld(t);
  const it = agents({ config: { agents: { 'acp:mine': { command: '/nowhere/mine' } } } });
  const fails = (agent: string, wanted: string, words: RegExp) =>
    assert.rejects(
      it.defaults({ agent, cwd: root }),
      (error: unknown) => ParleyError.is(error) && error.code === wanted && words.test(error.message),
    );
  await fails('acp:foo', 'unknown_agent', /There is no agent "acp:foo": the configuration names acp:mine\./);
  await fails('acp:mine', 'agent_not_installed', /nowhere/);
});
