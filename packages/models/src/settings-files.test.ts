import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelsInSettings, settingsFilesOf } from './settings-files.ts';

const read = (agent: string, text: string, dialect?: string) => {
  const [path = ''] = settingsFilesOf(agent, dialect, { HOME: '/home/me' });
  return modelsInSettings(agent, dialect, path, text);
};

test('every agent has its settings where its own variable says, else in the home folder', () => {
  const of = (agent: string, env: Readonly<Record<string, string>>, dialect?: string) =>
    settingsFilesOf(agent, dialect, env)[0];
  const home = { HOME: '/home/me' };
  assert.equal(of('codex', home), '/home/me/.codex/config.toml');
  assert.equal(of('codex', { ...home, CODEX_HOME: '/c' }), '/c/config.toml');
  assert.equal(of('claude', { ...home, CLAUDE_CONFIG_DIR: '/c' }), '/c/settings.json');
  assert.equal(of('gemini', home), '/home/me/.gemini/settings.json');
  assert.equal(of('gemini', { ...home, GEMINI_CLI_HOME: '/g' }), '/g/.gemini/settings.json');
  assert.equal(of('opencode', home), '/home/me/.config/opencode/opencode.json');
  assert.equal(of('kimi', home, 'code'), '/home/me/.kimi-code/config.toml');
  assert.equal(of('kimi', home, 'legacy'), undefined);
  assert.equal(of('vibe', { HOME: '', USERPROFILE: '/u' }), '/u/.vibe/config.toml');
  assert.equal(of('codex', {}), undefined);
  assert.equal(of('acp:mine', home), undefined);
});

test('what the files say about models is read, each in its own shape', () => {
  assert.deepEqual(read('claude', '{"model": "opus", "env": {"ANTHROPIC_API_KEY": "canary"}}'), {
    default: 'opus',
    models: ['opus'],
  });
  assert.deepEqual(read('gemini', '{"model": {"name": "gemini-2.5-pro"}}').default, 'gemini-2.5-pro');
  assert.deepEqual(read('gemini', '{"model": "flash"}').default, 'flash');
  assert.deepEqual(read('opencode', '{"model": "a/b", "provider": {"house": {"models": {"m1": {}, "m2": {}}}}}'), {
    default: 'a/b',
    models: ['a/b', 'house/m1', 'house/m2'],
  });
  assert.deepEqual(read('kimi', 'default_model = "k"\n[models.k]\n[models.other]', 'code').models, ['k', 'other']);
  assert.deepEqual(read('grok', '{"defaultModel": "g", "models": ["g", "h", 7]}', 'vibe-kit').models, ['g', 'h']);
  assert.deepEqual(read('vibe', 'active_model = "d"\n[[models]]\nalias = "d"\n[[models]]\nalias = "e"').models, [
    'd',
    'e',
  ]);
});

test('a file with other shapes than expected names nothing', () => {
  for (const text of ['[]', 'null', '{"model": 3, "provider": [1], "models": "x"}', '{"provider": {"x": null}}'])
    for (const agent of ['claude', 'gemini', 'opencode']) assert.deepEqual(read(agent, text), { models: [] });
  assert.deepEqual(read('codex', 'model = "two words"\nprofiles = [1, 2]'), { models: [] });
});

test('variables of llm-cli-gateway name the files themselves, whatever they are called, or that nobody looks', () => {
  const env = { HOME: '/home/me', CODEX_CONFIG_PATH: '/x/codex.cfg', CLAUDE_SETTINGS_LOCAL_PATH: '/x/local' };
  assert.deepEqual(settingsFilesOf('codex', undefined, env), ['/x/codex.cfg']);
  assert.deepEqual(settingsFilesOf('claude', undefined, env), ['/home/me/.claude/settings.json', '/x/local']);
  assert.equal(modelsInSettings('codex', undefined, '/x/codex.cfg', 'model = "m"').default, 'm');
  assert.equal(modelsInSettings('claude', undefined, '/x/local', '{"model": {"name": "n"}}').default, 'n');
  assert.deepEqual(settingsFilesOf('codex', undefined, { ...env, LLM_GATEWAY_DISABLE_MODEL_DISCOVERY: '1' }), []);
});

test('successors that Codex has noted are models, and the older words of Gemini are read', () => {
  const codex = 'model = "a"\n[profiles.q]\nmodel = "b"\n[notice.model_migrations]\n"old" = "c"\n';
  assert.deepEqual(read('codex', codex), { default: 'a', models: ['a', 'b', 'c'] });
  assert.equal(read('gemini', '{"selectedModel": "s", "defaultModel": "d"}').default, 's');
  assert.equal(read('gemini', '{"defaultModel": "d"}').default, 'd');
});
