import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createRehearsal } from './rehearsal.ts';
import { objectOf, stringOf } from './shape.ts';
import {
  eventsOf,
  get,
  messagesRequest,
  post,
  postUntilBroken,
  responsesRequest,
  startServer,
  textOf,
} from './test/ask.ts';

const ERRORS = [
  [401, 'authentication_error', 'invalid_api_key'],
  [429, 'rate_limit_error', 'rate_limit_exceeded'],
  [500, 'api_error', null],
  [503, 'api_error', 'server_is_overloaded'],
  [529, 'overloaded_error', null],
] as const;

for (const [status, type, code] of ERRORS) {
  test(`error ${status} comes in each vendor's own words`, async (t) => {
    const server = await startServer(t, { scenario: { rules: [{ steps: [{ error: { status, retryAfter: 7 } }] }] } });
    const anthropic = await post(`${server.anthropicUrl}/v1/messages`, messagesRequest('x'));
    assert.equal(anthropic.status, status);
    assert.equal(anthropic.headers.get('retry-after'), '7');
    assert.match(anthropic.headers.get('request-id') ?? '', /^req_/);
    assert.equal(anthropic.json['type'], 'error');
    assert.equal(objectOf(anthropic.json['error'])['type'], type);
    const openai = await post(`${server.openaiUrl}/responses`, responsesRequest('x'));
    assert.equal(openai.status, status);
    assert.equal(objectOf(openai.json['error'])['code'], code);
  });
}

test('an error may have its own words and no Retry-After', async (t) => {
  const error = {
    status: 429,
    code: 'insufficient_quota',
    type: 'insufficient_quota',
    message: 'You exceeded your quota.',
  };
  const server = await startServer(t, { scenario: { default: [{ error }] } });
  const { headers, json } = await post(`${server.openaiUrl}/responses`, responsesRequest('x'));
  assert.equal(headers.get('retry-after'), null);
  assert.deepEqual(json, { error: { message: error.message, type: error.type, param: null, code: error.code } });
});

test('after the stream has begun an error is an event of the stream', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'half' }, { error: { status: 529 } }] } });
  const anthropic = eventsOf((await post(`${server.anthropicUrl}/v1/messages`, messagesRequest('x'))).body).at(-1);
  assert.equal(anthropic?.['type'], 'error');
  const openai = eventsOf((await post(`${server.openaiUrl}/responses`, responsesRequest('x'))).body).at(-1);
  assert.equal(openai?.['type'], 'response.failed');
});

test('a cut stream loses its connection after so many pieces, and what was sent has arrived', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ cut: 2 }, { say: 'one two three four' }] } });
  const { received, error } = await postUntilBroken(`${server.openaiUrl}/responses`, responsesRequest('x'));
  assert.ok(error instanceof Error);
  assert.equal(
    eventsOf(received)
      .map((event) => stringOf(event['delta']))
      .join(''),
    'one two ',
  );
});

test('a cut before anything leaves no more than a beginning', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ cut: true }] } });
  const { received, error } = await postUntilBroken(`${server.anthropicUrl}/v1/messages`, messagesRequest('x'));
  assert.ok(error instanceof Error);
  assert.equal(eventsOf(received)[0]?.['type'], 'message_start');
});

test('a stalled stream stays open and silent until the client leaves', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'half ' }, { stall: true }, { say: 'never' }] } });
  const client = new AbortController();
  const response = await fetch(`${server.openaiUrl}/responses`, {
    method: 'POST',
    body: JSON.stringify(responsesRequest('x')),
    signal: client.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('half')) text += (await reader?.read())?.value ?? '';
  const left = once(server, 'answer');
  client.abort();
  assert.equal((await left)[1], 'left');
});

test('a hanging request gets not even headers', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ hang: true }] } });
  const arrived = once(server, 'request');
  const broken = postUntilBroken(`${server.openaiUrl}/responses`, responsesRequest('x'));
  await arrived;
  await server.close();
  assert.equal((await broken).headers, undefined);
});

test('a short stall goes on by itself', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'a' }, { stall: { forMs: 1 } }, { say: 'b' }] } });
  const { json } = await post(`${server.openaiUrl}/responses`, responsesRequest('x', { stream: false }));
  assert.equal(textOf(json), 'ab');
});

test('an answer waits at a gate until it is opened, by call or by HTTP', async (t) => {
  const server = await startServer(t, {
    scenario: { default: [{ say: 'a' }, { gate: 'one' }, { say: 'b' }, { gate: 'two' }, { say: 'c' }] },
  });
  const answer = post(`${server.openaiUrl}/responses`, responsesRequest('x'));
  await server.reached('one');
  server.open('one');
  await server.reached('two');
  const state = async (): Promise<unknown> => JSON.parse((await get(`${server.url}/rehearsal/gates/two`)).body);
  assert.deepEqual(await state(), { gate: 'two', open: false, waiting: 1 });
  await get(`${server.url}/rehearsal/gates/two`, {}, 'POST');
  const deltas = eventsOf((await answer).body).map((event) => stringOf(event['delta']));
  assert.equal(deltas.join(''), 'abc');
  assert.deepEqual(await state(), { gate: 'two', open: true, waiting: 0 });
  // Open once is open for all that come later, until it is shut.
  await post(`${server.openaiUrl}/responses`, responsesRequest('x'));
  server.shut('one');
  const third = post(`${server.openaiUrl}/responses`, responsesRequest('x'));
  await server.reached('one');
  server.open('one');
  await third;
});

test('a client that leaves a gate no longer waits at it', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ gate: 'never' }] } });
  const client = new AbortController();
  const answer = fetch(`${server.openaiUrl}/responses`, {
    method: 'POST',
    body: JSON.stringify(responsesRequest('x')),
    signal: client.signal,
  });
  await server.reached('never');
  const left = once(server, 'answer');
  client.abort();
  await assert.rejects(answer);
  await left;
  assert.match((await get(`${server.url}/rehearsal/gates/never`)).body, /"waiting":0/);
});

test('the conversation alone decides the answer: another server goes on where the first stopped', async (t) => {
  const [first, second] = [await startServer(t), await startServer(t)];
  const tools = [
    {
      type: 'function',
      name: 'shell_command',
      parameters: { type: 'object', properties: { command: { type: 'string' } } },
    },
  ];
  const person = { role: 'user', content: 'run `a` then run `b`' };
  const one = await post(`${first.openaiUrl}/responses`, { model: 'm', tools, input: [person] });
  const output = Array.isArray(one.json['output']) ? one.json['output'] : [];
  const call = objectOf(output.at(-1));
  await first.close();
  const result = { type: 'function_call_output', call_id: call['call_id'], output: 'Exit code: 0\nOutput:\ndone a' };
  const two = await post(`${second.openaiUrl}/responses`, { model: 'm', tools, input: [person, ...output, result] });
  assert.match(textOf(two.json), /done a[\s\S]*I will run `b`/);
});

test('what arrived is logged without credentials, and told with its body', async (t) => {
  const server = await startServer(t);
  const told = once(server, 'request');
  await post(`${server.anthropicUrl}/v1/messages?beta=true`, messagesRequest('say "hi"'), {
    'x-api-key': 'secret',
    authorization: 'Bearer secret',
  });
  const [request, body] = await told;
  assert.equal(objectOf(body)['max_tokens'], 1000);
  const [logged] = server.requests;
  assert.equal(logged, request);
  assert.deepEqual(
    [logged?.method, logged?.path, logged?.person, logged?.step, logged?.dialect],
    ['POST', '/v1/messages?beta=true', 'say "hi"', 0, 'messages'],
  );
  assert.doesNotMatch(JSON.stringify(server.requests), /secret/);
});

test('both vendors find a list of models, and greetings are answered', async (t) => {
  const server = await startServer(t);
  assert.match((await get(`${server.openaiUrl}/models`)).body, /"object":"list"/);
  assert.match((await get(`${server.openaiUrl}/models/gpt-5.5`)).body, /"id":"gpt-5.5"/);
  assert.match(
    (await get(`${server.anthropicUrl}/v1/models`, { 'anthropic-version': '2023-06-01' })).body,
    /"display_name"/,
  );
  assert.match((await get(server.url)).body, /parley rehearsal/);
  for (const path of ['/', '/api/hello']) assert.equal((await get(`${server.url}${path}`, {}, 'HEAD')).status, 200);
});

test('what it does not have it refuses in the form of the vendor', async (t) => {
  const server = await startServer(t);
  const openai = await post(`${server.openaiUrl}/embeddings`, {});
  assert.equal(openai.status, 404);
  assert.match(String(objectOf(openai.json['error'])['message']), /no POST \/v1\/embeddings/);
  const upgrade = {
    upgrade: 'websocket',
    connection: 'upgrade',
    'sec-websocket-key': 'x',
    'sec-websocket-version': '13',
  };
  assert.equal((await get(`${server.openaiUrl}/responses`, upgrade)).status, 426);
});

test('a body that is no JSON, or packed, is refused and the server goes on', async (t) => {
  const server = await startServer(t);
  const broken = await post(`${server.anthropicUrl}/v1/messages`, '{"a":');
  assert.equal(broken.status, 400);
  assert.equal(objectOf(broken.json['error'])['type'], 'invalid_request_error');
  assert.equal((await post(`${server.openaiUrl}/responses`, '{}', { 'content-encoding': 'zstd' })).status, 415);
  for (const body of ['null', '[]', '{}', '{"input":[null,5,{"role":"user"}],"tools":"x"}']) {
    assert.equal((await post(`${server.openaiUrl}/responses`, body)).status, 200);
    assert.equal((await post(`${server.anthropicUrl}/v1/messages`, body)).status, 200);
  }
});

test('a prompt of 2 MB is answered', async (t) => {
  const server = await startServer(t);
  const { status } = await post(`${server.openaiUrl}/responses`, responsesRequest('what? '.repeat(350_000)));
  assert.equal(status, 200);
});

test('closing ends what streams and frees the port', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'a' }, { stall: true }] } });
  const arrived = once(server, 'request');
  const broken = postUntilBroken(`${server.openaiUrl}/responses`, responsesRequest('x'));
  await arrived;
  await server.close();
  assert.ok((await broken).error instanceof Error);
  await server.close();
  const again = await createRehearsal({ port: Number(new URL(server.url).port) });
  await again.close();
});

test('a port that is taken is an error', async (t) => {
  const server = await startServer(t);
  await assert.rejects(createRehearsal({ port: Number(new URL(server.url).port) }), { code: 'EADDRINUSE' });
});
