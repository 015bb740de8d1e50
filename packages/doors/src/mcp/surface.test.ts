// What the server shows of itself, by itself: whatever is added has to keep to these rules.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, kinds, until } from './test/connect.ts';
import type { FakeTurn } from './test/fake-daemon.ts';

interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Schema;
  readonly outputSchema?: Schema;
  readonly annotations?: Readonly<Record<string, unknown>>;
}
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly additionalProperties?: unknown;
}

for (const kind of kinds) {
  test(`${kind}: every tool has a title, a description, annotations, a closed input and an output schema (G 1)`, async (t) => {
    const { listTools } = await connect(t, { kind });
    const tools = (await listTools()) as readonly ListedTool[];
    assert.ok(tools.length > 30);
    assert.deepEqual(
      tools.map(({ name }) => name),
      [...new Set(tools.map(({ name }) => name))],
    );
    for (const { name, title, description = '', inputSchema, outputSchema, annotations = {} } of tools) {
      assert.match(name, /^[a-z][a-z0-9_]{2,63}$/);
      assert.ok((title ?? '') !== '', `${name} has a title`);
      assert.ok(description.length > 10 && description.length < 700, `${name} is described`);
      assert.equal(inputSchema.type, 'object', name);
      assert.equal(inputSchema.additionalProperties, false, `${name} refuses what it does not know`);
      assert.equal(outputSchema?.type, 'object', `${name} has an output schema`);
      for (const hint of ['readOnlyHint', 'openWorldHint'])
        assert.equal(typeof annotations[hint], 'boolean', `${name} says ${hint}`);
      if (annotations['readOnlyHint'] === false)
        assert.equal(typeof annotations['destructiveHint'], 'boolean', `${name} says destructiveHint`);
    }
  });

  test(`${kind}: every resource in the list can be read; what there is none of is an error`, async (t) => {
    const { call, request } = await connect(t, { kind });
    await call('codex_request', { prompt: 'x' });
    const { resources } = (await request('resources/list')) as {
      readonly resources: readonly { readonly uri: string }[];
    };
    const uris = resources.map(({ uri }) => uri);
    for (const wanted of [
      'sessions://all',
      'sessions://codex',
      'models://claude',
      'metrics://process-health',
      'skills://async-jobs',
    ])
      assert.ok(uris.includes(wanted), wanted);
    for (const uri of uris.filter((one) => one !== 'metrics://performance')) {
      const { contents } = (await request('resources/read', { uri })) as {
        readonly contents: readonly [{ readonly text: string; readonly mimeType: string }];
      };
      if (contents[0].mimeType === 'application/json') JSON.parse(contents[0].text);
      assert.ok(contents[0].text.length > 1, uri);
    }
    for (const uri of [
      'jobs://trn_none',
      'jobs://garbage',
      'consultations://con_none',
      'skills://none',
      'metrics://none',
      'other://none',
    ])
      await assert.rejects(request('resources/read', { uri }), { code: -32_602 }, uri);
  });

  test(`${kind}: arguments of prompts and variables of resources are completed`, async (t) => {
    const { request } = await connect(t, { kind });
    const complete = async (ref: object, argument: object) =>
      (await request('completion/complete', { ref, argument }))['completion'];
    assert.partialDeepStrictEqual(
      await complete({ type: 'ref/prompt', name: 'delegate' }, { name: 'agent', value: 'c' }),
      { values: ['claude', 'codex'] },
    );
    assert.partialDeepStrictEqual(
      await complete({ type: 'ref/prompt', name: 'second-opinion' }, { name: 'agents', value: 'claude,co' }),
      { values: ['claude,codex'] },
    );
    assert.partialDeepStrictEqual(
      await complete({ type: 'ref/resource', uri: 'models://{cli}' }, { name: 'cli', value: 'op' }),
      { values: ['opencode'] },
    );
  });

  test(`${kind}: each prompt becomes words that name what was given`, async (t) => {
    const { request, listTools } = await connect(t, { kind });
    const names = new Set((await listTools()).map(({ name }) => name));
    const { prompts } = (await request('prompts/list')) as {
      readonly prompts: readonly { readonly name: string; readonly description?: string }[];
    };
    assert.deepEqual(
      prompts.map(({ name }) => name),
      ['second-opinion', 'red-team', 'review-changes', 'delegate'],
    );
    const given = {
      question: 'Why 42?',
      subject: 'A plan',
      task: 'Tidy up',
      agent: 'codex',
      agents: 'kimi',
      folder: '/code',
    };
    for (const { name } of prompts) {
      const { messages } = (await request('prompts/get', { name, arguments: given })) as {
        readonly messages: readonly [{ readonly content: { readonly text: string } }];
      };
      const [{ content }] = messages;
      assert.match(content.text, /\/code/);
      for (const [tool] of content.text.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g))
        if (!tool.startsWith('_request')) assert.ok(names.has(tool), `${name} names ${tool}`);
    }
  });
}

for (const kind of ['2025-11-25', 'sdk 1'] as const) {
  test(`${kind}: what the agent warns of goes to the client's log, from the level on that it has set`, async (t) => {
    const { call, daemon, request, told } = await connect(t, { kind });
    daemon.play = (turn: FakeTurn) => {
      turn.emit({ type: 'notice', turnId: turn.id, level: 'warning', code: 'late', text: 'It is getting late.' });
      turn.complete('Done.');
    };
    await request('logging/setLevel', { level: 'warning' });
    await call('codex_request', { prompt: 'x' });
    await until(told, () => told.logs.length > 0);
    assert.deepEqual(
      told.logs.map(({ level }) => level),
      ['warning'],
    );
    assert.match(JSON.stringify(told.logs[0]?.data), /It is getting late/);
    await request('logging/setLevel', { level: 'emergency' });
    await call('codex_request', { prompt: 'x' });
    assert.equal(told.logs.length, 1);
  });

  test(`${kind}: who has looked at the list of resources is told when the jobs in it are others`, async (t) => {
    const { call, daemon, request, told } = await connect(t, { kind });
    await request('resources/list');
    await request('resources/list');
    daemon.play = () => {};
    await call('codex_request_async', { prompt: 'x' });
    await until(told, () => told.listChanged > 0);
    const { resources } = (await request('resources/list')) as {
      readonly resources: readonly { readonly uri: string }[];
    };
    assert.equal(resources.filter(({ uri }) => uri.startsWith('jobs://')).length, 1);
  });
}

test('2026-07-28: a request is told what goes to the log only when it says from which level on', async (t) => {
  const { call, daemon, told, rawRequest } = await connect(t, { kind: '2026-07-28' });
  daemon.play = (turn: FakeTurn) => {
    turn.emit({ type: 'notice', turnId: turn.id, level: 'warning', code: 'late', text: 'It is getting late.' });
    turn.complete('Done.');
  };
  await call('codex_request', { prompt: 'x' });
  assert.deepEqual(told.logs, []);
  const _meta = { 'io.modelcontextprotocol/logLevel': 'warning' };
  await rawRequest('tools/call', { name: 'codex_request', arguments: { prompt: 'x' }, _meta });
  await until(told, () => told.logs.length > 0);
  assert.deepEqual(
    told.logs.map(({ level }) => level),
    ['warning'],
  );
});
