import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { z } from 'zod';
import { errorCatalogue } from '@parley/schema';
import { cookieName } from '../gate/gate.ts';
import type { McpDoor } from '../mcp/mcp-door.ts';
import { route } from './route.ts';
import { HttpDoor } from './server.ts';
import type { WebSocketDoor } from './websocket.ts';

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly code: string | undefined;
}

const bearer = { authorization: 'Bearer token' };
const json = { 'content-type': 'application/json' };

const routes = [
  route({
    method: 'GET',
    path: '/api/things/:id',
    summary: 'One thing',
    scope: 'use',
    params: z.object({ id: z.string() }),
    status: 200,
    answer: z.object({ id: z.string() }),
    handle: ({ params }) => Promise.resolve(params),
  }),
  route({
    method: 'POST',
    path: '/api/things',
    summary: 'A new thing',
    scope: 'use',
    body: z.strictObject({ name: z.string() }),
    status: 201,
    answer: z.object({ name: z.string() }),
    handle: ({ body }) => Promise.resolve(body),
  }),
  route({
    method: 'POST',
    path: '/api/end',
    summary: 'For the owner alone',
    scope: 'admin',
    status: 204,
    handle: () => Promise.resolve(),
  }),
  route({
    method: 'GET',
    path: '/broken',
    summary: 'Fails in a way that nobody thought of',
    scope: 'none',
    status: 200,
    handle: () => Promise.reject(new Error('the key is sk-secret')),
  }),
];

async function openDoor(
  t: TestContext,
): Promise<{ readonly ask: (what: Ask) => Promise<Answer>; readonly reports: string[] }> {
  const reports: string[] = [];
  const door = await HttpDoor.open({
    routes,
    version: '1.0.0',
    page: undefined,
    webSocket: {} as unknown as WebSocketDoor,
    mcp: {} as unknown as McpDoor,
    report: (words, error) => void reports.push(`${words}: ${String(error)}`),
  });
  const hosts = new Set<string>();
  const server = door.listenerFor('tcp', {
    hosts,
    origins: new Set(['http://page']),
    isToken: (given) => given === 'token',
    isCookie: (given) => given === 'cookie',
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  hosts.add(`127.0.0.1:${port}`);
  const ask = async ({ method = 'GET', path, headers = {}, body }: Ask): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      text(response).then((all) => {
        const error = all.startsWith('{') ? (JSON.parse(all) as { error?: { code: string } }).error : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: all, code: error?.code });
      }, reject);
    });
    asked.once('error', reject);
    asked.end(body);
    return promise;
  };
  return { ask, reports };
}

test('whatever is wrong with a request, the answer is an error of the catalogue', async (t) => {
  const { ask, reports } = await openDoor(t);
  const post = (body: string, headers: Readonly<Record<string, string>> = json): Ask => ({
    method: 'POST',
    path: '/api/things',
    headers: { ...bearer, ...headers },
    body,
  });
  for (const [what, asked, code] of [
    ['a path that cannot be decoded', { path: '/api/things/%E0%A4%A', headers: bearer }, 'invalid_request'],
    ['a name far too long', { path: `/api/things/${'x'.repeat(501)}`, headers: bearer }, 'unknown_route'],
    ['a method that it does not have', { method: 'PUT', path: '/api/things', headers: bearer }, 'unknown_route'],
    ['a method of elsewhere', { method: 'PROPFIND', path: '/api/things', headers: bearer }, 'unknown_route'],
    ['OPTIONS of a page elsewhere', { method: 'OPTIONS', path: '/api/things' }, 'unauthenticated'],
    ['HEAD', { method: 'HEAD', path: '/api/things/a', headers: bearer }, undefined],
    ['no body', { method: 'POST', path: '/api/things', headers: bearer }, 'invalid_request'],
    ['an empty body', post(''), 'malformed_json'],
    ['half a body', post('{"name":'), 'malformed_json'],
    ['a prototype in the body', post('{"name":"a","__proto__":{"b":1}}'), 'malformed_json'],
    ['a list', post('[]'), 'invalid_request'],
    ['an unknown field', post('{"name":"a","colour":"red"}'), 'invalid_request'],
    ['text', post('{"name":"a"}', { 'content-type': 'text/plain' }), 'unsupported_media_type'],
    ['a form', post('name=a', { 'content-type': 'application/x-www-form-urlencoded' }), 'unsupported_media_type'],
    ['no type at all', post('{"name":"a"}', { 'content-type': '' }), 'unsupported_media_type'],
  ] as const) {
    const answer = await ask(asked);
    assert.equal(answer.code, code, `${what}: ${answer.status} ${answer.text}`);
    assert.equal(answer.status, errorCatalogue[code ?? 'unknown_route'].status, what);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8', what);
  }
  assert.deepEqual(reports, []);
  assert.deepEqual((await ask(post('{"name":"a"}'))).text, '{"name":"a"}');
});

test('a refusal reaches its sender, however much that is still sending', async (t) => {
  const { ask } = await openDoor(t);
  const body = JSON.stringify({ name: 'x'.repeat(12 * 1024 * 1024) });
  for (const connection of ['close', 'keep-alive']) {
    for (const [headers, code] of [
      [{ ...json }, 'unauthenticated'],
      [{ ...json, host: 'evil.example' }, 'host_not_allowed'],
      [{ ...bearer, ...json }, 'body_too_large'],
      [{ ...bearer, ...json, 'transfer-encoding': 'chunked' }, 'body_too_large'],
      [{ ...bearer, 'content-type': 'text/plain' }, 'unsupported_media_type'],
    ] as const) {
      const answer = await ask({ method: 'POST', path: '/api/things', headers: { ...headers, connection }, body });
      assert.equal(answer.code, code, connection);
    }
    const lost = { method: 'POST', path: '/api/nothing', headers: { ...bearer, ...json, connection }, body };
    assert.match((await ask(lost)).code ?? '', /unknown_route|body_too_large/);
  }
});

test('the field that is wrong is named', async (t) => {
  const { ask } = await openDoor(t);
  const answer = await ask({
    method: 'POST',
    path: '/api/things',
    headers: { ...bearer, ...json },
    body: '{"name":1}',
  });
  const { error } = JSON.parse(answer.text) as {
    readonly error: { readonly message: string; readonly details: unknown };
  };
  assert.match(error.message, /^"name" in the body: /);
  assert.deepEqual(error.details, { field: 'name' });
});

test('no way to write a path leads around the gate', async (t) => {
  const { ask } = await openDoor(t);
  for (const path of [
    '/api/things/a',
    '/api/openapi.json',
    '/%61pi/things/a',
    '/%61%70%69/openapi.json',
    '/api%2Fopenapi.json',
    '/api/things/a?x=/healthz',
    '/api/things/a#/',
    'http://127.0.0.1/api/openapi.json',
    'http://127.0.0.1/api/things/a',
    'https://elsewhere/%61pi/things/a',
  ]) {
    assert.equal((await ask({ path })).code, 'unauthenticated', path);
  }
  for (const path of ['//api/things/a', '/./api/things/a', '/x/../api/openapi.json', '/API/openapi.json'])
    assert.equal((await ask({ path })).code, 'unknown_route', path);
});

test("a browser's cookie does not reach what only the owner may", async (t) => {
  const { ask } = await openDoor(t);
  const cookie = { cookie: `${cookieName}=cookie`, origin: 'http://page' };
  assert.equal((await ask({ path: '/api/things/a', headers: cookie })).status, 200);
  assert.equal((await ask({ method: 'POST', path: '/api/end', headers: cookie })).code, 'forbidden');
  assert.equal((await ask({ method: 'POST', path: '/api/end', headers: bearer })).status, 204);
});

test('what nobody thought of is reported here and not told there', async (t) => {
  const { ask, reports } = await openDoor(t);
  const answer = await ask({ path: '/broken' });
  assert.equal(answer.code, 'internal');
  assert.ok(!answer.text.includes('sk-secret'));
  assert.match(reports.join('\n'), /sk-secret/);
});

test('every answer forbids what the page does not need, refusals too', async (t) => {
  const { ask } = await openDoor(t);
  for (const asked of [
    { path: '/api/things/a', headers: bearer },
    { path: '/api/things/a' },
    { path: '/healthz', headers: { host: 'evil.example' } },
    { path: '/api/nothing', headers: bearer },
    { path: '/%E0%A4%A', headers: bearer },
  ]) {
    const { headers } = await ask(asked);
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});
