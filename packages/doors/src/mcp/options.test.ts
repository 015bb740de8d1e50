import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownSession } from '@parley/schema';
import { z } from 'zod';
import { requestTools } from './agents.ts';
import { parametersOf } from './parameters.ts';
import { permissionOf } from './permission.ts';
import { connect } from './test/connect.ts';
import type { Called } from './test/connect.ts';

const told = ({ content }: Called) => content.map(({ text = '' }) => text).join('\n');
const warningsOf = ({ structuredContent }: Called): readonly string[] => {
  const warnings = structuredContent?.['warnings'];
  return Array.isArray(warnings) ? warnings.map(String) : [];
};

test("an agent's own options go to its session as they are, paths resolved in the caller's folder", async (t) => {
  const { call, daemon } = await connect(t);
  await call('claude_request', {
    prompt: 'x',
    allowedTools: [],
    agents: { reviewer: { description: 'Reviews', prompt: 'Review.' } },
    appendSystemPrompt: 'Be brief.',
    maxTurns: 3,
    maxBudgetUsd: 0.5,
    mcpServers: ['docs', { name: 'own', command: 'node', args: ['server.mjs'] }],
    effort: 'high',
    idleTimeoutMs: 60_000,
  });
  await call('codex_request', { prompt: 'x', images: ['a.png', '/b.png'], outputSchema: 'schema.json', search: true });
  await call('codex_request', {
    prompt: 'x',
    outputSchema: { type: 'object' },
    configOverrides: { a: 1 },
    mcpServers: [],
  });
  const { options, ...claude } = daemon.created[0] ?? {};
  assert.deepEqual(claude, { agent: 'claude', cwd: '/code', idleMs: 60_000, effort: 'high' });
  assert.deepEqual(options, {
    allowedTools: [],
    agents: { reviewer: { description: 'Reviews', prompt: 'Review.' } },
    appendSystemPrompt: 'Be brief.',
    maxTurns: 3,
    maxBudgetUsd: 0.5,
    mcpServers: ['docs', { name: 'own', command: 'node', args: ['server.mjs'] }],
  });
  assert.deepEqual(
    daemon.created.slice(1).map((input) => input.options),
    [
      { outputSchema: '/code/schema.json', search: true, images: ['/code/a.png', '/b.png'] },
      { mcpServers: [], outputSchema: { type: 'object' }, configOverrides: { a: 1 } },
    ],
  );
});

test('what cannot be is an error that names it, and no daemon is looked for (G 3, G 8, G 12, G 27)', async (t) => {
  const { call, daemon } = await connect(t);
  const reviewer = { description: 'Reviews' };
  for (const [tool, args, named] of [
    ['claude_request', { systemPrompt: 'a', appendSystemPrompt: 'b' }, /systemPrompt and appendSystemPrompt exclude/],
    ['claude_request', { agents: { reviewer } }, /agents\.reviewer\.prompt/],
    [
      'claude_request',
      { agents: { reviewer: { ...reviewer, prompt: 'x', permissionMode: 'auto' } } },
      /permissionMode/,
    ],
    ['claude_request', { allowedTools: ['--evil'] }, /allowedTools/],
    ['claude_request', { maxTurns: 0 }, /maxTurns/],
    ['claude_request', { maxBudgetUsd: -1 }, /maxBudgetUsd/],
    ['claude_request', { idleTimeoutMs: 29_999 }, /idleTimeoutMs/],
    ['codex_request', { idleTimeoutMs: 3_600_001 }, /idleTimeoutMs/],
    ['codex_request', { configOverrides: { 'a b': 'x' } }, /configOverrides/],
    ['codex_request', { configOverrides: { a: 'x\ny' } }, /configOverrides/],
    ['codex_request', { allowedTools: ['Read'] }, /allowedTools/],
    ['gemini_request', { systemPrompt: 'a' }, /systemPrompt/],
  ] as const) {
    const reply = await call(tool, { prompt: 'x', ...args });
    assert.equal(reply.isError, true, JSON.stringify(args));
    assert.match(told(reply), named);
  }
  assert.equal(daemon.opened, 0);
});

for (const [tool, words, policy, warned] of [
  ['claude', { permissionMode: 'default' }, 'ask', []],
  ['claude', { permissionMode: 'auto' }, 'edit', [/auto/]],
  ['claude', { permissionMode: 'dontAsk' }, 'read-only', [/dontAsk/]],
  ['claude', { dangerouslySkipPermissions: true }, 'full', [/deprecated/]],
  ['claude', { dangerouslySkipPermissions: true, permissionMode: 'plan' }, 'read-only', [/permissionMode says/]],
  ['codex', { fullAuto: true }, 'edit', [/deprecated/, /asked, not refused/]],
  [
    'codex',
    { fullAuto: true, useLegacyFullAutoFlag: true, sandboxMode: 'read-only' },
    'read-only',
    [/not applied/, /useLegacy/],
  ],
  ['codex', { dangerouslyBypassApprovalsAndSandbox: true }, 'full', []],
  ['codex', { sandboxMode: 'workspace-write', askForApproval: 'on-request' }, 'edit', []],
  ['codex', { sandboxMode: 'workspace-write', askForApproval: 'untrusted' }, 'ask', []],
  ['codex', { sandboxMode: 'workspace-write', askForApproval: 'never' }, 'edit', [/asked, not refused/]],
  ['codex', { sandboxMode: 'danger-full-access', askForApproval: 'on-request' }, 'edit', [/"edit" holds/]],
  ['codex', { sandboxMode: 'danger-full-access', askForApproval: 'never' }, 'full', []],
  ['codex', { sandboxMode: 'read-only', askForApproval: 'never' }, 'read-only', []],
  ['codex', { askForApproval: 'never' }, 'read-only', [/sandboxMode/]],
  ['gemini', { approvalMode: 'yolo' }, 'full', []],
  ['grok', { alwaysApprove: true }, 'full', []],
  ['grok', { alwaysApprove: true, permissionMode: 'acceptEdits' }, 'edit', [/not applied/]],
  ['mistral', { permissionMode: 'chat' }, 'read-only', [/chat/]],
  ['mistral', { permissionMode: 'lean' }, 'ask', [/lean/]],
  ['mistral', {}, undefined, []],
] as const) {
  const said = Object.entries(words).map(([name, value]) => `${name}: ${value}`);
  test(`${tool} with ${said.join(', ') || 'nothing said'} is the policy ${policy ?? 'that is configured'} (G 7, G 19)`, async () => {
    const found = requestTools.find(({ name }) => name === tool);
    assert.ok(found !== undefined);
    const permission = await permissionOf(found, words);
    assert.equal(permission.policy, policy);
    const { warnings } = permission;
    for (const each of warned)
      assert.ok(
        warnings.some((text) => each.test(text)),
        `${each}: ${warnings.join(' | ')}`,
      );
    if (warned.length === 0) assert.deepEqual(warnings, []);
  });
}

test('what is said in the words of an agent is the policy of its session, and is warned of in the reply (G 7)', async (t) => {
  const { call, daemon } = await connect(t);
  const words = { permissionMode: 'plan', dangerouslySkipPermissions: true };
  const reply = await call('claude_request', { prompt: 'x', ...words });
  assert.equal(daemon.created[0]?.policy, 'read-only');
  assert.ok(warningsOf(reply).some((text) => /permissionMode says/.test(text)));
});

test('servers whose variables a session does not tell are the same ones by the names of these', async (t) => {
  const { call, daemon } = await connect(t);
  const session = daemon.session.bind(daemon);
  daemon.session = async (id) => shownSession(await session(id));
  const servers = (name: string) => [{ name: 'own', url: 'https://host/mcp', headers: { [name]: 'hunter2' } }];
  const first = await call('codex_request', { prompt: 'x', mcpServers: servers('X-Api-Key') });
  const sessionId = first.structuredContent?.['sessionId'];
  for (const [name, warned] of [
    ['X-Api-Key', false],
    ['X-Other', true],
  ] as const) {
    const reply = await call('codex_request', { prompt: 'x', sessionId, mcpServers: servers(name) });
    assert.equal(/mcpServers was not applied/.test(warningsOf(reply).join()), warned, name);
  }
});

test('options that a session was not made with are told when it goes on, the same ones are not (G 14)', async (t) => {
  const { call, daemon } = await connect(t);
  const first = await call('codex_request', { prompt: 'x', search: true, idleTimeoutMs: 60_000 });
  const sessionId = first.structuredContent?.['sessionId'];
  const same = await call('codex_request', { prompt: 'x', sessionId, search: true, idleTimeoutMs: 60_000 });
  const other = await call('codex_request', { prompt: 'x', sessionId, ephemeral: true, idleTimeoutMs: 30_000 });
  assert.equal(daemon.created.length, 1);
  assert.deepEqual(
    warningsOf(same).filter((text) => text.includes('not applied')),
    [],
  );
  assert.deepEqual(
    warningsOf(other)
      .filter((text) => text.includes('not applied'))
      .map((text) => text.split(' ')[0]),
    ['ephemeral', 'idleTimeoutMs'],
  );
});

test('an output format changes nothing of the reply, and that is told; continueSession goes on with the newest', async (t) => {
  const { call, daemon } = await connect(t);
  const reply = await call('claude_request', { prompt: 'x', outputFormat: 'stream-json' });
  assert.equal(reply.structuredContent?.['answer'], 'You said: x');
  assert.ok(warningsOf(reply).some((text) => text.startsWith('outputFormat')));
  await call('claude_request', { prompt: 'y', outputFormat: 'text', continueSession: true });
  assert.equal(daemon.created.length, 1);
});

test('reasoningEffort is effort; both with two values contradict each other', async (t) => {
  const { call, daemon } = await connect(t);
  await call('grok_request', { prompt: 'x', reasoningEffort: 'low' });
  assert.equal(daemon.created[0]?.effort, 'low');
  const reply = await call('grok_request', { prompt: 'x', reasoningEffort: 'low', effort: 'high' });
  assert.match(told(reply), /contradict/);
});

test('each parameter of each request tool has a description (G 1)', () => {
  for (const tool of requestTools) {
    const { properties = {} } = z.toJSONSchema(parametersOf(tool, true));
    for (const [name, schema] of Object.entries(properties))
      assert.ok(typeof schema === 'object' && schema.description !== undefined, `${tool.name} ${name}`);
  }
});
