import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import type { AgentModels, FindModels } from '@parley/schema';
import { setting } from '../test/call-parley.ts';

const claude: AgentModels = {
  agent: 'claude',
  title: 'Claude Code',
  models: [
    { name: 'house', description: 'ours', source: 'environment', detail: 'CLAUDE_MODELS', confidence: 'high' },
    { name: 'claude-opus-5-5', source: 'bundled', detail: 'claude 2.1.329', confidence: 'medium' },
  ],
  aliases: [
    { name: 'fast', model: 'haiku', source: 'configuration', detail: 'agents.claude.aliases.fast' },
    { name: 'opus', source: 'bundled', detail: 'claude 2.1.329' },
  ],
  default: { model: 'house', source: 'configuration', detail: 'agents.claude.model', passed: true },
  warnings: ['CLAUDE_MODELS: "two words" cannot be a name.'],
};
const codex: AgentModels = {
  agent: 'codex',
  title: 'Codex',
  models: [],
  aliases: [],
  default: { model: 'gpt-6.1-sol', source: 'bundled', detail: 'codex 0.169.0', passed: false },
  warnings: [],
};

const models = ({ agent, name }: FindModels) => {
  const agents = [claude, codex].filter((each) => agent === undefined || each.agent === agent);
  if (agents.length === 0) throw new ParleyError('unknown_agent', `There is no agent "${agent}".`);
  if (name === undefined) return { agents };
  const resolution =
    name === 'fast'
      ? ({ requested: name, model: 'haiku', by: 'alias' } as const)
      : ({ requested: name, model: name, by: 'unlisted', warning: `"${name}" is passed on.` } as const);
  return { agents, resolution };
};

const words = (text: string) => text.replaceAll(/ {2,}/g, '  ').split('\n').slice(0, -1);

test('each agent is listed with what it takes when no model is named', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.models = models;
  const { code, stdout, stderr } = await call(['models']);
  assert.equal(code, 0);
  assert.deepEqual(words(stdout), [
    'AGENT  MODELS  ALIASES  WITHOUT A NAME',
    'claude  2  2  house: configuration (agents.claude.model)',
    "codex  0  0  the agent's own, gpt-6.1-sol by bundled (codex 0.169.0)",
  ]);
  assert.equal(stderr, 'parley: CLAUDE_MODELS: "two words" cannot be a name.\n');
});

test('one agent is listed with models, aliases, sources and confidence (G 47)', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.models = models;
  assert.deepEqual(words((await call(['models', 'Claude'])).stdout), [
    'NAME  CONFIDENCE  FROM',
    'house  high  environment (CLAUDE_MODELS): ours',
    'claude-opus-5-5  medium  bundled (claude 2.1.329)',
    'fast  -  alias of haiku: configuration (agents.claude.aliases.fast)',
    "opus  -  the agent's own alias: bundled (claude 2.1.329)",
    'without a name: house: configuration (agents.claude.model)',
  ]);
  assert.match((await call(['models', 'codex'])).stdout, /^no names are known\nwithout a name: the agent's own/);
  const { stdout } = await call(['models', 'claude', '--json']);
  assert.deepEqual(JSON.parse(stdout), { agents: [claude] });
  assert.equal((await call(['models', 'nobody'])).code, 2);
});

test('a name is told with what it becomes, and a warning where nobody knows it', async (t) => {
  const { daemon, call } = await setting(t);
  daemon.models = models;
  assert.deepEqual((await call(['models', 'codex', 'fast'])).stdout, 'fast: haiku (alias)\n');
  const { code, stdout, stderr } = await call(['models', 'codex', 'nova']);
  assert.deepEqual([code, stdout, stderr], [0, 'nova: nova (not a known name)\n', 'parley: "nova" is passed on.\n']);
});
