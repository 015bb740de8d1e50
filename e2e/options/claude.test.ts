// Claude's own options with the real program: what its model is asked, and what its processes leave.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentOptions } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { ParleyOptions, ParleyUnderTest } from '../harness/parley.ts';
import { toolServer } from './servers.ts';
import type { Asked } from './servers.ts';

interface Stage {
  readonly parley: ParleyUnderTest;
  readonly asked: Asked[];
  readonly session: (options: AgentOptions) => ReturnType<ParleyUnderTest['session']>;
}

async function open(t: TestContext, more: ParleyOptions = {}): Promise<Stage> {
  const parley = await openParley(t, { agents: ['claude'], ...more });
  const asked: Asked[] = [];
  parley.models.on('request', ({ tools }, body) => {
    if (tools !== undefined) asked.push({ tools, body: JSON.stringify(body) });
  });
  const session = (options: AgentOptions) =>
    parley.client.createSession({ agent: 'claude', cwd: parley.work, policy: 'full', options });
  return { parley, asked, session };
}

test('claude: a system prompt of our own arrives, and allowedTools [] leaves no tool (G 42)', async (t) => {
  const { parley, asked, session } = await open(t);
  const { id } = await session({ systemPrompt: 'You are a PARROT.', allowedTools: [] });
  const turn = await parley.ask(id, 'say "hello"');
  assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
  assert.ok(asked.length > 0);
  for (const { tools, body } of asked) {
    assert.match(body, /You are a PARROT\./);
    assert.deepEqual(tools, []);
  }
});

test('claude: allowed tools are those that there are; words after the system prompt arrive', async (t) => {
  const { parley, asked, session } = await open(t);
  const { id } = await session({ allowedTools: ['Read', 'Bash(git *)'], appendSystemPrompt: 'Be a PARROT.' });
  assert.equal((await parley.ask(id, 'say "hello"')).state, 'completed');
  assert.deepEqual(asked[0]?.tools.toSorted(), ['Bash', 'Read']);
  assert.match(asked[0]?.body ?? '', /Be a PARROT\./);
});

test('claude: two requests at once have each its own servers and nothing else; [] is none (G 58)', async (t) => {
  const { parley, asked, session } = await open(t, {
    home: {
      '.claude.json': JSON.stringify({ mcpServers: { usual: toolServer('usual'), other: toolServer('other') } }),
    },
  });
  const lists = [['usual', toolServer('one')], [toolServer('two')], []] as const;
  const allowedTools = ['mcp__all'];
  const sessions = await Promise.all(lists.map((mcpServers) => session({ mcpServers, allowedTools })));
  await Promise.all(sessions.map(({ id }, place) => parley.ask(id, `say "number ${place}"`)));
  const toolsOf = (place: number) =>
    asked
      .find(({ body }) => body.includes(`number ${place}`))
      ?.tools.filter((name) => name.startsWith('mcp__'))
      .toSorted();
  assert.deepEqual(toolsOf(0), ['mcp__one__hello_one', 'mcp__usual__hello_usual']);
  assert.deepEqual(toolsOf(1), ['mcp__two__hello_two']);
  assert.deepEqual(toolsOf(2), []);
  await assert.rejects(session({ mcpServers: ['nope'] }), /"nope".*other, usual/);
});

test('claude: the answer keeps the schema (outputSchema)', async (t) => {
  const { parley, session } = await open(t);
  const properties = { name: { type: 'string' } };
  const { id } = await session({ outputSchema: { type: 'object', properties, required: ['name'] } });
  const turn = await parley.ask(id, 'say "hello"');
  assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
  assert.deepEqual(JSON.parse(turn.answer ?? ''), { name: '' });
});

test('claude: beyond maxTurns the turn fails and says so', async (t) => {
  const { parley, session } = await open(t);
  const { id } = await session({ maxTurns: 1 });
  const turn = await parley.ask(id, 'run `true`');
  assert.equal(turn.state, 'failed');
  assert.equal(turn.error?.code, 'step_limit');
});

test('claude: files of a run are private and gone when it is (G 11)', async (t) => {
  const { parley, session } = await open(t);
  const runs = join(parley.root, 'state', 'runs');
  const { id } = await session({ appendSystemPrompt: 'Be a PARROT.' });
  await parley.ask(id, 'say "hello"');
  const [run = ''] = readdirSync(runs);
  assert.deepEqual(readdirSync(join(runs, run, 'files')), ['append-system-prompt.md'], 'it is still warm');
  await parley.client.deleteSession(id);
  assert.equal(existsSync(join(runs, run)), false);
});
