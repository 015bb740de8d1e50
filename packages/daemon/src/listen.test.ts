import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ParleyError } from '@parley/schema';
import { listenTcp, listenUnix, tryTcp } from './listen.ts';

function serverFor(t: TestContext): Server {
  const server = createServer((_request, response) => response.end());
  t.after(() => void server.close());
  return server;
}

const isInUse = (error: unknown): boolean => ParleyError.is(error) && error.code === 'port_in_use';

test("the unix socket is its owner's alone, also where a dead daemon left one", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-listen-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'parley.sock');
  await writeFile(path, '', { mode: 0o666 });
  const before = process.umask();
  const listening = listenUnix(serverFor(t), path);
  assert.equal(process.umask(), before, 'no process that is started meanwhile inherits the mask');
  await listening;
  assert.equal(process.umask(), before);
  const found = await stat(path);
  assert.ok(found.isSocket());
  assert.equal(found.mode & 0o777, 0o600);
  const socket = connect(path);
  await once(socket, 'connect');
  socket.destroy();
});

test('port 0 takes a free one, and a port that is taken is said to be', async (t) => {
  const port = await listenTcp(serverFor(t), '127.0.0.1', 0);
  assert.ok(port > 0);
  await assert.rejects(listenTcp(serverFor(t), '127.0.0.1', port), isInUse);
  await assert.rejects(tryTcp('127.0.0.1', port), isInUse);
});

test('an address of another machine is said to be one', async (t) => {
  await assert.rejects(listenTcp(serverFor(t), '192.0.2.1', 0), isInUse);
});

test('trying takes nothing', async (t) => {
  const first = serverFor(t);
  const port = await listenTcp(first, '127.0.0.1', 0);
  await new Promise((resolve) => first.close(resolve));
  await tryTcp('127.0.0.1', port);
  assert.equal(await listenTcp(serverFor(t), '127.0.0.1', port), port);
});
