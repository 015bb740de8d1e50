import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newRecord, reportOf } from '@parley/consult';
import { EventBatch } from '@parley/engine';
import type { Engine, EventSink } from '@parley/engine';
import { newId, ParleyError } from '@parley/schema';
import type { ConsultReport, ServerFrame, Session, SessionId } from '@parley/schema';
import { WebSocket } from 'ws';
import type { Consultations, ConsultationWatcher } from '../consultations/consultations.ts';
import { WebSocketDoor } from './websocket.ts';

const known = newId('session');
const unknown = newId('session');

const batch = (seq: number, bytes = 0): EventBatch =>
  new EventBatch(known, [{ seq, json: JSON.stringify({ seq, text: 'x'.repeat(bytes) }), delta: false }]);

/** Knows one session, and hands out what subscribes to it, each when the test says so. */
class FakeEngine {
  readonly subscriptions: { readonly after: number; readonly sink: EventSink; live: boolean }[] = [];
  readonly #asked: (() => void)[] = [];
  /** Subscribing waits until this opens. */
  ready: Promise<void> = Promise.resolve();

  session(id: SessionId): Pick<Session, 'head'> {
    if (id !== known) throw new ParleyError('unknown_session', `There is no session ${id}.`);
    return { head: 5 };
  }

  listed: readonly Session[] = [];
  changed: ((change: { readonly session: Session }) => void) | undefined;

  sessions(): readonly Session[] {
    return this.listed;
  }

  watch(changed: (change: { readonly session: Session }) => void): () => void {
    this.changed = changed;
    return () => (this.changed = undefined);
  }

  async subscribe(_id: SessionId, after: number, sink: EventSink): Promise<{ unsubscribe: () => void; head: number }> {
    const subscription = { after, sink, live: true };
    this.subscriptions.push(subscription);
    this.#asked.shift()?.();
    await this.ready;
    return { unsubscribe: () => (subscription.live = false), head: 5 };
  }

  /** Resolves when the n-th subscription has been asked for. */
  async asked(count: number): Promise<void> {
    while (this.subscriptions.length < count) await new Promise<void>((resolve) => this.#asked.push(resolve));
  }
}

const report: ConsultReport = reportOf(
  newRecord(
    newId('consultation'),
    { kind: 'validate', question: 'Right?', reviewers: [], cwd: '/', policy: 'read-only', timeoutMs: 1 },
    1,
  ),
);

/** Knows one consultation. */
class FakeConsultations implements Pick<Consultations, 'watch'> {
  readonly watchers = new Set<ConsultationWatcher>();
  onUnwatch = () => {};

  async watch(id: string, watcher: ConsultationWatcher): Promise<() => void> {
    if (id !== report.id) throw new ParleyError('unknown_consultation', `There is no consultation ${id}.`);
    this.watchers.add(watcher);
    watcher.changed(report);
    return () => {
      this.watchers.delete(watcher);
      this.onUnwatch();
    };
  }
}

interface Door {
  readonly engine: FakeEngine;
  readonly consultations: FakeConsultations;
  readonly door: WebSocketDoor;
  readonly client: WebSocket;
  /** Our end of the client's connection. */
  readonly connection: Duplex;
  readonly say: (frame: unknown) => void;
  /** The next frame. */
  readonly hear: () => Promise<ServerFrame>;
}

async function openDoor(t: TestContext): Promise<Door> {
  const engine = new FakeEngine();
  const consultations = new FakeConsultations();
  const door = new WebSocketDoor(engine as unknown as Engine, consultations);
  const server = createServer();
  const upgraded = Promise.withResolvers<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    upgraded.resolve(socket);
    door.accept(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const frames: ServerFrame[] = [];
  const waiting: ((frame: ServerFrame) => void)[] = [];
  client.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame;
    const next = waiting.shift();
    if (next === undefined) frames.push(frame);
    else next(frame);
  });
  await once(client, 'open');
  t.after(() => {
    client.terminate();
    door.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    engine,
    consultations,
    door,
    client,
    connection: await upgraded.promise,
    say: (frame) => client.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    hear: () => {
      const frame = frames.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
  };
}

const subscribe = (after: number, sessionId = known) => ({ type: 'subscribe', sessionId, after });

test('what is no frame is answered with an error, and the socket goes on', async (t) => {
  const { client, say, hear } = await openDoor(t);
  for (const [sent, code] of [
    ['{"type":', 'malformed_json'],
    ['null', 'invalid_request'],
    [{ type: 'shout' }, 'invalid_request'],
    [{ ...subscribe(0), more: 1 }, 'invalid_request'],
    [{ ...subscribe(-1) }, 'invalid_request'],
    [{ ...subscribe(0), sessionId: 7 }, 'invalid_request'],
    [subscribe(0, unknown), 'unknown_session'],
  ] as const) {
    say(sent);
    const frame = await hear();
    assert.equal(frame.type === 'error' && frame.error.code, code, JSON.stringify(sent));
    assert.equal(frame.type === 'error' && frame.sessionId, code === 'unknown_session' ? unknown : undefined);
  }
  client.send(Buffer.from('{"type":"ping"}'), { binary: true });
  assert.equal((await hear()).type, 'error', 'frames are text');
  say({ type: 'ping' });
  assert.deepEqual(await hear(), { type: 'pong' });
});

test('a second subscription to a session replaces the first, however fast it comes', async (t) => {
  const { engine, say, hear } = await openDoor(t);
  const gate = Promise.withResolvers<void>();
  engine.ready = gate.promise;
  say(subscribe(0));
  say(subscribe(3));
  say({ type: 'ping' });
  await engine.asked(1);
  gate.resolve();
  await engine.asked(2);
  assert.deepEqual(await hear(), { type: 'subscribed', sessionId: known, head: 5 });
  assert.deepEqual(await hear(), { type: 'subscribed', sessionId: known, head: 5 });
  assert.equal((await hear()).type, 'pong');
  assert.deepEqual(
    engine.subscriptions.map(({ after, live }) => [after, live]),
    [
      [0, false],
      [3, true],
    ],
  );
});

test('of a subscription that has ended nothing more arrives', async (t) => {
  const { engine, say, hear } = await openDoor(t);
  say(subscribe(0));
  await hear();
  const [first] = engine.subscriptions;
  assert.ok(first);
  first.sink.send(batch(1));
  assert.equal((await hear()).type, 'events');
  say({ type: 'unsubscribe', sessionId: known });
  say({ type: 'ping' });
  assert.equal((await hear()).type, 'pong');
  assert.equal(first.live, false);
  // It was just being read from the store.
  assert.equal(first.sink.send(batch(2)), false);
  first.sink.lagged();
  say({ type: 'ping' });
  assert.equal((await hear()).type, 'pong', 'neither the events nor a lag');
});

test('one that does not read is cut off at a bound and told so when it reads again', async (t) => {
  const { engine, client, say, hear } = await openDoor(t);
  say(subscribe(0));
  await hear();
  const [slow] = engine.subscriptions;
  assert.ok(slow);
  client.pause();
  let sent = 0;
  while (slow.sink.send(batch((sent += 1), 1024 * 1024))) assert.ok(sent < 100, 'there is a bound');
  slow.sink.lagged();
  client.resume();
  for (let seq = 1; seq <= sent; seq += 1) assert.equal((await hear()).type, 'events');
  assert.deepEqual(await hear(), { type: 'lagged', sessionId: known });
  say(subscribe(sent));
  assert.equal((await hear()).type, 'subscribed', 'and it may come again');
});

test('a reader that catches up is waited for', async (t) => {
  const { engine, client, say, hear } = await openDoor(t);
  say(subscribe(0));
  await hear();
  const [slow] = engine.subscriptions;
  assert.ok(slow);
  client.pause();
  assert.equal(slow.sink.send(batch(1, 20 * 1024 * 1024)), false, 'one page may be larger than the bound');
  let drained = false;
  const waiting = slow.sink.drained().then(() => (drained = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(drained, false);
  client.resume();
  await hear();
  await waiting;
});

test('a socket takes 200 subscriptions, and a closed one leaves none', async (t) => {
  const { engine, client, say, hear } = await openDoor(t);
  engine.session = () => ({ head: 0 });
  for (let i = 0; i <= 200; i += 1) {
    say(subscribe(0, newId('session')));
    const frame = await hear();
    assert.equal(frame.type, i < 200 ? 'subscribed' : 'error');
  }
  client.close();
  await once(client, 'close');
  while (engine.subscriptions.some(({ live }) => live)) await new Promise((resolve) => setImmediate(resolve));
});

test('a client is told that the daemon stops, and one that hangs does not hold it', async (t) => {
  const polite = await openDoor(t);
  polite.door.close();
  assert.equal(((await once(polite.client, 'close')) as [number])[0], 1001);
  const hanging = await openDoor(t);
  hanging.client.pause();
  const gone = once(hanging.connection, 'close');
  hanging.door.close();
  await gone;
});

test('a consultation is told as it stands and after each change, until nobody wants it', async (t) => {
  const { consultations, client, say, hear } = await openDoor(t);
  const consultationId = report.id;
  say({ type: 'watch-consultation', consultationId });
  assert.deepEqual(await hear(), { type: 'consultation', report });
  const [watcher] = consultations.watchers;
  watcher?.changed({ ...report, endedAt: 5 });
  assert.deepEqual(await hear(), { type: 'consultation', report: { ...report, endedAt: 5 } });
  say({ type: 'unwatch-consultation', consultationId });
  say({ type: 'watch-consultation', consultationId: newId('consultation') });
  const refused = await hear();
  assert.equal(refused.type === 'error' && refused.error.code, 'unknown_consultation');
  assert.equal(consultations.watchers.size, 0);
  say({ type: 'watch-consultation', consultationId });
  await hear();
  for (const each of consultations.watchers) each.deleted();
  const gone = await hear();
  assert.equal(gone.type === 'error' && gone.consultationId, consultationId);
  assert.equal(consultations.watchers.size, 0);
  say({ type: 'watch-consultation', consultationId });
  await hear();
  const unwatched = new Promise<void>((resolve) => (consultations.onUnwatch = resolve));
  client.terminate();
  await unwatched;
});

test('a slow reader of a consultation gets the newest report, not all of them', async (t) => {
  const { consultations, connection, say, hear } = await openDoor(t);
  say({ type: 'watch-consultation', consultationId: report.id });
  await hear();
  const [watcher] = consultations.watchers;
  connection.cork();
  for (let endedAt = 1; endedAt <= 100; endedAt++) watcher?.changed({ ...report, endedAt });
  connection.uncork();
  assert.deepEqual(await hear(), { type: 'consultation', report: { ...report, endedAt: 1 } });
  assert.deepEqual(await hear(), { type: 'consultation', report: { ...report, endedAt: 100 } });
});

test('who watches sessions is told no value of the variables that their servers get', async (t) => {
  const { engine, say, hear } = await openDoor(t);
  const mcpServers = [{ name: 'own', command: 'serve', env: { KEY: 'hunter2' } }];
  const session = { id: known, options: { mcpServers } } as unknown as Session;
  engine.listed = [session];
  say({ type: 'watch' });
  const listed = await hear();
  engine.changed?.({ session });
  const changed = await hear();
  assert.deepEqual([listed.type, changed.type], ['sessions', 'session']);
  assert.doesNotMatch(JSON.stringify([listed, changed]), /hunter2/);
  assert.match(JSON.stringify(listed), /"KEY":"\(set\)"/);
});
