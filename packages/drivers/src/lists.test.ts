// Lists of tools, in the words of the agents that tests cannot reach, and what every driver declares.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentOptionNames } from '@parley/schema';
import { launchXai } from './grok/xai-launch.ts';
import { checkXaiOptions } from './grok/xai-options.ts';
import { configOf } from './opencode/config.ts';
import { drivers } from './registry.ts';
import { launchRequest, valueOf } from './test-request.ts';
import { launchAcp, launchPrint } from './vibe/launch.ts';
import { checkVibeOptions } from './vibe/options.ts';

test('Grok gets lists joined by commas, Vibe one flag for each tool and its model by a variable (G 18)', () => {
  const options = { allowedTools: ['read', 'grep'], disallowedTools: ['bash', 'web'] };
  const grok = launchXai(launchRequest(options)).argv;
  assert.equal(valueOf(grok, '--tools'), 'read,grep');
  assert.equal(valueOf(grok, '--disallowed-tools'), 'bash,web');
  const { argv, env } = launchPrint(launchRequest({ ...options, maxTurns: 2, maxBudgetUsd: 1 }, 'ask', { model: 'm' }));
  for (const flag of ['--enabled-tools=read', '--enabled-tools=grep', '--disabled-tools=bash', '--disabled-tools=web'])
    valueOf(argv, flag);
  assert.equal(valueOf(argv, '--max-turns'), '2');
  assert.equal(valueOf(argv, '--max-price'), '1');
  assert.ok(!argv.includes('--model'));
  assert.equal(env['VIBE_ACTIVE_MODEL'], 'm');
  assert.equal(launchPrint(launchRequest({})).env['VIBE_ACTIVE_MODEL'], undefined, 'none is forced (G 19)');
});

test('an empty list of allowed tools is no tool, or refused (G 42)', () => {
  assert.throws(() => checkXaiOptions({ allowedTools: [] }), /empty list/);
  valueOf(launchPrint(launchRequest({ allowedTools: [] })).argv, '--disabled-tools=*');
  assert.equal(launchAcp(launchRequest({ allowedTools: [] })).env['VIBE_DISABLED_TOOLS'], '["*"]');
  const { permission } = configOf(launchRequest({ allowedTools: [] }, 'full'));
  assert.deepEqual(permission, { '*': 'deny', external_directory: 'allow', doom_loop: 'allow' });
});

test('OpenCode keeps the rules of the policy for the tools that are left', () => {
  const { permission, agent } = configOf(
    launchRequest(
      { allowedTools: ['bash', 'write', 'grep'], disallowedTools: ['grep'], systemPrompt: 'PARROT', maxTurns: 4 },
      'edit',
    ),
  );
  assert.partialDeepStrictEqual(permission, { '*': 'deny', bash: 'ask', edit: 'allow', grep: 'deny' });
  assert.partialDeepStrictEqual(agent, { build: { prompt: 'PARROT', steps: 4, permission } });
});

test('Vibe gets definitions of servers in place of its own, [] is none', () => {
  const { env } = launchAcp(launchRequest({ mcpServers: [{ name: 'a', command: 'node' }] }, 'full'));
  assert.deepEqual(JSON.parse(String(env['VIBE_MCP_SERVERS'])), [{ transport: 'stdio', name: 'a', command: 'node' }]);
  assert.equal(launchPrint(launchRequest({ mcpServers: [] })).env['VIBE_MCP_SERVERS'], '[]');
  assert.throws(() => checkVibeOptions({ mcpServers: ['docs'] }), /definitions only/);
});

test('a driver declares options that there are, each once', () => {
  for (const { agent, mode, options = [] } of drivers) {
    assert.equal(new Set(options).size, options.length, `${agent} ${mode}`);
    for (const name of options) assert.ok(agentOptionNames.includes(name), `${agent} ${mode}: ${name}`);
  }
});

test('only an agent that prints nothing before its end may be silent for as long as it likes (G 28)', () => {
  assert.deepEqual(
    drivers.filter(({ printsAtEnd }) => printsAtEnd === true).map(({ agent, mode }) => `${agent} ${mode}`),
    ['grok vibe-kit'],
  );
});
