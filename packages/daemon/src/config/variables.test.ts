import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ConfigSchema } from '@parley/schema';
import { loadConfig } from './load.ts';
import { gatewayEntries, notHonoured, otherGatewayVariables, parleyVariables } from './variables.ts';

async function loaded(t: TestContext, env: NodeJS.ProcessEnv, toml = '') {
  const folder = mkdtempSync(join(tmpdir(), 'parley-variables-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.toml');
  writeFileSync(file, toml);
  const { config, entries } = await loadConfig(file, env);
  return { config, originOf: (key: string) => entries.find((entry) => entry.key === key)?.origin };
}

test('variables of llm-cli-gateway set the entries that mean the same, and are told as their origin', async (t) => {
  const { config, originOf } = await loaded(t, {
    LLM_GATEWAY_HTTP_HOST: '127.0.0.2',
    LLM_GATEWAY_HTTP_PORT: '3333',
    LLM_GATEWAY_LOGS_DB: 'none',
    LLM_GATEWAY_JOB_RETENTION_DAYS: '7',
    LLM_GATEWAY_DEDUP_WINDOW_MS: '1500',
    LLM_GATEWAY_APPROVAL_POLICY: 'strict',
    APPROVAL_LOG_PROMPTS: '1',
  });
  assert.deepEqual([config.server.host, config.server.port], ['127.0.0.2', 3333]);
  assert.equal(config.recorder.text, 'none');
  const { retention_days: days, dedup_window: window, approval_policy: policy, log_prompts: prompts } = config.requests;
  assert.deepEqual([days, window, policy, prompts], [7, 1.5, 'strict', true]);
  assert.equal(originOf('server.port'), 'LLM_GATEWAY_HTTP_PORT');
  assert.equal(originOf('requests.dedup_window'), 'LLM_GATEWAY_DEDUP_WINDOW_MS');
  assert.equal((await loaded(t, { LLM_GATEWAY_LOGS_DB: '' })).config.recorder.text, 'none', 'empty means off there');
});

test("Parley's own variable wins over an alias, and the alias over the file", async (t) => {
  const toml = '[server]\nport = 1\n';
  const both = await loaded(t, { LLM_GATEWAY_HTTP_PORT: '2', PARLEY_PORT: '3' }, toml);
  assert.deepEqual([both.config.server.port, both.originOf('server.port')], [3, 'PARLEY_PORT']);
  assert.equal((await loaded(t, { LLM_GATEWAY_HTTP_PORT: '2' }, toml)).config.server.port, 2);
});

test('a public address is let in beside what the file lets in', async (t) => {
  const toml = '[server]\nhosts = ["a.example"]\norigins = ["https://a.example"]\n';
  const { config } = await loaded(t, { LLM_GATEWAY_PUBLIC_URL: 'https://b.example:8443/mcp' }, toml);
  assert.deepEqual(config.server.hosts, ['a.example', 'b.example:8443']);
  assert.deepEqual(config.server.origins, ['https://a.example', 'https://b.example:8443']);
});

test('an alias that does not fit is left out, and told with the reason', async (t) => {
  const env = {
    LLM_GATEWAY_HTTP_PORT: 'many',
    LLM_GATEWAY_LOGS_DB: '/home/me/logs.db',
    LLM_GATEWAY_JOBS_DB: 'none',
    LLM_GATEWAY_APPROVAL_POLICY: 'lax',
    LLM_GATEWAY_PUBLIC_URL: 'b.example',
    LLM_GATEWAY_AUTH_DISABLED: '1',
    LLM_GATEWAY_AUTH_TOKEN: 'short',
    LLM_GATEWAY_TRANSPORT: 'http',
    LLM_GATEWAY_HTTP_PATH: '/other',
    SESSION_TTL: '60',
    DATABASE_URL: 'postgres://user:canary@db/x',
    REDIS_URL: 'redis://x',
  };
  const { config } = await loaded(t, env);
  assert.deepEqual(config, ConfigSchema.parse({}));
  const told = notHonoured(env);
  assert.deepEqual(
    told.map(({ name }) => name).toSorted(),
    Object.keys(env)
      .filter((name) => name !== 'REDIS_URL')
      .toSorted(),
  );
  assert.match(told.find(({ name }) => name === 'LLM_GATEWAY_AUTH_DISABLED')?.why ?? '', /never off/);
  assert.doesNotMatch(JSON.stringify(told), /canary|short/);
});

test('what is honoured, and what is most likely somebody else’s, is not told', () => {
  const env = {
    LLM_GATEWAY_HTTP_PORT: '3333',
    LLM_GATEWAY_HTTP_PATH: '/mcp',
    LLM_GATEWAY_TRANSPORT: 'stdio',
    LLM_GATEWAY_AUTH_TOKEN: 'x'.repeat(40),
    LLM_GATEWAY_AUTH_DISABLED: '0',
    SYNC_DEADLINE_MS: '1000',
    DATABASE_URL: 'postgres://db',
    DEBUG: 'express:*',
    EXA_API_KEY: 'x',
    CODEX_DEFAULT_MODEL: 'm',
  };
  assert.deepEqual(notHonoured(env), []);
});

test('every variable stands once in the tables, and sets entries that there are', () => {
  const names = [...parleyVariables, ...gatewayEntries, ...otherGatewayVariables].flatMap(({ name }) =>
    name.split(', '),
  );
  assert.deepEqual(names, [...new Set(names)]);
  const config: unknown = ConfigSchema.parse({});
  for (const { sets } of [...parleyVariables, ...gatewayEntries])
    for (const { key } of sets) {
      const value = key.reduce<unknown>((inner, name) => Object(inner)[name], config);
      assert.notEqual(value, undefined, key.join('.'));
    }
});
