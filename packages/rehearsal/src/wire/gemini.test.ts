import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RehearsalServer } from '../rehearsal.ts';
import { objectOf, objectsOf, stringOf, type JsonObject } from '../shape.ts';
import { chunksOf, firstOf, geminiRequest, get, post, postUntilBroken, startServer, type Reply } from '../test/ask.ts';
import { GEMINI_TOOLS } from '../test/tools.ts';

const SCENARIO = {
  rules: [
    {
      steps: [
        { reason: 'I ponder this.' },
        { say: 'Here it comes.' },
        { tool: { kind: 'shell' as const, command: 'ls' } },
        { usage: { input: 100, cached: 70, output: 20, reasoning: 5 } },
      ],
    },
  ],
};
const THINKING = { generationConfig: { thinkingConfig: { includeThoughts: true } } };
const ASKED = { tools: GEMINI_TOOLS, ...THINKING };

const addressOf = (server: RehearsalServer, method: string): string =>
  `${server.geminiUrl}/v1beta/models/gemini-2.5-flash:${method}`;

function ask(server: RehearsalServer, text: string, more: object = {}): Promise<Reply> {
  return post(addressOf(server, 'generateContent'), geminiRequest(text, more));
}

function partsOf(json: JsonObject): readonly JsonObject[] {
  return objectsOf(objectOf(firstOf(json)['content'])['parts']);
}

test('the chunks of a stream add up to thoughts, text, a whole call and the usage', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { body } = await post(addressOf(server, 'streamGenerateContent?alt=sse'), geminiRequest('x', ASKED));
  const chunks = chunksOf(body);
  const parts = chunks.flatMap(partsOf);
  const joined = (thought: boolean): string =>
    parts
      .filter((part) => (part['thought'] === true) === thought)
      .map((part) => stringOf(part['text']))
      .join('');
  assert.equal(joined(true), 'I ponder this.');
  assert.equal(joined(false), 'Here it comes.');
  assert.deepEqual(
    parts
      .flatMap((part) => ('functionCall' in part ? [objectOf(part['functionCall'])] : []))
      .map(({ name, args }) => [name, args]),
    [['run_shell_command', { command: 'ls', description: 'Run a command of the scenario' }]],
  );
  assert.deepEqual(
    chunks.flatMap((chunk) => firstOf(chunk)['finishReason'] ?? []),
    ['STOP'],
  );
  const last = objectOf(chunks.at(-1)?.['usageMetadata']);
  assert.deepEqual(
    [
      'promptTokenCount',
      'cachedContentTokenCount',
      'candidatesTokenCount',
      'thoughtsTokenCount',
      'totalTokenCount',
    ].map((name) => last[name]),
    [100, 70, 15, 5, 120],
  );
  assert.equal(chunks[0]?.['modelVersion'], 'gemini-2.5-flash');
});

test('without stream the same answer comes as one response', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  const { json } = await ask(server, 'x', ASKED);
  const [thought, text, call] = partsOf(json);
  assert.deepEqual(thought, { text: 'I ponder this.', thought: true });
  assert.deepEqual(text, { text: 'Here it comes.' });
  assert.equal(objectOf(call?.['functionCall'])['name'], 'run_shell_command');
  assert.equal(firstOf(json)['finishReason'], 'STOP');
});

test('thoughts are shown only to those who ask for them', async (t) => {
  const server = await startServer(t, { scenario: SCENARIO });
  assert.deepEqual(partsOf((await ask(server, 'x', { tools: GEMINI_TOOLS })).json)[0], { text: 'Here it comes.' });
});

test('a function response leads to the next step, and its error is a failure', async (t) => {
  const server = await startServer(t);
  const person = { role: 'user', parts: [{ text: 'run `a` then run `b`' }] };
  const first = await ask(server, '', { ...ASKED, contents: [person] });
  const content = objectOf(firstOf(first.json)['content']);
  const call = objectOf(partsOf(first.json).at(-1)?.['functionCall']);
  const after = async (response: object): Promise<string> => {
    const part = { functionResponse: { id: call['id'], name: call['name'], response } };
    const { json } = await ask(server, '', { ...ASKED, contents: [person, content, { role: 'user', parts: [part] }] });
    return partsOf(json)
      .map((each) => stringOf(each['text']))
      .join('');
  };
  assert.match(await after({ output: 'done a' }), /done a[\s\S]*I will run `b`/);
  assert.match(await after({ error: 'no such command' }), /That failed[\s\S]*no such command[\s\S]*Not done: run `?b/);
  assert.match(await after({ items: 3 }), /\{"items":3\}/);
  assert.deepEqual(
    server.requests.map(({ step }) => step),
    [0, 1, 1, 1],
  );
});

test('a schema is answered, also one in capitals whose range stands in words', async (t) => {
  const server = await startServer(t);
  const score = { type: 'INTEGER', description: 'Complexity score from 1-100.' };
  const schema = { type: 'OBJECT', properties: { score, why: { type: 'STRING' } }, required: ['why', 'score'] };
  for (const config of [{ responseSchema: schema }, { responseJsonSchema: schema }]) {
    const { json } = await ask(server, 'x', { generationConfig: { responseMimeType: 'application/json', ...config } });
    assert.equal(partsOf(json)[0]?.['text'], '{"why":"","score":1}');
  }
  const plain = await ask(server, 'x', { generationConfig: { responseMimeType: 'application/json' } });
  assert.equal(partsOf(plain.json)[0]?.['text'], '{}');
});

test('tokens are counted', async (t) => {
  const server = await startServer(t);
  const { json } = await post(addressOf(server, 'countTokens'), geminiRequest('hello'));
  assert.ok(Number(json['totalTokens']) > 5);
});

test("errors come in Google's words, with the time to wait in the body", async (t) => {
  const server = await startServer(t, {
    scenario: { default: [{ error: { status: 429, retryAfter: 2, code: 'RATE_LIMIT_EXCEEDED' } }] },
  });
  const { status, headers, json } = await ask(server, 'x');
  assert.equal(status, 429);
  assert.equal(headers.get('retry-after'), '2');
  const error = objectOf(json['error']);
  assert.deepEqual([error['code'], error['status']], [429, 'RESOURCE_EXHAUSTED']);
  assert.deepEqual(
    objectsOf(error['details']).map((detail) => detail['retryDelay'] ?? detail['reason']),
    ['RATE_LIMIT_EXCEEDED', '2s'],
  );
});

test('after the stream has begun an error is bare JSON, as the SDK looks for it', async (t) => {
  const server = await startServer(t, { scenario: { default: [{ say: 'half ' }, { error: { status: 503 } }] } });
  const { received } = await postUntilBroken(addressOf(server, 'streamGenerateContent?alt=sse'), geminiRequest('x'));
  const last = received.trimEnd().split('\n').at(-1) ?? '';
  assert.equal(objectOf(objectOf(JSON.parse(last))['error'])['status'], 'UNAVAILABLE');
});

test('models are listed and unknown methods refused in the same form; keys are not kept', async (t) => {
  const server = await startServer(t);
  assert.match((await get(`${server.geminiUrl}/v1beta/models?key=secret`)).body, /"models\/rehearsal"/);
  assert.match((await get(`${server.geminiUrl}/v1beta/models/x`, { 'x-goog-api-key': 'secret' })).body, /"models\/x"/);
  for (const method of ['embedContent', 'streamGenerateContent']) {
    const { status, json } = await post(addressOf(server, method), geminiRequest('x'));
    assert.equal(status, 404);
    assert.equal(objectOf(json['error'])['status'], 'NOT_FOUND');
  }
  await post(addressOf(server, 'generateContent?key=secret'), geminiRequest('say "x"'));
  assert.doesNotMatch(JSON.stringify(server.requests), /secret/);
});
