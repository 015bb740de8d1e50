import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexLike as driver } from '../test/driver.ts';
import { childEnvironment } from './environment.ts';

const other = { ...driver, agent: 'other', keyEnv: 'OTHER_KEY', secretEnv: ['OTHER_TOKEN'] };
const drivers = [driver, other];
const agent = { args: [], env: {}, unset: [], allow_env: [], added_folders: [], aliases: {}, profiles: {} };
const plan = { argv: ['a'] as const, cwd: '/', limits: [], env: { ADDED: 'a', DROP: null } };
const facts = { driver, drivers, agents: {}, settings: agent, plan, key: 'new' };

test("an agent gets neither Parley's secrets, nor another vendor's, nor what is meant for the daemon's Node", () => {
  const base = {
    PATH: '/bin',
    PARLEY_TOKEN: 'x',
    LLM_GATEWAY_AUTH_TOKEN: 'x',
    PARLEY_RUN: 'of-an-outer-parley',
    OTHER_KEY: 'o',
    OTHER_TOKEN: 'o',
    OPENAI_API_KEY: 'old',
    NODE_OPTIONS: '--x',
    NODE_TEST_CONTEXT: 'child',
    DROP: 'd',
    UNSET: undefined,
  };
  assert.deepEqual(childEnvironment(base, facts), { PATH: '/bin', OPENAI_API_KEY: 'new', ADDED: 'a' });
});

test("a key that the configuration names for another agent is that agent's alone", () => {
  const base = { MY_KEY: 'm', THEIR_KEY: 't', SHARED_KEY: 's' };
  const agents = {
    codex: { ...agent, model_key_env: 'MY_KEY' },
    other: { ...agent, model_key_env: 'THEIR_KEY' },
    third: { ...agent, model_key_env: 'MY_KEY' },
  };
  const env = childEnvironment(base, { ...facts, agents });
  assert.deepEqual([env['MY_KEY'], env['THEIR_KEY'], env['SHARED_KEY']], ['m', undefined, 's']);
});

test('the configuration wins over the environment and can unset it, and the driver wins over both', () => {
  const settings = {
    env: { KEEP: 'mine', ADDED: 'no', DROP: 'no', OTHER_KEY: 'on purpose' },
    unset: ['KEEP', 'UNWANTED'],
    allow_env: [],
  };
  const env = childEnvironment({ KEEP: 'theirs', UNWANTED: 'x' }, { ...facts, settings });
  assert.deepEqual(env, { KEEP: 'mine', ADDED: 'a', OTHER_KEY: 'on purpose', OPENAI_API_KEY: 'new' });
});

test('an agent that works with its own login gets no key, so that nothing is billed to one by surprise', () => {
  const env = childEnvironment({ OPENAI_API_KEY: 'set since' }, { ...facts, key: undefined });
  assert.equal('OPENAI_API_KEY' in env, false);
});
