// The door of a whole daemon, which asks that daemon over its own socket.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { placesOf } from '@parley/client/node';
import { loadConfig } from '../config/load.ts';
import { startDaemon } from '../start.ts';

async function openSocket(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'parley-mcp-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    PARLEY_STATE_DIR: join(folder, 'state'),
    PARLEY_DATA_DIR: join(folder, 'data'),
    PARLEY_CONFIG: join(folder, 'config.toml'),
  };
  const places = placesOf(env);
  const running = await startDaemon({
    places,
    configuration: await loadConfig(env.PARLEY_CONFIG, env, []),
    env,
    command: [process.execPath, 'nothing'],
    tcp: false,
    log: (line) => t.diagnostic(line),
  });
  t.after(() => running.stop('end'));
  return places.socket;
}

test('MCP is served over the unix socket, to its owner without a credential; what nobody has is told as such', async (t) => {
  const socketPath = await openSocket(t);
  let session: string | undefined;
  let ids = 0;
  const ask = async (method: string, params: object) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session !== undefined && { 'mcp-session-id': session }),
    };
    const outgoing = request({ socketPath, path: '/mcp', method: 'POST', headers });
    outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: ++ids, method, params }));
    const [incoming] = await once(outgoing, 'response');
    const body = await text(incoming);
    assert.equal(incoming.statusCode, 200, body);
    session ??= String(incoming.headers['mcp-session-id']);
    const line = body.split('\n').findLast((one) => one.startsWith('data: {')) ?? 'data: null';
    return JSON.parse(line.slice('data: '.length)) as unknown;
  };
  const clientInfo = { name: 'test', version: '1' };
  const begun = await ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  assert.partialDeepStrictEqual(begun, { result: { serverInfo: { name: 'parley' } } });
  const called = await ask('tools/call', { name: 'session_list', arguments: {} });
  assert.partialDeepStrictEqual(called, { result: { structuredContent: { sessions: [] } } });
  for (const uri of ['jobs://garbage', 'jobs://trn_none', 'consultations://garbage'])
    assert.partialDeepStrictEqual(await ask('resources/read', { uri }), { error: { code: -32_602 } }, uri);
  for (const cursor of ['garbage', 'trn_none'])
    assert.partialDeepStrictEqual(await ask('tasks/list', { cursor }), { error: { code: -32_602 } }, cursor);
});
