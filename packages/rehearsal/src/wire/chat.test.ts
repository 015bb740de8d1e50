import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectOf, objectsOf, stringOf, type JsonObject } from '../shape.ts';
import { chatRequest, chunksOf, firstOf, post, postUntilBroken, startServer, type Reply } from '../test/ask.ts';
import { OPENCODE_TOOLS } from '../test/tools.ts';
import type { RehearsalServer } from '../rehearsal.ts';

const SCENARIO = {
  rules: [
    {
      steps: [
        { reason: 'I ponder this.' },
        { say: 'Here it comes.' },
        { tool: { kind: 'shell' as const, command: 'ls' } },
        { tool: { kind: 'shell' as const, command: 'pwd' } },
        { usage: { input: 100, cached: 70, output: 20, reasoning: 5 } },
      ],
    },
  ],
};
const TOOLS = { tools: OPENCODE_TOOLS };
const USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 70, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 5, audio_tokens: 0 },
};

function ask(server: RehearsalServer, text: string, more: object = {}): Promise<Reply> {
  return post(`${server.openaiUrl}/chat/completions`, chatRequest(text, more));
}

function messageOf(json: JsonObject): JsonObject {
  return objectOf(firstOf(json)['message']);
}

test('the chunks of a stream add up to the answer, its tool calls and its usage', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { body } = await ask(server, 'x', { ...TOOLS, stream_options: { include_usage: true } });
  assert.ok(body.endsWith('data: [DONE]\n\n'));
  const chunks = chunksOf(body);
  assert.deepEqual(new Set(chunks.map(({ object }) => object)), new Set(['chat.completion.chunk']));
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  const deltas = chunks.map((chunk) => objectOf(firstOf(chunk)['delta']));
  assert.equal(deltas[0]?.['role'], 'assistant');
  const joined = (field: string): string => deltas.map((delta) => stringOf(delta[field])).join('');
  assert.equal(joined('reasoning_content'), 'I ponder this.');
  assert.equal(joined('content'), 'Here it comes.');

  const calls = deltas.flatMap((delta) => objectsOf(delta['tool_calls']));
  const begun = calls.filter((call) => 'id' in call);
  assert.deepEqual(
    begun.map((call) => [call['index'], call['type'], objectOf(call['function'])['name']]),
    [
      [0, 'function', 'bash'],
      [1, 'function', 'bash'],
    ],
  );
  const argumentsAt = (index: number): unknown =>
    JSON.parse(
      calls
        .flatMap((call) => (call['index'] === index ? stringOf(objectOf(call['function'])['arguments']) : []))
        .join(''),
    );
  assert.deepEqual([argumentsAt(0), argumentsAt(1)], [{ command: 'ls' }, { command: 'pwd' }]);

  assert.deepEqual(
    chunks.flatMap((chunk) => firstOf(chunk)['finish_reason'] ?? []),
    ['tool_calls'],
  );
  const last = chunks.at(-1);
  assert.deepEqual([last?.['choices'], last?.['usage']], [[], USAGE]);
});

test('token numbers come in a stream only when they are asked for', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { body } = await ask(server, 'x');
  assert.doesNotMatch(body, /"usage"/);
  assert.match(body, /"finish_reason":"tool_calls"|"finish_reason":"stop"/);
});

test('without stream the same answer comes as one completion', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { json } = await ask(server, 'x', { ...TOOLS, stream: false });
  const { content, reasoning_content, tool_calls } = messageOf(json);
  assert.deepEqual([content, reasoning_content], ['Here it comes.', 'I ponder this.']);
  assert.deepEqual(
    objectsOf(tool_calls).map((call) => objectOf(call['function'])),
    [
      { name: 'bash', arguments: '{"command":"ls"}' },
      { name: 'bash', arguments: '{"command":"pwd"}' },
    ],
  );
  assert.equal(json['object'], 'chat.completion');
  assert.equal(firstOf(json)['finish_reason'], 'tool_calls');
  assert.deepEqual(json['usage'], USAGE);
});

test('a request that switches thinking off gets none', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  for (const off of [{ thinking: { type: 'disabled' } }, { reasoning_effort: 'none' }]) {
    const { json } = await ask(server, 'x', { stream: false, ...off });
    assert.ok(!('reasoning_content' in messageOf(json)));
  }
});

test('a tool result leads to the next step of the same turn', async (t) => {
  const server = await startServer(t);
  const person = { role: 'user', content: [{ type: 'text', text: 'run `a` then run `b`' }] };
  const first = await ask(server, '', { ...TOOLS, stream: false, messages: [person] });
  const answer = messageOf(first.json);
  const [call] = objectsOf(answer['tool_calls']);
  const result = { role: 'tool', tool_call_id: call?.['id'], content: 'done a\n' };
  const second = await ask(server, '', { ...TOOLS, stream: false, messages: [person, answer, result] });
  assert.match(stringOf(messageOf(second.json)['content']), /done a[\s\S]*I will run `b`/);
  assert.deepEqual(
    server.requests.map(({ dialect, step }) => [dialect, step]),
    [
      ['chat', 0],
      ['chat', 1],
    ],
  );
});

test('a schema is answered with the smallest value that fits, and plain JSON with an object', async (t) => {
  const server = await startServer(t);
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 3 } }, required: ['n'] };
  for (const [format, expected] of [
    [{ type: 'json_schema', json_schema: { name: 'answer', schema } }, '{"n":3}'],
    [{ type: 'json_object' }, '{}'],
  ] as const) {
    const { json } = await ask(server, 'hello', { stream: false, response_format: format });
    assert.equal(messageOf(json)['content'], expected);
  }
});

test('an error after the stream has begun is a chunk of its own, without an end of the stream', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'half ' }, { error: { status: 500 } }] } });
  const { received } = await postUntilBroken(`${server.openaiUrl}/chat/completions`, chatRequest('x'));
  assert.equal(objectOf(chunksOf(received).at(-1)?.['error'])['type'], 'server_error');
  assert.doesNotMatch(received, /\[DONE\]/);
});

test("opencode's request for a title gets a title", async (t) => {
  const server = await startServer(t);
  const messages = [
    { role: 'system', content: 'You are a title generator. You output ONLY a thread title.' },
    { role: 'user', content: 'Generate a title for this conversation:\n' },
    { role: 'user', content: 'run `ls` please' },
  ];
  const { json } = await ask(server, '', { stream: false, messages });
  assert.equal(messageOf(json)['content'], 'Run ls please');
});
