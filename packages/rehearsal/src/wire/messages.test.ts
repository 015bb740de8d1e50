import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectOf, objectsOf, stringOf } from '../shape.ts';
import { eventsOf, messagesRequest, post, startServer, textOf, typesOf } from '../test/ask.ts';
import { CLAUDE_TOOLS } from '../test/tools.ts';

const SCENARIO = {
  rules: [
    {
      steps: [
        { reason: 'I ponder this.' },
        { say: 'Here it comes.' },
        { tool: { kind: 'shell' as const, command: 'ls' } },
        { usage: { input: 100, cached: 70, cacheWrite: 10, output: 20 } },
      ],
    },
  ],
};
const TOOLS = { tools: CLAUDE_TOOLS };

test('a stream is the whole event sequence of the vendor', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { body } = await post(`${server.anthropicUrl}/v1/messages?beta=true`, messagesRequest('x', TOOLS));
  const events = eventsOf(body);
  assert.deepEqual(typesOf(events), [
    'message_start',
    'ping',
    ...Array.from({ length: 3 }, () => ['content_block_start', 'content_block_delta', 'content_block_stop']).flat(),
    'message_delta',
    'message_stop',
  ]);
  assert.deepEqual(
    events
      .filter(({ type }) => type === 'content_block_start')
      .map((event) => [event['index'], objectOf(event['content_block'])['type']]),
    [
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
    ],
  );
  const deltas = events.filter(({ type }) => type === 'content_block_delta').map((event) => objectOf(event['delta']));
  const joined = (field: string): string => deltas.map((delta) => stringOf(delta[field])).join('');
  assert.equal(joined('thinking'), 'I ponder this.');
  assert.notEqual(joined('signature'), '');
  assert.equal(joined('text'), 'Here it comes.');
  assert.equal(objectOf(JSON.parse(joined('partial_json')))['command'], 'ls');
  const end = events.find(({ type }) => type === 'message_delta');
  assert.equal(objectOf(end?.['delta'])['stop_reason'], 'tool_use');
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = objectOf(
    end?.['usage'],
  );
  assert.deepEqual(
    [input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens],
    [20, 70, 10, 20],
  );
});

test('without stream the same answer comes as one message', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { json } = await post(`${server.anthropicUrl}/v1/messages`, messagesRequest('x', { ...TOOLS, stream: false }));
  assert.deepEqual(
    objectsOf(json['content']).map(({ type }) => type),
    ['thinking', 'text', 'tool_use'],
  );
  assert.equal(textOf(json), 'Here it comes.');
  assert.equal(json['stop_reason'], 'tool_use');
});

test('a request that switches thinking off gets none', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { json } = await post(
    `${server.anthropicUrl}/v1/messages`,
    messagesRequest('x', { stream: false, thinking: { type: 'disabled' } }),
  );
  assert.equal(objectsOf(json['content'])[0]?.['type'], 'text');
});

test('tokens are counted and a schema is answered', async (t) => {
  const server = await startServer(t);
  const counted = await post(`${server.anthropicUrl}/v1/messages/count_tokens?beta=true`, messagesRequest('hello'));
  assert.ok(Number(counted.json['input_tokens']) > 5);
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 3 } }, required: ['n'] };
  const asked = messagesRequest('hello', { stream: false, output_config: { format: { type: 'json_schema', schema } } });
  assert.equal(textOf((await post(`${server.anthropicUrl}/v1/messages`, asked)).json), '{"n":3}');
});
