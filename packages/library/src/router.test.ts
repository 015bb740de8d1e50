import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouter } from './index.ts';
import type { Agent, RunRequest } from './index.ts';

const requests: RunRequest[] = [];
const agent = (name: string): Agent => ({
  name,
  run: async (request) => {
    requests.push(request);
    return { reply: `${name}: ${request.prompt}`, usage: {} };
  },
  openConversation: () => Promise.reject(new Error('not here')),
});
const [codex, claude, kimi] = [agent('codex'), agent('claude'), agent('kimi')];

test('a name has spaces and any case; an empty one is the default; an unknown one is named (F 1)', async () => {
  const router = createRouter({ agents: { Codex: codex, claude }, default: ' CLAUDE ' });
  const reply = async (name?: string) => {
    const { reply: words, agent: by } = await router.run({
      prompt: 'x',
      ...(name === undefined ? {} : { agent: name }),
    });
    assert.equal(words, `${by}: x`);
    return by;
  };
  assert.deepEqual(await Promise.all([reply(), reply('  '), reply(' CODEX '), reply('claude')]), [
    'claude',
    'claude',
    'codex',
    'claude',
  ]);
  await assert.rejects(router.run({ prompt: 'x', agent: 'Gemini' }), { code: 'unknown_agent', message: /"gemini"/ });
});

test('one agent is the default; of several it is codex, else it has to be said (F 2)', () => {
  assert.equal(createRouter({ agents: { kimi } }).default, 'kimi');
  assert.equal(createRouter({ agents: { kimi, codex } }).default, 'codex');
  assert.equal(createRouter({ agents: { kimi, codex }, default: 'kimi' }).default, 'kimi');
  assert.throws(() => createRouter({ agents: { kimi, claude } }), { code: 'invalid_request', message: /claude, kimi/ });
  assert.throws(() => createRouter({ agents: {} }), { code: 'unknown_agent' });
  assert.throws(() => createRouter({ agents: { kimi }, default: 'codex' }), { code: 'unknown_agent' });
});

test('names that are the same but for their case are an error (F 1)', () => {
  assert.throws(() => createRouter({ agents: { kimi, ' Kimi': codex } }), { code: 'invalid_request', message: /kimi/ });
});

test('the error for an unknown agent lists the configured ones, sorted (F 3)', async () => {
  const router = createRouter({ agents: { kimi, codex, claude } });
  assert.deepEqual(router.agents, ['claude', 'codex', 'kimi']);
  await assert.rejects(router.run({ prompt: 'x', agent: 'gemini' }), { message: /are claude, codex, kimi\./ });
});

test('the request reaches the agent as it was, and its error comes back as it is', async () => {
  const mine = new Error('mine');
  const failing: Agent = { ...kimi, run: () => Promise.reject(mine) };
  const router = createRouter({ agents: { codex, failing } });
  const onProgress = (): void => undefined;
  await router.run({ prompt: 'x', model: 'm', onProgress });
  assert.deepEqual(requests.at(-1), { prompt: 'x', model: 'm', onProgress });
  await assert.rejects(router.run({ prompt: 'x', agent: 'failing' }), mine);
});
