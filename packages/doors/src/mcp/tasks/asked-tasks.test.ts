import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { Door } from '../door.ts';
import { ListenedTransport } from '../listened-transport.ts';
import { connect, openHttp } from '../test/connect.ts';
import { FakeDaemon } from '../test/fake-daemon.ts';
import { AskedTasks } from './asked-tasks.ts';

const call = (id: number) =>
  ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'codex_request', task: {} } }) as const;

test('a call that is to become a task does so once', () => {
  const asked = new AskedTasks();
  asked.hear(call(1));
  asked.hear({ ...call(2), params: { name: 'codex_request' } });
  assert.deepEqual([asked.take(1), asked.take(1), asked.take(2)], [true, false, false]);
});

test('stdio: of a call that its tool never got nothing stays once it has its reply, or is taken back', async () => {
  const asked = new AskedTasks();
  const [client, inner] = InMemoryTransport.createLinkedPair();
  const transport = new ListenedTransport(inner, {
    follow: () => () => {},
    hear: (message) => void asked.hear(message),
    settled: (id) => asked.forget(id),
  });
  await transport.start();
  for (const id of [1, 2, 3]) await client.send(call(id));
  assert.equal(asked.size, 3);
  await transport.send({ jsonrpc: '2.0', id: 1, error: { code: -32_602, message: 'No.' } });
  await client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
  assert.equal(asked.size, 1);
  // A question of the server's own is no reply.
  await transport.send({ jsonrpc: '2.0', id: 3, method: 'elicitation/create' });
  assert.equal(asked.take(3), true);
});

test('http: of a call that its tool never got nothing stays once it has its reply', async (t) => {
  const daemon = new FakeDaemon();
  const doors: Door[] = [];
  const http = openHttp(t, daemon, { cwd: '/code', extend: (_server, door) => void doors.push(door) });
  const { request } = await connect(t, { over: 'http', http, daemon });
  // The prompt is missing.
  const refused = await request('tools/call', { name: 'codex_request', arguments: {}, task: {} }).catch(
    () => undefined,
  );
  assert.notEqual(refused?.['isError'], false);
  assert.deepEqual(
    doors.map(({ askedTasks }) => askedTasks.size),
    [0],
  );
});
