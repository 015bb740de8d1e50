import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import { ParleyError } from '@parley/schema';
import { Door } from '../door.ts';
import { HttpSessions } from './sessions.ts';

const noDaemon = () => Promise.reject(new ParleyError('daemon_unreachable', 'None in this test.'));

test('a session whose server cannot be connected holds no place', async (t) => {
  const busy = new McpServer({ name: 'test', version: '1' });
  await busy.connect(InMemoryTransport.createLinkedPair()[0]);
  t.after(() => busy.close());
  const sessions = new HttpSessions({ maxSessions: 1, idleMs: 60_000 }, () => ({
    // Serves another client already.
    server: busy,
    door: new Door({
      openClient: noDaemon,
      findClient: () => Promise.resolve(undefined),
      keepDaemon: noDaemon,
      syncDeadlineMs: 0,
      note: (text) => t.diagnostic(text),
    }),
  }));
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
  const request = new Request('http://localhost/mcp', { method: 'POST', body: JSON.stringify(body) });
  await assert.rejects(sessions.handle(request, body, 'admin'));
  assert.equal(sessions.size, 0);
});
