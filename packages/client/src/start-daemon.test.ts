import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SessionId } from '@parley/schema';
import { connectDaemon, findDaemon } from './connect-daemon.ts';
import { isParleyError } from './failure.ts';
import { placesOf } from './places.ts';
import type { Places } from './places.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import { startDaemon } from './start-daemon.ts';

const program = fileURLToPath(new URL('test/socket-daemon.ts', import.meta.url));

function placesFor(t: TestContext, ...deeper: readonly string[]): Places {
  const root = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const places = placesOf({ HOME: root, PARLEY_STATE_DIR: join(root, ...deeper, 'state') });
  t.after(async () => {
    await (await findDaemon(places))?.stopDaemon();
    rmSync(root, { recursive: true });
    if (places.socketDir !== places.stateDir) rmSync(places.socketDir, { recursive: true, force: true });
  });
  return places;
}

function start(places: Places, ...mode: readonly string[]) {
  const command = [process.execPath, '--conditions=source', program, places.socket, ...mode] as const;
  return startDaemon({ places, command, timeoutMs: mode[0] === '--silent' ? 1000 : 10_000 });
}

/** A program that holds the turn to start and says so. */
const holding = (file: string): string => `
  import { tryStartLock } from ${JSON.stringify(import.meta.resolve('./start-lock.ts'))};
  const release = tryStartLock(${JSON.stringify(file)});
  console.log('held');
  setInterval(() => release, 1000);`;

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(setImmediate);
  }
}

test('a daemon that was started is found, asked and followed over its socket', async (t) => {
  const places = placesFor(t);
  assert.equal(await findDaemon(places), undefined);
  const client = await start(places);
  assert.equal(client.place, places.socket);
  const found = await findDaemon(places);
  const answer: unknown = await found?.createSession({ agent: 'codex', cwd: '/tmp/ü' });
  const { pid, ...request } = answer as { pid: number };
  assert.ok(pid > 0);
  assert.deepEqual(request, {
    method: 'POST',
    url: '/api/sessions',
    host: 'localhost',
    body: '{"agent":"codex","cwd":"/tmp/ü"}',
  });
  const seqs: number[] = [];
  for await (const { seq } of client.events('ses_one' as SessionId)) if (seqs.push(seq) === 2) break;
  assert.deepEqual(seqs, [1, 2]);
  assert.equal(statSync(places.logFile).mode & 0o777, 0o600);
  assert.equal(statSync(places.stateDir).mode & 0o777, 0o700);
});

test('a daemon of a very deep state directory is found too', async (t) => {
  const places = placesFor(t, ...Array.from({ length: 12 }, () => 'deeper-still'));
  assert.notEqual(places.socketDir, places.stateDir);
  await start(places);
  assert.ok(await findDaemon(places));
});

test('of two that are started at the same time, both callers get the one that came up', async (t) => {
  const places = placesFor(t);
  const [first, second] = await Promise.all([start(places), start(places)]);
  const pids = await Promise.all([first.daemon(), second.daemon()]);
  assert.equal(pids[0].pid, pids[1].pid);
});

test('of twenty that find none at once, one starts it and the others wait for it', async (t) => {
  const places = placesFor(t);
  const clients = await Promise.all(Array.from({ length: 20 }, () => start(places, '--log')));
  const pids = new Set((await Promise.all(clients.map((client) => client.daemon()))).map(({ pid }) => pid));
  assert.equal(pids.size, 1);
  assert.equal(readFileSync(places.logFile, 'utf8'), `Process ${[...pids][0]} starts.\n`);
});

test('who starts it and dies does not keep others from it', async (t) => {
  const places = placesFor(t);
  await ensurePrivateFolder(places.stateDir);
  const holder = spawn(process.execPath, [
    '--conditions=source',
    '--input-type=module',
    '-e',
    holding(places.lockFile),
  ]);
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const starting = start(places);
  holder.kill('SIGKILL');
  await (await starting).daemon();
});

test('a daemon that ends at once is told with the end of its log', async (t) => {
  const places = placesFor(t);
  await assert.rejects(start(places, '--fail'), (error) => {
    assert.ok(isParleyError(error) && error.code === 'daemon_unreachable');
    assert.match(error.message, /ended with exit code 1; its log ends with:\nThe disk is full\.$/);
    return true;
  });
});

test('a daemon that never listens is told, and ended', async (t) => {
  const places = placesFor(t);
  const told = await start(places, '--silent').then(String, String);
  const [, pid] = /does not listen on .* after 1 s; its log ends with:\nProcess (\d+) has/.exec(told) ?? [];
  assert.ok(pid !== undefined, told);
  await gone(Number(pid));
});

test('a program that is not there is told', async (t) => {
  const places = placesFor(t);
  await assert.rejects(startDaemon({ places, command: ['/nowhere/node'] }), /could not be started \(.*ENOENT/);
});

test('a socket that nobody listens on any more is no daemon', async (t) => {
  const places = placesFor(t);
  mkdirSync(places.stateDir, { recursive: true });
  const client = await connectDaemon({ socket: places.socket });
  await assert.rejects(client.health(), (error) => isParleyError(error) && error.code === 'daemon_unreachable');
});

test('an address is reached with its token, as a bearer and on the WebSocket', async (t) => {
  const { createServer } = await import('node:http');
  const { WebSocketServer } = await import('ws');
  const credentials: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    credentials.push(request.headers.authorization);
    response.end('{"sessions":[]}');
  });
  new WebSocketServer({ server }).on('connection', (peer, request) => {
    credentials.push(request.headers.authorization);
    peer.on('message', () => peer.send('{"type":"sessions","sessions":[]}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const client = await connectDaemon({ address: `http://127.0.0.1:${port}/`, token: 'secret' });
  assert.deepEqual(await client.sessions(), []);
  for await (const sessions of client.watchSessions()) {
    assert.deepEqual(sessions, []);
    break;
  }
  assert.deepEqual(credentials, ['Bearer secret', 'Bearer secret']);
});
