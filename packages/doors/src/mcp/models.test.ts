import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentModels, FindModels } from '@parley/schema';
import { connect, kinds } from './test/connect.ts';
import { FakeDaemon } from './test/fake-daemon.ts';

const gemini: AgentModels = {
  agent: 'gemini',
  title: 'Gemini CLI',
  models: [
    { name: 'mine', source: 'configuration', detail: 'agents.gemini.model', confidence: 'high' },
    { name: 'theirs', description: 'quick', source: 'environment', detail: 'GEMINI_MODELS', confidence: 'high' },
    { name: 'set', source: 'discovered', detail: '/home/.gemini/settings.json', confidence: 'high' },
    { name: 'seen', source: 'discovered', detail: '/home/.gemini/tmp', confidence: 'medium', lastSeen: 0 },
    { name: 'known', source: 'bundled', detail: 'gemini 0.61.0', confidence: 'low' },
  ],
  aliases: [
    { name: 'fast', model: 'theirs', source: 'environment', detail: 'GEMINI_MODEL_ALIASES' },
    { name: 'pro', source: 'bundled', detail: 'gemini 0.61.0' },
  ],
  default: { model: 'mine', source: 'configuration', detail: 'agents.gemini.model', passed: true },
  warnings: ['GEMINI_MODELS: "a b" cannot be a model\'s name; it is left out.'],
};
const vibe: AgentModels = {
  agent: 'vibe',
  title: 'Mistral Vibe',
  models: [],
  aliases: [],
  default: { source: 'agent', detail: 'the agent decides', passed: false },
  warnings: [],
};

for (const kind of kinds) {
  test(`${kind}: list_models tells of each name where it comes from and how sure that is (G 47)`, async (t) => {
    const asked: FindModels[] = [];
    const daemon = new FakeDaemon();
    daemon.modelsOf = (wanted) => {
      asked.push(wanted);
      return { agents: [gemini, vibe].filter(({ agent }) => wanted.agent === undefined || wanted.agent === agent) };
    };
    const { call, request } = await connect(t, { kind, daemon });
    const all = await call('list_models');
    assert.deepEqual(all.structuredContent, {
      gemini: {
        description:
          'Models that Parley knows of Gemini CLI; it may know more. Any other name is passed on, with a warning.',
        models: {
          mine: 'from agents.gemini.model',
          theirs: 'quick',
          set: 'from /home/.gemini/settings.json',
          seen: 'from /home/.gemini/tmp',
          known: 'from gemini 0.61.0',
        },
        defaultModel: 'mine',
        defaultModelSource: 'configuration: agents.gemini.model',
        modelOrder: ['mine', 'theirs', 'set', 'seen', 'known'],
        aliases: { fast: 'theirs', pro: null },
        modelMetadata: {
          mine: { source: 'config', sourceDetail: 'agents.gemini.model', confidence: 'high' },
          theirs: { source: 'env', sourceDetail: 'GEMINI_MODELS', confidence: 'high' },
          set: { source: 'config', sourceDetail: '/home/.gemini/settings.json', confidence: 'high' },
          seen: {
            source: 'observed',
            sourceDetail: '/home/.gemini/tmp',
            confidence: 'medium',
            lastSeen: '1970-01-01T00:00:00.000Z',
          },
          known: { source: 'fallback', sourceDetail: 'gemini 0.61.0', confidence: 'low' },
        },
        warnings: gemini.warnings,
      },
      mistral: {
        description:
          'Models that Parley knows of Mistral Vibe; it may know more. Any other name is passed on, with a warning.',
        models: {},
        modelOrder: [],
        modelMetadata: {},
        warnings: [],
      },
    });
    assert.deepEqual(Object.keys((await call('list_models', { cli: 'mistral' })).structuredContent ?? {}), ['mistral']);
    await call('list_models', { cli: '' });
    const { contents } = (await request('resources/read', { uri: 'models://gemini' })) as {
      readonly contents: readonly [{ readonly text: string }];
    };
    assert.deepEqual(JSON.parse(contents[0].text), all.structuredContent?.['gemini'], 'the resource tells the same');
    assert.deepEqual(asked, [{}, { agent: 'vibe' }, {}, { agent: 'gemini' }]);
  });
}
