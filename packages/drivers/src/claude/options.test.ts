import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policies } from '@parley/schema';
import { filesFolder, launchRequest, valueOf } from '../test-request.ts';
import { launch } from './launch.ts';
import { checkClaudeOptions, claudeMcpPlaces } from './options.ts';
import { launchPrint } from './print/launch.ts';

const file = (name: string): string => `${filesFolder}/${name}`;

for (const [mode, plan] of [
  ['stream-json', launch],
  ['print', launchPrint],
] as const) {
  test(`${mode}: each option is one documented flag, there exactly once (G 9)`, () => {
    const { argv, files } = plan(
      launchRequest(
        {
          agent: 'reviewer',
          agents: { reviewer: { description: 'Reviews', prompt: 'Review.' } },
          appendSystemPrompt: '--not-a-flag',
          maxTurns: 3,
          maxBudgetUsd: 0.5,
          excludeDynamicSystemPromptSections: true,
          outputSchema: { type: 'object' },
          ephemeral: true,
        },
        'ask',
        { effort: 'high' },
      ),
    );
    assert.equal(valueOf(argv, '--agent'), 'reviewer');
    assert.equal(valueOf(argv, '--agents'), file('agents.json'));
    assert.equal(valueOf(argv, '--append-system-prompt-file'), file('append-system-prompt.md'));
    assert.equal(valueOf(argv, '--max-turns'), '3');
    assert.equal(valueOf(argv, '--max-budget-usd'), '0.5');
    assert.equal(valueOf(argv, '--effort'), 'high');
    assert.equal(valueOf(argv, '--json-schema'), '{"type":"object"}');
    valueOf(argv, '--exclude-dynamic-system-prompt-sections');
    valueOf(argv, '--no-session-persistence');
    assert.deepEqual(files, [
      { name: 'agents.json', text: '{"reviewer":{"description":"Reviews","prompt":"Review."}}' },
      { name: 'append-system-prompt.md', text: '--not-a-flag' },
    ]);
  });
}

test('without options there is none of their flags and no file', () => {
  const { argv, files } = launch(launchRequest({}));
  assert.deepEqual(files, []);
  assert.ok(!argv.some((arg) => ['--tools', '--mcp-config', '--strict-mcp-config', '--max-turns'].includes(arg)));
});

for (const policy of policies) {
  test(`${policy}: allowed tools are those that there are, and none of them is allowed beyond the policy (G 42)`, () => {
    const { argv, limits } = launch(launchRequest({ allowedTools: ['Read', 'Bash(git *)', 'Bash(ls)'] }, policy));
    assert.equal(valueOf(argv, '--tools'), 'Read,Bash');
    valueOf(argv, '--strict-mcp-config');
    assert.ok(!argv.some((arg) => /^--allowed-?tools/i.test(arg)));
    assert.match(limits.join(' '), /Bash\(git \*\), Bash\(ls\)/);
    const none = launch(launchRequest({ allowedTools: [] }, policy));
    assert.equal(valueOf(none.argv, '--tools'), '');
    valueOf(none.argv, '--strict-mcp-config');
  });
}

test('tools of servers among the allowed ones keep the servers', () => {
  const { argv } = launch(launchRequest({ allowedTools: ['mcp__docs__search'] }));
  assert.equal(valueOf(argv, '--tools'), '');
  assert.ok(!argv.includes('--strict-mcp-config'));
});

test('disallowed tools stand beside those that the policy forbids', () => {
  const { argv } = launch(launchRequest({ disallowedTools: ['WebFetch', 'Bash(rm *)'] }, 'read-only'));
  const forbidden = (valueOf(argv, '--disallowedTools') ?? '').split(',');
  for (const name of ['Write', 'Edit', 'WebFetch', 'Bash(rm *)']) assert.ok(forbidden.includes(name), name);
});

test('servers are a private file of the run and nothing else; [] is none (G 58)', () => {
  const added = { name: 'added', command: 'node', args: ['server.mjs'], env: { KEY: 'secret' } } as const;
  const remote = { name: 'remote', url: 'https://example.org/mcp', headers: { Authorization: 'secret' } } as const;
  const mcp = { own: { docs: { command: 'docs' } }, unwanted: ['other'] };
  const { argv, files } = launch(launchRequest({ mcpServers: ['docs', added, remote] }, 'full', { mcp }));
  assert.equal(valueOf(argv, '--mcp-config'), file('mcp.json'));
  valueOf(argv, '--strict-mcp-config');
  assert.deepEqual(JSON.parse(files?.[0]?.text ?? ''), {
    mcpServers: {
      docs: { command: 'docs' },
      added: { type: 'stdio', command: 'node', args: ['server.mjs'], env: { KEY: 'secret' } },
      remote: { type: 'http', url: 'https://example.org/mcp', headers: { Authorization: 'secret' } },
    },
  });
  assert.ok(!argv.join(' ').includes('secret'));
  for (const options of [{ mcpServers: [] }, { strictMcpConfig: true }]) {
    const none = launch(launchRequest(options));
    valueOf(none.argv, '--strict-mcp-config');
    assert.ok(!none.argv.includes('--mcp-config'));
  }
});

test("configured servers are the user's and those of the folder in the user's file", () => {
  const [place] = claudeMcpPlaces({ env: { HOME: '/home/dev' }, cwd: '/code' });
  assert.equal(place?.path, '/home/dev/.claude.json');
  const settings = {
    mcpServers: { a: 1 },
    projects: { '/code': { mcpServers: { b: 2 } }, '/else': { mcpServers: { c: 3 } } },
  };
  assert.deepEqual(place?.servers(settings), { a: 1, b: 2 });
});

test('a schema that no command line holds is refused', () => {
  assert.throws(() => checkClaudeOptions({ outputSchema: { description: 'x'.repeat(200_000) } }), /outputSchema/);
});
