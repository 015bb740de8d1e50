import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyError } from '@parley/schema';
import { codexLike } from '../test/driver.ts';
import { backendOf, endpointOf } from './endpoint.ts';

const driver = codexLike;
const config = { args: [], env: {}, unset: [], allow_env: [], added_folders: [], aliases: {}, profiles: {} };

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

test('what is shown of a server is never a secret', () => {
  const detected = { installed: true };
  const secret = 'https://me:s3cret@models.example/v1?key=s3cret#s3cret';
  const shown = { kind: 'configured', detail: 'https://models.example/v1' };
  assert.deepEqual(backendOf({ driver, config, detected, env: {} }, secret), shown);
  assert.deepEqual(
    backendOf({ driver, config: { ...config, model_url: secret }, detected, env: {} }, undefined),
    shown,
  );
  assert.deepEqual(
    backendOf({ driver, config, detected, env: { OPENAI_API_KEY: 's3cret', OPENAI_BASE_URL: secret } }, undefined),
    {
      kind: 'key',
      detail: 'OPENAI_API_KEY at https://models.example/v1',
    },
  );
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (ParleyError.is(error)) return error.code;
    throw error;
  }
  return 'no error';
};

test('a session keeps its server: what it was made with still holds, or it is closed', () => {
  const facts = { driver, config, detected: { installed: true }, env: { OPENAI_API_KEY: 'sk' } };
  const key = backendOf(facts, undefined);
  assert.deepEqual(endpointOf(facts, key, undefined, undefined), {
    endpoint: { kind: 'url', url: driver.vendorUrl, keyEnv: 'OPENAI_API_KEY' },
    key: 'sk',
  });
  const elsewhere = { ...facts, env: { ...facts.env, OPENAI_BASE_URL: 'http://mine/v1' } };
  assert.equal(
    codeOf(() => endpointOf(elsewhere, key, undefined, undefined)),
    'session_closed',
  );
  assert.deepEqual(endpointOf(elsewhere, backendOf(elsewhere, undefined), undefined, undefined).endpoint, {
    kind: 'url',
    url: 'http://mine/v1',
    keyEnv: 'OPENAI_API_KEY',
  });
  const served = { ...facts, config: { ...config, model_url: 'http://u:p@a/v1' } };
  const configured = backendOf(served, undefined);
  assert.deepEqual(endpointOf(served, configured, undefined, undefined).endpoint, {
    kind: 'url',
    url: 'http://u:p@a/v1',
    keyEnv: 'OPENAI_API_KEY',
  });
  for (const now of [config, { ...config, model_url: 'http://b/v1' }])
    assert.equal(
      codeOf(() => endpointOf({ ...facts, config: now }, configured, undefined, undefined)),
      'session_closed',
    );
  assert.deepEqual(
    endpointOf({ ...served, env: {} }, { kind: 'configured', detail: 'http://own' }, 'http://own', undefined),
    { endpoint: { kind: 'url', url: 'http://own', keyEnv: 'OPENAI_API_KEY' }, key: 'none' },
    "one of the session's own is not the configuration's business",
  );
  assert.deepEqual(endpointOf(facts, { kind: 'login', detail: '' }, undefined, undefined), {
    endpoint: { kind: 'own' },
    key: undefined,
  });
});

test('a key that has gone is said to have', () => {
  const facts = { driver, config, detected: { installed: true }, env: {} };
  assert.throws(
    () => endpointOf(facts, { kind: 'key', detail: 'OPENAI_API_KEY' }, undefined, undefined),
    /OPENAI_API_KEY is no longer set/,
  );
  const named = { ...facts, config: { ...config, model_key_env: 'MY_KEY' } };
  assert.throws(() => endpointOf(named, { kind: 'configured', detail: 'http://a' }, 'http://a', undefined), /MY_KEY/);
  assert.equal(
    endpointOf({ ...named, env: { MY_KEY: 'k' } }, { kind: 'configured', detail: 'http://a' }, 'http://a', undefined)
      .key,
    'k',
  );
});
