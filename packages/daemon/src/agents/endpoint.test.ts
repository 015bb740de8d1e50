import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexLike } from '../test/driver.ts';
import { backendOf, endpointOf } from './endpoint.ts';
import { childEnvironment } from './environment.ts';

const driver = codexLike;
const config = { args: [], env: {} };

test('words go to a configured server, else to the vendor with a key, else by its login, else to the rehearsal', () => {
  const detected = { installed: true, login: 'ChatGPT login' };
  const env = { OPENAI_API_KEY: 'sk' };
  const configured = { ...config, model_url: 'http://a/v1' };
  assert.deepEqual(backendOf({ driver, config: configured, detected, env }, 'http://b/v1'), {
    kind: 'configured',
    detail: 'http://b/v1',
  });
  assert.deepEqual(backendOf({ driver, config: configured, detected, env }, undefined), {
    kind: 'configured',
    detail: 'http://a/v1',
  });
  assert.deepEqual(backendOf({ driver, config, detected, env }, undefined), { kind: 'key', detail: 'OPENAI_API_KEY' });
  assert.equal(backendOf({ driver, config, detected, env: { OPENAI_API_KEY: '' } }, undefined).kind, 'login');
  assert.equal(backendOf({ driver, config, detected: { installed: true }, env: {} }, undefined).kind, 'rehearsal');
});

test('a session keeps its server, and a key that has gone is said to have', () => {
  const facts = { driver, config, detected: { installed: true }, env: { OPENAI_API_KEY: 'sk' } };
  const key = { kind: 'key', detail: 'OPENAI_API_KEY' } as const;
  assert.deepEqual(endpointOf(facts, key, undefined, undefined), {
    endpoint: { kind: 'url', url: driver.vendorUrl, keyEnv: 'OPENAI_API_KEY' },
    key: 'sk',
  });
  assert.equal(
    endpointOf({ ...facts, env: { ...facts.env, OPENAI_BASE_URL: 'http://mine/v1' } }, key, undefined, undefined).key,
    'sk',
  );
  assert.throws(() => endpointOf({ ...facts, env: {} }, key, undefined, undefined), /OPENAI_API_KEY is no longer set/);
  const named = { ...facts, config: { ...config, model_key_env: 'MY_KEY' } };
  assert.throws(() => endpointOf(named, { kind: 'configured', detail: 'http://a' }, 'http://a', undefined), /MY_KEY/);
  assert.deepEqual(endpointOf(facts, { kind: 'login', detail: '' }, undefined, undefined).endpoint, { kind: 'own' });
});

test("an agent gets neither Parley's secrets nor another vendor's key", () => {
  const other = { ...driver, agent: 'other', keyEnv: 'OTHER_KEY' };
  const base = {
    PATH: '/bin',
    PARLEY_TOKEN: 'x',
    OTHER_KEY: 'o',
    OPENAI_API_KEY: 'old',
    NODE_OPTIONS: '--x',
    KEEP: 'k',
    DROP: 'd',
  };
  const plan = { argv: ['a'] as const, cwd: '/', limits: [], env: { ADDED: 'a', DROP: null } };
  const env = childEnvironment(base, driver, [driver, other], { ...config, env: { KEEP: 'mine' } }, plan, 'new');
  assert.deepEqual(env, { PATH: '/bin', OPENAI_API_KEY: 'new', KEEP: 'mine', ADDED: 'a' });
});
