// Clients that leave after the collector has run: what tells that they have gone must not be collected before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openHttp } from '../test/connect.ts';
import { FakeDaemon } from '../test/fake-daemon.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Sends one request of revision 2026-07-28 and keeps nothing of it; resolves with what leaves. */
function sender(t: TestContext, daemon: FakeDaemon) {
  const http = openHttp(t, daemon, { cwd: '/code' });
  return async (method: string, params: object, name?: string) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const gone = new AbortController();
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } });
    const request = new Request('http://localhost/mcp', { method: 'POST', headers, body });
    const answer = http.handle(request, 'admin', gone.signal);
    return { answer, leave: () => gone.abort() };
  };
}

async function collectAll(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await turnOfTheLoop();
    collect();
  }
}

test('of a listener that leaves nothing is followed any longer and its stream ends, also after a collection', async (t) => {
  const daemon = new FakeDaemon();
  const [watched, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const watch = daemon.watchSessions.bind(daemon);
  daemon.watchSessions = (options) => {
    watched.resolve();
    options?.signal?.addEventListener('abort', () => ended.resolve());
    return watch(options);
  };
  const send = sender(t, daemon);
  const { answer, leave } = await send('subscriptions/listen', { notifications: { resourcesListChanged: true } });
  const { status, body } = await answer;
  assert.equal(status, 200);
  await watched.promise;
  await collectAll();
  leave();
  await ended.promise;
  await body?.pipeTo(new WritableStream());
});

test('a call whose client leaves stops its turn, also after a collection', async (t) => {
  const daemon = new FakeDaemon();
  const begun = Promise.withResolvers<void>();
  daemon.play = () => begun.resolve();
  const send = sender(t, daemon);
  const args = { name: 'codex_request', arguments: { prompt: 'x' } };
  const { answer, leave } = await send('tools/call', args, 'codex_request');
  answer.catch(() => {});
  await begun.promise;
  await collectAll();
  leave();
  while (daemon.interrupts === 0) await turnOfTheLoop();
  assert.equal(daemon.interrupts, 1);
});
