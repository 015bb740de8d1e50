import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelsOf } from './models-of.ts';
import type { ModelFacts } from './models-of.ts';

const facts = (more: Partial<ModelFacts> = {}): ModelFacts => ({
  agent: 'codex',
  title: 'Codex',
  version: '0.169.0',
  backend: 'login',
  rehearsalModel: 'practice',
  aliases: {},
  env: {},
  settings: [],
  ...more,
});

const config = (text: string) => [{ path: '/home/me/.codex/config.toml', text }];

test('configuration > environment > discovered > bundled: each name has its strongest source (G 47)', () => {
  const { models } = modelsOf(
    facts({
      model: 'house-model',
      env: { CODEX_MODELS: 'house-model, gpt-6-sol=the old one', CODEX_DEFAULT_MODEL: 'gpt-6-sol' },
      settings: config('model = "gpt-6-astra"\n[profiles.quick]\nmodel = "gpt-6-luna"'),
    }),
  );
  assert.deepEqual(models, [
    { name: 'house-model', source: 'configuration', detail: 'agents.codex.model', confidence: 'high' },
    {
      name: 'gpt-6-sol',
      description: 'the old one',
      source: 'environment',
      detail: 'CODEX_MODELS',
      confidence: 'high',
    },
    { name: 'gpt-6-astra', source: 'discovered', detail: '/home/me/.codex/config.toml', confidence: 'high' },
    { name: 'gpt-6-luna', source: 'discovered', detail: '/home/me/.codex/config.toml', confidence: 'high' },
    { name: 'gpt-6.1-sol', source: 'bundled', detail: 'codex 0.169.0', confidence: 'medium' },
    { name: 'gpt-6.1-terra', source: 'bundled', detail: 'codex 0.169.0', confidence: 'medium' },
  ]);
});

test('a bundled name is trusted only where its own version talks to its vendor', () => {
  const confidenceOf = (more: Partial<ModelFacts>) =>
    new Set(modelsOf(facts(more)).models.map(({ confidence }) => confidence));
  assert.deepEqual(confidenceOf({}), new Set(['medium']));
  assert.deepEqual(confidenceOf({ backend: 'key' }), new Set(['medium']));
  const { version: _none, ...notInstalled } = facts();
  assert.deepEqual(new Set(modelsOf(notInstalled).models.map(({ confidence }) => confidence)), new Set(['low']));
  for (const more of [{ version: '0.170.0' }, { backend: 'configured' }, { backend: 'rehearsal' }] as const)
    assert.deepEqual(confidenceOf(more), new Set(['low']));
});

test('the default comes from the strongest source, and is named to the agent only where a person or the rehearsal says so (G 19, G 47)', () => {
  const ofSettings = { settings: config('model = "gpt-6-astra"') };
  const usual = (more: Partial<ModelFacts>) => {
    const { model, source, passed } = modelsOf(facts(more)).default;
    return [model, source, passed];
  };
  const env = { CODEX_DEFAULT_MODEL: 'gpt-6-sol' };
  assert.deepEqual(usual({ model: 'mine', env, ...ofSettings }), ['mine', 'configuration', true]);
  assert.deepEqual(usual({ model: 'default', env, ...ofSettings }), ['gpt-6-sol', 'environment', true]);
  assert.deepEqual(usual({ backend: 'rehearsal', env }), ['gpt-6-sol', 'environment', true]);
  assert.deepEqual(usual({ backend: 'rehearsal', ...ofSettings }), ['practice', 'rehearsal', true]);
  assert.deepEqual(usual(ofSettings), ['gpt-6-astra', 'discovered', false]);
  assert.deepEqual(usual({}), ['gpt-6.1-sol', 'bundled', false]);
  assert.deepEqual(usual({ agent: 'vibe', title: 'Vibe' }), [undefined, 'agent', false]);
  assert.deepEqual(usual({ model: 'Quick', aliases: { quick: 'gpt-6-luna' } }), ['gpt-6-luna', 'configuration', true]);
});

test("an agent's own variables count after those of Parley's users", () => {
  const claude = (env: ModelFacts['env']) => modelsOf(facts({ agent: 'claude', title: 'Claude Code', env })).default;
  assert.equal(claude({ ANTHROPIC_MODEL: 'opus' }).model, 'opus');
  assert.deepEqual(claude({ ANTHROPIC_MODEL: 'opus', CLAUDE_DEFAULT_MODEL: 'haiku' }), {
    model: 'haiku',
    source: 'environment',
    detail: 'CLAUDE_DEFAULT_MODEL',
    passed: true,
  });
});

test('aliases of the configuration come before those of the environment, and both before the agent’s own', () => {
  const { aliases } = modelsOf(
    facts({
      agent: 'claude',
      title: 'Claude Code',
      aliases: { Opus: 'claude-opus-5-5' },
      env: {
        CLAUDE_MODEL_ALIASES: '{"opus": "claude-opus-5", "fast": "haiku"}',
        LLM_GATEWAY_MODEL_ALIASES: 'claude.slow=fable,codex.fast=gpt-6-luna',
      },
    }),
  );
  assert.deepEqual(
    aliases.slice(0, 5).map(({ name, model, detail }) => [name, model, detail]),
    [
      ['Opus', 'claude-opus-5-5', 'agents.claude.aliases.Opus'],
      ['fast', 'haiku', 'CLAUDE_MODEL_ALIASES'],
      ['slow', 'fable', 'LLM_GATEWAY_MODEL_ALIASES'],
      ['fable', undefined, 'claude 2.1.329'],
      ['sonnet', undefined, 'claude 2.1.329'],
    ],
  );
});

test('a list of the environment is words, lines or JSON; what cannot be a name is told of and left out', () => {
  const names = (text: string) => {
    const { models, warnings } = modelsOf(facts({ agent: 'vibe', title: 'Vibe', env: { MISTRAL_MODELS: text } }));
    return [models.map(({ name, description }) => [name, description].filter(Boolean).join(': ')), warnings.length];
  };
  assert.deepEqual(names('a, b = the second \nc,'), [['a', 'b: the second', 'c'], 0]);
  assert.deepEqual(names('["a", {"id": "b", "description": "the second"}, {"name": "c"}]'), [
    ['a', 'b: the second', 'c'],
    0,
  ]);
  assert.deepEqual(names('{"a": "the first", "b": 2}'), [['a: the first', 'b'], 0]);
  assert.deepEqual(names('--evil, two words, a'), [['a'], 2]);
  assert.deepEqual(names('[7, null, "a"]'), [['a'], 2]);
  assert.deepEqual(names('["a"'), [[], 1]);
});

test('a settings file that is broken is told of, and not quoted', () => {
  const broken = modelsOf(facts({ settings: config('api_key = "canary" "') }));
  assert.deepEqual(broken.warnings, ['/home/me/.codex/config.toml is not valid TOML; it is left out.']);
  const closed = modelsOf(facts({ settings: [{ path: '/home/me/.codex/config.toml' }] }));
  assert.deepEqual(closed.warnings, ['/home/me/.codex/config.toml cannot be read; it is left out.']);
});

test('of two programs with one name only the one that was seen lends its names', () => {
  const grok = (dialect: string) => modelsOf(facts({ agent: 'grok', title: 'Grok', dialect })).models.length;
  assert.ok(grok('vibe-kit') > 0);
  assert.equal(grok('xai'), 0);
});

test('a model that was seen in a chat is known with when that was, and never becomes the usual one (G 47)', () => {
  const chats = [
    { path: '/old', at: 1000, models: ['gemini-2.5-pro'] },
    { path: '/new', at: 2000, models: ['gemini-2.5-pro', 'gemini-9'] },
  ];
  const { models, default: usual } = modelsOf(facts({ agent: 'gemini', chats }));
  const seen = models.filter(({ lastSeen }) => lastSeen !== undefined);
  assert.deepEqual(seen, [
    { name: 'gemini-2.5-pro', source: 'discovered', detail: '/new', confidence: 'medium', lastSeen: 2000 },
    { name: 'gemini-9', source: 'discovered', detail: '/new', confidence: 'medium', lastSeen: 2000 },
  ]);
  assert.ok(usual.model !== 'gemini-9' && usual.model !== 'gemini-2.5-pro');
});
