import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AgentModels } from '@parley/schema';
import { meansDefault } from './model-name.ts';
import { modelsOf } from './models-of.ts';
import { resolveModel } from './resolve-model.ts';

const claude = (aliases: Readonly<Record<string, string>> = {}, model?: string): AgentModels =>
  modelsOf({
    agent: 'claude',
    title: 'Claude Code',
    backend: 'login',
    rehearsalModel: 'practice',
    aliases,
    ...(model === undefined ? {} : { model }),
    env: {},
    settings: [],
  });

test('a known name and an alias of the agent itself are passed on as they are', () => {
  assert.deepEqual(resolveModel(claude(), 'claude-opus-5-5'), {
    requested: 'claude-opus-5-5',
    model: 'claude-opus-5-5',
    by: 'name',
  });
  assert.deepEqual(resolveModel(claude(), ' opus '), { requested: ' opus ', model: 'opus', by: 'alias' });
});

test("a person's alias counts in any case, also where the agent has one of that name, and is not looked up twice", () => {
  const models = claude({ Fast: 'haiku', opus: 'sonnet', sonnet: 'opus' });
  assert.equal(resolveModel(models, 'fAST').model, 'haiku');
  assert.equal(resolveModel(models, 'opus').model, 'sonnet');
  assert.equal(resolveModel(models, 'sonnet').model, 'opus');
});

test('default and latest are the configured model, or nothing is named (G 47)', () => {
  for (const name of ['default', 'latest', 'DEFAULT']) {
    assert.deepEqual(resolveModel(claude(), name), { requested: name, by: 'default' });
    assert.deepEqual(resolveModel(claude({}, 'opus'), name), { requested: name, model: 'opus', by: 'default' });
  }
  assert.deepEqual(resolveModel(claude({ usual: 'default' }, 'opus'), 'usual').model, 'opus');
  assert.deepEqual(resolveModel(claude({ usual: 'default' }), 'usual'), { requested: 'usual', by: 'alias' });
  assert.equal(resolveModel(claude({ latest: 'haiku' }, 'opus'), 'latest').model, 'haiku');
});

test('an unknown name is passed on with a warning that names the known ones', () => {
  const { model, by, warning } = resolveModel(claude(), 'claude-nova-9');
  assert.deepEqual([model, by], ['claude-nova-9', 'unlisted']);
  assert.match(warning ?? '', /^"claude-nova-9" is none .* Claude Code \(claude-fable-5-2, .*passed on as it is\.$/);
  const unknown = modelsOf({ ...factsOfNobody });
  assert.match(resolveModel(unknown, 'x').warning ?? '', /^Parley knows no models of Mine; "x" is passed on/);
});

const factsOfNobody = {
  agent: 'acp:mine',
  title: 'Mine',
  backend: 'login',
  rehearsalModel: 'practice',
  aliases: {},
  env: {},
  settings: [],
} as const;

test('no name is ever replaced by one that nobody has written down', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9][\w./[\]-]{0,20}$/);
  fc.assert(
    fc.property(
      word,
      fc.dictionary(word, word, { maxKeys: 4 }),
      fc.option(word, { nil: undefined }),
      (name, aliases, usual) => {
        const { model, by, warning } = resolveModel(claude(aliases, usual), name);
        const written = [name, usual, ...Object.values(aliases)];
        assert.ok(model === undefined || written.includes(model));
        if (by === 'name' || by === 'unlisted') assert.equal(model, name);
        assert.equal(warning !== undefined, by === 'unlisted');
        if (by === 'default') assert.ok(meansDefault(name));
      },
    ),
  );
});
