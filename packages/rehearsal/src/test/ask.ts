// A small client for tests: sends requests as the vendors' SDKs do and takes streams apart.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { createRehearsal, type RehearsalOptions, type RehearsalServer } from '../rehearsal.ts';
import { objectOf, objectsOf, stringOf, type JsonObject } from '../shape.ts';

/** A server without pace that ends with the test. */
export async function startServer(test: TestContext, options: RehearsalOptions = {}): Promise<RehearsalServer> {
  const server = await createRehearsal({ pace: 0, ...options });
  test.after(() => server.close());
  return server;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly json: JsonObject;
}

export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: text,
    json: isJson ? objectOf(JSON.parse(text)) : {},
  };
}

/** What a client got of a stream before it broke off. */
export interface BrokenStream {
  readonly headers: IncomingHttpHeaders | undefined;
  readonly received: string;
  readonly error: unknown;
}

/** For answers that end badly: fetch would hide what came before. */
export function postUntilBroken(url: string, body: object): Promise<BrokenStream> {
  const { promise, resolve } = Promise.withResolvers<BrokenStream>();
  const request = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
    let received = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (received += chunk));
    response.on('error', (error) => resolve({ headers: response.headers, received, error }));
    response.on('end', () => resolve({ headers: response.headers, received, error: undefined }));
  });
  request.on('error', (error) => resolve({ headers: undefined, received: '', error }));
  request.end(JSON.stringify(body));
  return promise;
}

export function get(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = httpRequest(url, { method, headers }, (response) => {
    readAll(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
  });
  request.on('error', reject);
  request.end();
  return promise;
}

/** The data of all events, checked to be named as their type. */
export function eventsOf(stream: string): readonly JsonObject[] {
  return stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('event: '))
    .map((frame) => {
      const [first = '', second = ''] = frame.split('\n');
      const data = objectOf(JSON.parse(second.slice('data: '.length)));
      if (first !== `event: ${String(data['type'])}`) throw new Error(`badly named event: ${frame}`);
      return data;
    });
}

/** Types of the events, each run of the same type once. */
export function typesOf(events: readonly JsonObject[]): readonly string[] {
  const types = events.map((event) => String(event['type']));
  return types.filter((type, index) => type !== types[index - 1]);
}

export function responsesRequest(text: string, more: object = {}): object {
  return {
    model: 'rehearsal',
    stream: true,
    input: [{ role: 'user', content: [{ type: 'input_text', text }] }],
    ...more,
  };
}

export function messagesRequest(text: string, more: object = {}): object {
  return { model: 'rehearsal', max_tokens: 1000, stream: true, messages: [{ role: 'user', content: text }], ...more };
}

export function chatRequest(text: string, more: object = {}): object {
  return { model: 'rehearsal', stream: true, messages: [{ role: 'user', content: text }], ...more };
}

export function geminiRequest(text: string, more: object = {}): object {
  return { contents: [{ role: 'user', parts: [{ text }] }], ...more };
}

/** The data of all events of a stream whose events have no names; `[DONE]` is left out. */
export function chunksOf(stream: string): readonly JsonObject[] {
  return stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => objectOf(JSON.parse(frame.slice('data: '.length))));
}

/** The first choice of a Chat Completions answer or the first candidate of a Gemini answer. */
export function firstOf(json: JsonObject): JsonObject {
  return objectsOf(json['choices'] ?? json['candidates'])[0] ?? {};
}

/** The text of an answer in the JSON form of Responses or Messages. */
export function textOf(json: JsonObject): string {
  const blocks = Array.isArray(json['output'])
    ? json['output'].flatMap((item) => objectOf(item)['content'] ?? [])
    : json['content'];
  return (Array.isArray(blocks) ? blocks : []).map((block) => stringOf(objectOf(block)['text'])).join('');
}
