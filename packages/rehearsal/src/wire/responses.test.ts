import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectOf, objectsOf } from '../shape.ts';
import { eventsOf, post, responsesRequest, startServer, textOf, typesOf } from '../test/ask.ts';
import { CODEX_PATCH, CODEX_SHELL } from '../test/tools.ts';

const SCENARIO = {
  rules: [
    {
      steps: [
        { reason: 'I ponder this.' },
        { say: 'Here it comes: ' },
        { say: 'text.' },
        { tool: { kind: 'shell' as const, command: 'ls' } },
        { tool: { name: 'apply_patch', args: '*** Begin Patch' } },
        { usage: { input: 100, cached: 80, output: 20, reasoning: 5 } },
      ],
    },
  ],
};
const TOOLS = { tools: [CODEX_SHELL, CODEX_PATCH] };

test('a stream is the whole event sequence of the vendor', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { headers, body } = await post(`${server.openaiUrl}/responses`, responsesRequest('x', TOOLS));
  assert.match(headers.get('content-type') ?? '', /^text\/event-stream/);
  const events = eventsOf(body);
  assert.deepEqual(typesOf(events), [
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.reasoning_summary_part.added',
    'response.reasoning_summary_text.delta',
    'response.reasoning_summary_text.done',
    'response.reasoning_summary_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.custom_tool_call_input.delta',
    'response.custom_tool_call_input.done',
    'response.output_item.done',
    'response.completed',
  ]);
  assert.deepEqual(
    events.map((event) => event['sequence_number']),
    events.map((_, index) => index),
  );
});

test('the pieces of a stream add up to the items of the completed response', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const events = eventsOf((await post(`${server.openaiUrl}/responses`, responsesRequest('x', TOOLS))).body);
  const added = (type: string): string =>
    events
      .filter((event) => event['type'] === type)
      .map((event) => event['delta'])
      .join('');
  const completed = objectOf(events.at(-1)?.['response']);
  const [reasoning, message, call, patch] = objectsOf(completed['output']);
  assert.equal(objectsOf(reasoning?.['summary'])[0]?.['text'], 'I ponder this.');
  assert.equal(added('response.reasoning_summary_text.delta'), 'I ponder this.');
  assert.equal(objectsOf(message?.['content'])[0]?.['text'], 'Here it comes: text.');
  assert.equal(added('response.output_text.delta'), 'Here it comes: text.');
  assert.deepEqual(JSON.parse(String(call?.['arguments'])), { cmd: 'ls', yield_time_ms: 30_000 });
  assert.equal(added('response.function_call_arguments.delta'), call?.['arguments']);
  assert.equal(patch?.['type'], 'custom_tool_call');
  assert.equal(patch['input'], '*** Begin Patch');
  assert.deepEqual(completed['usage'], {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 80, cache_write_tokens: 0 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 120,
  });
});

test('without stream the same answer comes as one response', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { json, headers } = await post(
    `${server.openaiUrl}/responses`,
    responsesRequest('x', { ...TOOLS, stream: false }),
  );
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(json['status'], 'completed');
  assert.deepEqual(
    objectsOf(json['output']).map((item) => item['type']),
    ['reasoning', 'message', 'function_call', 'custom_tool_call'],
  );
  assert.equal(textOf(json), 'Here it comes: text.');
});

test('a plain string is an input, and a tool of a namespace keeps it', async (t) => {
  const group = {
    type: 'namespace',
    name: 'agents',
    tools: [{ type: 'function', name: 'spawn', parameters: { type: 'object', properties: {} } }],
  };
  const server = await startServer(t, {
    scenario: { rules: [{ when: 'spawn', steps: [{ tool: { name: 'agents.spawn', args: {} } }] }] },
  });
  const { json } = await post(`${server.openaiUrl}/responses`, { model: 'm', input: 'spawn it', tools: [group] });
  const [call] = objectsOf(json['output']);
  assert.equal(call?.['name'], 'spawn');
  assert.equal(call['namespace'], 'agents');
});

test('the part of a conversation that was answered before counts as cached', async (t) => {
  const server = await startServer(t);
  const ask = async (input: readonly object[]): Promise<number> => {
    const { json } = await post(`${server.openaiUrl}/responses`, { model: 'm', input });
    return Number(objectOf(objectOf(json['usage'])['input_tokens_details'])['cached_tokens']);
  };
  const first = { role: 'user', content: 'say "a"' };
  assert.equal(await ask([first]), 0);
  assert.ok(
    (await ask([
      first,
      { role: 'assistant', content: [{ type: 'output_text', text: 'a' }] },
      { role: 'user', content: 'say "b"' },
    ])) > 20,
  );
});
