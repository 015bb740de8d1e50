// Codex's own options with the real program, both ways of speaking to it.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AgentOptions } from '@parley/schema';
import { openParley } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { toolServer } from './servers.ts';
import type { Asked } from './servers.ts';

/** One pixel. */
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const outputSchema = {
  type: 'object',
  properties: { parrot: { type: 'string' } },
  required: ['parrot'],
  additionalProperties: false,
};

async function open(t: TestContext): Promise<{ readonly parley: ParleyUnderTest; readonly asked: Asked[] }> {
  const parley = await openParley(t, { agents: ['codex'] });
  const asked: Asked[] = [];
  parley.models.on('request', ({ tools }, body) => {
    if (tools !== undefined) asked.push({ tools, body: JSON.stringify(body) });
  });
  return { parley, asked };
}

for (const mode of ['app-server', 'exec']) {
  test(`codex ${mode}: schema, picture, search and entries of the configuration arrive at the model`, async (t) => {
    const { parley, asked } = await open(t);
    const image = join(parley.root, 'a.png');
    await writeFile(image, Buffer.from(picture, 'base64'));
    const options: AgentOptions = {
      outputSchema,
      images: [image],
      search: true,
      configOverrides: { model_verbosity: 'low' },
    };
    const { id } = await parley.client.createSession({
      agent: 'codex',
      cwd: parley.work,
      policy: 'edit',
      mode,
      options,
    });
    const turn = await parley.ask(id, 'say "hello"');
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.deepEqual(JSON.parse(turn.answer ?? ''), { parrot: '' });
    const body = asked[0]?.body ?? '';
    for (const words of ['"json_schema"', 'input_image', '"external_web_access":true', '"verbosity":"low"'])
      assert.ok(body.includes(words), words);
    assert.equal((await parley.ask(id, 'say "again"')).state, 'completed');
    assert.equal(body.split('"input_image"').length, 2);
    assert.equal(asked.at(-1)?.body.split('"input_image"').length, 2, 'the picture was sent once');
  });

  test(`codex ${mode}: an ephemeral conversation has no id to come back to, and the session goes on all the same`, async (t) => {
    const { parley } = await open(t);
    const options = { ephemeral: true };
    const { id } = await parley.client.createSession({
      agent: 'codex',
      cwd: parley.work,
      policy: 'edit',
      mode,
      options,
    });
    for (const word of ['one', 'two'])
      assert.match((await parley.ask(id, `say "${word}"`)).answer ?? '', new RegExp(word));
    assert.equal((await parley.client.session(id)).threadId, undefined);
  });
}

test('codex: an option of another mode only takes that mode; a system prompt of our own arrives', async (t) => {
  const { parley, asked } = await open(t);
  const make = (options: AgentOptions) =>
    parley.client.createSession({ agent: 'codex', cwd: parley.work, policy: 'edit', options });
  const exec = await make({ ignoreRules: true, ignoreUserConfig: true });
  assert.equal(exec.mode, 'exec');
  assert.equal((await parley.ask(exec.id, 'say "hello"')).state, 'completed');
  const { id } = await make({ systemPrompt: 'You are a PARROT.' });
  assert.equal((await parley.ask(id, 'say "hello"')).state, 'completed');
  assert.match(asked.at(-1)?.body ?? '', /You are a PARROT\./);
});

test('codex: two requests at once have each its own servers and nothing else (G 58)', async (t) => {
  const { parley } = await open(t);
  const notes = join(parley.root, 'notes');
  await writeFile(notes, '');
  const ask = async (names: readonly string[]): Promise<void> => {
    const options = { mcpServers: names.map((name) => toolServer(name, notes)) };
    const { id } = await parley.client.createSession({ agent: 'codex', cwd: parley.work, policy: 'full', options });
    assert.equal((await parley.ask(id, 'say "hello"')).state, 'completed');
  };
  await Promise.all([ask(['one', 'two']), ask(['three']), ask([])]);
  const byAgent = new Map<string, string[]>();
  for (const line of (await readFile(notes, 'utf8')).trim().split('\n')) {
    const [agent = '', name = ''] = line.split(' ');
    byAgent.set(agent, [...(byAgent.get(agent) ?? []), name].toSorted());
  }
  assert.deepEqual([...byAgent.values()].map(String).toSorted(), ['one,two', 'three']);
});
