// Gemini's and OpenCode's own options with the real programs: which tools their models are offered.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentOptions, Policy } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { subjects } from '../grid/subjects.ts';
import { toolServer } from './servers.ts';
import type { Asked } from './servers.ts';

interface Stage {
  readonly parley: ParleyUnderTest;
  /** One turn in a new session, and what the model was offered and asked in it. */
  readonly ask: (options: AgentOptions, policy: Policy, text?: string) => Promise<readonly Asked[]>;
}

async function open(t: TestContext, agent: string, mode: string): Promise<Stage> {
  const subject = subjects.find((one) => one.agent === agent && one.mode === mode);
  assert.ok(subject !== undefined);
  const servers = { usual: toolServer('usual'), other: toolServer('other') };
  const home = Object.entries(subject.home ?? {}).map(([path, text]) => {
    const settings: unknown = JSON.parse(text);
    return [path, JSON.stringify({ ...Object(settings), mcpServers: servers })] as const;
  });
  const parley = await openParley(t, {
    agents: [],
    programs: (agents) => ({ [agent]: subject.command(agents) }),
    configWith: (models) => `[agents."${agent}"]\nmode = "${mode}"\n${subject.config(models)}`,
    home: Object.fromEntries(home),
  });
  const asked: Asked[] = [];
  parley.models.on('request', ({ tools }, body) => {
    if (tools !== undefined) asked.push({ tools, body: JSON.stringify(body) });
  });
  return {
    parley,
    async ask(options, policy, text = 'say "hello"') {
      asked.length = 0;
      const { id } = await parley.client.createSession({ agent, cwd: parley.work, policy, options });
      const turn = await parley.ask(id, text);
      assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
      await parley.client.deleteSession(id);
      return asked.filter(({ body }) => body.includes('hello'));
    },
  };
}

const offered = (asked: readonly Asked[]): readonly string[] =>
  [...new Set(asked.flatMap(({ tools }) => tools))].toSorted();

test('gemini acp: tools and servers are those that were named (G 42, G 58)', async (t) => {
  const { ask } = await open(t, 'gemini', 'acp');
  for (const policy of ['ask', 'full'] as const) {
    assert.deepEqual(offered(await ask({ allowedTools: [] }, policy)), []);
    assert.deepEqual(offered(await ask({ allowedTools: ['read_file', 'write_file'] }, policy)), [
      'read_file',
      'write_file',
    ]);
  }
  const servers = (names: readonly string[]) => names.filter((name) => name.includes('hello_'));
  const list = ['usual', toolServer('one')];
  assert.deepEqual(servers(offered(await ask({ mcpServers: list }, 'full'))), [
    'mcp_one_hello_one',
    'mcp_usual_hello_usual',
  ]);
  assert.deepEqual(servers(offered(await ask({ mcpServers: [] }, 'full'))), []);
});

for (const mode of ['acp', 'print'])
  test(`gemini ${mode}: an attachment stands before the prompt and is read (G 17)`, async (t) => {
    const { ask, parley } = await open(t, 'gemini', mode);
    const file = join(parley.work, 'two words.txt');
    await writeFile(file, 'PARROTS ARE GREEN');
    const asked = await ask({ attachments: [file] }, 'full');
    assert.ok(asked.some(({ body }) => body.includes('PARROTS ARE GREEN')));
  });

test('opencode serve: tools are those that were named, and a system prompt of our own arrives (G 42)', async (t) => {
  const { ask } = await open(t, 'opencode', 'serve');
  assert.deepEqual(offered(await ask({ allowedTools: [] }, 'full')), []);
  const asked = await ask({ allowedTools: ['read', 'bash'], systemPrompt: 'You are a PARROT.' }, 'full');
  assert.deepEqual(offered(asked), ['bash', 'read']);
  assert.ok(asked.some(({ body }) => body.includes('You are a PARROT.')));
});
