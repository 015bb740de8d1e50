import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { HttpMcp } from '@parley/doors/mcp/http';
import type { HttpMcpOptions } from '@parley/doors/mcp/http';
import { maxBodyBytes, ParleyError } from '@parley/schema';
import { cookieName } from '../gate/gate.ts';
import { HttpDoor } from '../http/server.ts';
import type { WebSocketDoor } from '../http/websocket.ts';
import { LazyMcpDoor } from './mcp-door.ts';

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const bearer = { authorization: 'Bearer token' };
const takes = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const full = { ...bearer, ...takes };

const message = (method: string, params: object = {}, id = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const initialize = message('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});
const ping = message('ping');

interface Opened {
  readonly ask: (what: Ask) => Promise<Answer>;
  /** Leaves the answer open; resolves with what ends it. */
  readonly keepOpen: (what: Ask) => Promise<() => Promise<void>>;
  readonly begin: (headers?: Readonly<Record<string, string>>) => Promise<string>;
  readonly loads: () => number;
  readonly sessions: () => number;
}

/** `failures`: how often loading fails before it does not. */
async function open(t: TestContext, more: Partial<HttpMcpOptions> = {}, failures = 0): Promise<Opened> {
  const noDaemon = () => Promise.reject(new ParleyError('daemon_unreachable', 'None in this test.'));
  let http: HttpMcp | undefined;
  let loads = 0;
  const mcp = new LazyMcpDoor(async () => {
    loads += 1;
    if (loads <= failures) throw new ParleyError('daemon_unreachable', 'Not yet.');
    return (http = new HttpMcp({
      version: '1.2.3',
      openClient: noDaemon,
      findClient: () => Promise.resolve(undefined),
      keepDaemon: noDaemon,
      syncDeadlineMs: 0,
      note: (line) => t.diagnostic(line),
      maxSessions: 2,
      idleMs: 60_000,
      ...more,
    }));
  });
  const door = await HttpDoor.open({
    routes: [],
    version: '1.0.0',
    page: undefined,
    webSocket: {} as unknown as WebSocketDoor,
    mcp,
    report: (what, error) => t.diagnostic(`${what}: ${String(error)}`),
  });
  const hosts = new Set<string>();
  const server = door.listenerFor('tcp', {
    hosts,
    origins: new Set(['http://own.example']),
    isToken: (token) => token === 'token',
    isCookie: (cookie) => cookie === 'cookie',
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  hosts.add(`127.0.0.1:${port}`);
  t.after(async () => {
    await mcp.close();
    server.closeAllConnections();
    server.close();
  });
  const send = async ({ method = 'POST', path = '/mcp', headers = {}, body }: Ask) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers });
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response');
    return { incoming, outgoing };
  };
  const ask = async (what: Ask): Promise<Answer> => {
    const { incoming } = await send(what);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text: await text(incoming) };
  };
  return {
    ask,
    keepOpen: async (what) => {
      const { incoming, outgoing } = await send(what);
      assert.equal(incoming.statusCode, 200);
      return async () => {
        const closed = Promise.withResolvers<void>();
        // Cut off on purpose.
        incoming.on('error', () => {});
        incoming.on('close', closed.resolve);
        outgoing.destroy();
        await closed.promise;
      };
    },
    begin: async (headers = bearer) => {
      const answer = await ask({ headers: { ...takes, ...headers }, body: initialize });
      assert.equal(answer.status, 200, answer.text);
      return String(answer.headers['mcp-session-id']);
    },
    loads: () => loads,
    sessions: () => http?.sessions ?? 0,
  };
}

test('without a credential or with a wrong one nobody gets to it, and nothing is loaded (G 53)', async (t) => {
  const { ask, loads } = await open(t);
  for (const method of ['POST', 'GET', 'DELETE']) {
    const none = await ask({ method, headers: takes });
    assert.deepEqual([none.status, none.headers['www-authenticate']], [401, 'Bearer realm="parley"'], method);
    const wrong = await ask({ method, headers: { ...takes, authorization: 'Bearer nokten' } });
    assert.equal(wrong.status, 401, method);
  }
  assert.equal(loads(), 0);
});

test('a foreign Host and a foreign Origin are refused (G 54)', async (t) => {
  const { ask, loads } = await open(t);
  // 421, as at every door: this is another server's name.
  assert.equal((await ask({ headers: { ...full, host: 'evil.example' }, body: initialize })).status, 421);
  assert.equal((await ask({ headers: { ...full, origin: 'http://evil.example' }, body: initialize })).status, 403);
  assert.equal(loads(), 0);
  assert.equal((await ask({ headers: { ...full, origin: 'http://own.example' }, body: initialize })).status, 200);
});

test('a session begins with initialize, goes on by its id and ends with DELETE (G 53)', async (t) => {
  const { ask, begin, loads, sessions } = await open(t);
  const first = await ask({ headers: full, body: ping });
  assert.deepEqual([first.status, /initialize/i.test(first.text)], [400, true]);
  const id = await begin();
  assert.equal(loads(), 1);
  const mine = { ...full, 'mcp-session-id': id };
  assert.match((await ask({ headers: mine, body: ping })).text, /"result":\{\}/);
  assert.equal((await ask({ headers: { ...full, 'mcp-session-id': 'unknown' }, body: ping })).status, 404);
  assert.equal((await ask({ method: 'DELETE', headers: full })).status, 400);
  assert.equal((await ask({ method: 'DELETE', headers: mine })).status, 200);
  assert.equal(sessions(), 0);
  for (const method of ['GET', 'DELETE']) assert.equal((await ask({ method, headers: mine })).status, 404, method);
  assert.equal((await ask({ headers: mine, body: ping })).status, 404);
});

test('what is not JSON, of another type, too large or of another method has its own status (G 54)', async (t) => {
  const { ask, begin } = await open(t);
  const mine = { ...full, 'mcp-session-id': await begin() };
  for (const headers of [full, mine]) {
    assert.equal((await ask({ headers, body: '{"jsonrpc":' })).status, 400);
    assert.equal((await ask({ headers, body: '' })).status, 400);
    assert.equal((await ask({ headers: { ...headers, 'content-type': 'text/plain' }, body: ping })).status, 415);
    assert.equal((await ask({ headers, body: Buffer.alloc(maxBodyBytes + 1, ' ') })).status, 413);
    const chunked = { ...headers, 'transfer-encoding': 'chunked' };
    assert.equal((await ask({ headers: chunked, body: Buffer.alloc(maxBodyBytes + 1, ' ') })).status, 413);
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'HEAD']) {
      const answer = await ask({ method, headers });
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, POST, DELETE'], method);
    }
  }
  const stream = await ask({ method: 'GET', headers: full });
  assert.deepEqual([stream.status, stream.headers.allow], [405, 'POST']);
});

test('a session is seen by the principal that began it, by no other', async (t) => {
  const { ask, begin } = await open(t);
  const page = { cookie: `${cookieName}=cookie`, origin: 'http://own.example', 'sec-fetch-site': 'same-origin' };
  const [byToken, byCookie] = [await begin(), await begin(page)];
  const as = async (headers: object, id: string) =>
    (await ask({ headers: { ...takes, ...headers, 'mcp-session-id': id }, body: ping })).status;
  assert.deepEqual([await as(bearer, byToken), await as(page, byToken)], [200, 404]);
  assert.deepEqual([await as(page, byCookie), await as(bearer, byCookie)], [200, 404]);
});

test('there is a limit of sessions; who wants one more is told to come back (G 54)', async (t) => {
  const { ask, begin, sessions } = await open(t);
  const id = await begin();
  await begin();
  const refused = await ask({ headers: full, body: initialize });
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '30']);
  await ask({ method: 'DELETE', headers: { ...full, 'mcp-session-id': id } });
  await begin();
  assert.equal(sessions(), 2);
});

test('sessions at once do not get past the limit', async (t) => {
  const { ask, sessions } = await open(t);
  const all = await Promise.all(Array.from({ length: 6 }, () => ask({ headers: full, body: initialize })));
  const refused = all.filter(({ status }) => status === 429);
  assert.deepEqual([refused.length, all.length], [4, 6]);
  assert.equal(sessions(), 2);
});

test('a session that nobody uses is ended, one with an open stream is not (G 54)', async (t) => {
  const { ask, begin, keepOpen, sessions } = await open(t, { idleMs: 40 });
  const id = await begin();
  const leave = await keepOpen({ method: 'GET', headers: { ...full, 'mcp-session-id': id } });
  const idle = await begin();
  const until = async (count: number) => {
    while (sessions() !== count) await new Promise((resolve) => setImmediate(resolve));
  };
  await until(1);
  assert.equal((await ask({ headers: { ...full, 'mcp-session-id': idle }, body: ping })).status, 404);
  assert.equal((await ask({ headers: { ...full, 'mcp-session-id': id }, body: ping })).status, 200);
  await leave();
  await until(0);
});

test('a door that could not be opened is tried again by the next request', async (t) => {
  const { ask, begin, loads } = await open(t, {}, 2);
  for (const tried of [1, 2]) {
    assert.equal((await ask({ headers: full, body: initialize })).status, 500);
    assert.equal(loads(), tried);
  }
  await Promise.all([begin(), begin()]);
  assert.equal(loads(), 3);
});

test('an answer whose client has left before it began is not held open', async (t) => {
  const [called, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow: Pick<HttpMcp, 'handle'> = {
    handle: async (_request, _principal, gone) => {
      called.resolve();
      await once(gone, 'abort');
      return new Response(new ReadableStream({ cancel: () => ended.resolve() }));
    },
  };
  const mcp = new LazyMcpDoor(() => Promise.resolve(slow as HttpMcp));
  const server = createServer((incoming, response) => void mcp.handle(incoming, response, 'admin')).listen(
    0,
    '127.0.0.1',
  );
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, path: '/mcp', method: 'POST' });
  // Cut off on purpose.
  outgoing.on('error', () => {});
  outgoing.end(ping);
  await called.promise;
  outgoing.destroy();
  await ended.promise;
});

test('since 2026-07-28 each request stands alone, without a session', async (t) => {
  const { ask, sessions } = await open(t);
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = { ...full, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
  const { status, text: body } = await ask({ headers, body: message('tools/list', { _meta }) });
  assert.deepEqual([status, /"codex_request"/.test(body), sessions()], [200, true, 0]);
});
