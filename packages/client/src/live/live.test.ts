import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorBody } from '@parley/schema';
import type { ParleyEvent, Session, SessionId } from '@parley/schema';
import fc from 'fast-check';
import { Client } from '../client.ts';
import { isParleyError } from '../failure.ts';
import { FakeTransport, notices } from '../test/fake-transport.ts';
import type { Connection } from '../test/fake-transport.ts';
import { delayBefore } from './reconnect.ts';

const one = 'ses_one' as SessionId;
const two = 'ses_two' as SessionId;
const quick = { firstMs: 1, mostMs: 2 };

async function seqsUntil(events: AsyncIterable<ParleyEvent>, last: number): Promise<readonly number[]> {
  const seqs: number[] = [];
  for await (const { seq } of events) {
    seqs.push(seq);
    if (seq === last) break;
  }
  return seqs;
}

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('stored events come first, then the live ones', async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 5));
  transport.onFrame = (frame) => frame.type === 'subscribe' && transport.append(one, notices(one, 6, 9));
  assert.deepEqual(await seqsUntil(new Client(transport, quick).events(one, { after: 2 }), 9), numbers(3, 9));
});

test('whoever stops reading leaves no connection behind', async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 2));
  const states: string[] = [];
  const client = new Client(transport, quick);
  client.onConnection((state) => states.push(state));
  await seqsUntil(client.events(one), 2);
  assert.deepEqual(states, ['closed', 'connecting', 'open', 'closed']);
});

test('over lost connections, lags and repeated frames every event comes once and in order', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 30 }) }),
    fc.record({
      do: fc.constantFrom('cut' as const, 'lag' as const, 'repeat' as const, 'turn' as const),
      count: fc.constant(0),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (steps, batchSize) => {
      const transport = new FakeTransport();
      transport.batchSize = batchSize;
      let current: Connection | undefined;
      transport.onConnect = (connection) => (current = connection);
      let head = 0;
      const append = (count: number) => transport.append(one, notices(one, head + 1, (head += count)));
      const last = steps.reduce((sum, { count }) => sum + count, 1);
      const reading = seqsUntil(new Client(transport, { firstMs: 0, mostMs: 0 }).events(one), last);
      for (const { do: what, count } of steps) {
        if (what === 'append') append(count);
        if (what === 'cut') current?.cut();
        if (what === 'lag') current?.send({ type: 'lagged', sessionId: one });
        if (what === 'repeat')
          current?.send({ type: 'events', sessionId: one, events: transport.stored(one).slice(0, 3) });
        if (what === 'turn') await new Promise(setImmediate);
      }
      append(1);
      assert.deepEqual(await reading, numbers(1, last));
    }),
    { numRuns: 150 },
  );
});

test('holes in the numbers are no gaps', async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 31, 10));
  assert.deepEqual(await seqsUntil(new Client(transport, quick).events(one), 31), [1, 11, 21, 31]);
});

test('several sessions share one connection', async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 3));
  transport.append(two, notices(two, 1, 4));
  const client = new Client(transport, quick);
  const both = await Promise.all([seqsUntil(client.events(one), 3), seqsUntil(client.events(two), 4)]);
  assert.deepEqual(both, [numbers(1, 3), numbers(1, 4)]);
  assert.equal(transport.connections.length, 1);
});

test("two readers of one session do not take each other's events", async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 6));
  const client = new Client(transport, quick);
  const both = await Promise.all([seqsUntil(client.events(one), 6), seqsUntil(client.events(one, { after: 3 }), 6)]);
  assert.deepEqual(both, [numbers(1, 6), numbers(4, 6)]);
});

test('a slow reader lets the subscription go and takes it up where it was', async () => {
  const transport = new FakeTransport();
  transport.batchSize = 5000;
  transport.append(one, notices(one, 1, 60_000));
  const unsubscribed = Promise.withResolvers<void>();
  transport.onFrame = ({ type }) => type === 'unsubscribe' && unsubscribed.resolve();
  const batches = new Client(transport, quick).eventBatches(one);
  await unsubscribed.promise;
  const seqs: number[] = [];
  for await (const batch of batches) {
    for (const { seq } of batch) seqs.push(seq);
    if (seqs.at(-1) === 60_000) break;
  }
  assert.deepEqual(seqs, numbers(1, 60_000));
});

test('an unknown session ends the reader with that error and leaves others alone', async () => {
  const transport = new FakeTransport();
  transport.append(two, notices(two, 1, 1));
  transport.onFrame = (frame, connection) => {
    if (frame.type !== 'subscribe' || frame.sessionId !== one) return;
    connection.send({ type: 'error', sessionId: one, error: errorBody('unknown_session', 'No session ses_one.') });
    transport.append(two, notices(two, 2, 2));
  };
  const client = new Client(transport, quick);
  const other = seqsUntil(client.events(two), 2);
  await assert.rejects(
    seqsUntil(client.events(one), 1),
    (error) => isParleyError(error) && error.code === 'unknown_session',
  );
  assert.deepEqual(await other, [1, 2]);
});

test('a gate that refuses ends the readers instead of being asked for ever', async () => {
  const transport = new FakeTransport();
  transport.refusal = errorBody('unauthenticated', 'No credential.');
  const client = new Client(transport, quick);
  await assert.rejects(
    seqsUntil(client.events(one), 1),
    (error) => isParleyError(error) && error.code === 'unauthenticated',
  );
});

test('a daemon that stays away is given up after the time to give up', async () => {
  const transport = new FakeTransport();
  transport.unreachable = true;
  const client = new Client(transport, { ...quick, giveUpMs: 5 });
  await assert.rejects(
    seqsUntil(client.events(one), 1),
    (error) => isParleyError(error) && error.code === 'daemon_unreachable',
  );
});

test('a frame that cannot be read costs the connection, not the events', async () => {
  const transport = new FakeTransport();
  transport.append(one, notices(one, 1, 2));
  transport.onFrame = (_frame, connection) => {
    if (transport.connections.length > 1) return transport.append(one, notices(one, 3, 3));
    connection.sendText('{');
  };
  assert.deepEqual(await seqsUntil(new Client(transport, quick).events(one), 3), [1, 2, 3]);
  assert.equal(transport.connections.length, 2);
});

test('a frame of a newer daemon is passed over', async () => {
  const transport = new FakeTransport();
  transport.onFrame = (_frame, connection) => {
    connection.sendText('{"type":"weather"}');
    transport.append(one, notices(one, 1, 1));
  };
  assert.deepEqual(await seqsUntil(new Client(transport, quick).events(one), 1), [1]);
  assert.equal(transport.connections.length, 1);
});

test('an aborted reader just ends', async () => {
  const controller = new AbortController();
  const events = new Client(new FakeTransport(), quick).events(one, { signal: controller.signal });
  const reading = seqsUntil(events, 1);
  controller.abort();
  assert.deepEqual(await reading, []);
  const late = new Client(new FakeTransport(), quick).events(one, { signal: controller.signal });
  assert.deepEqual(await seqsUntil(late, 1), []);
});

test('the list of sessions is the newest one, newest session first', async () => {
  const session = (id: SessionId, updatedAt: number) => ({ id, updatedAt }) as Session;
  const transport = new FakeTransport();
  transport.onFrame = (frame, connection) => {
    if (frame.type !== 'watch') return;
    connection.send({ type: 'sessions', sessions: [session(one, 1)] });
    connection.send({ type: 'session', session: session(two, 2) });
    connection.send({ type: 'session', session: session(one, 3) });
    connection.send({ type: 'session-deleted', sessionId: two });
  };
  const seen: string[] = [];
  for await (const sessions of new Client(transport, quick).watchSessions()) {
    seen.push(sessions.map(({ id, updatedAt }) => `${id}@${updatedAt}`).join(' '));
    if (sessions.length === 1 && sessions[0]?.updatedAt === 3) break;
  }
  assert.equal(seen.at(-1), 'ses_one@3');
  assert.ok(
    seen.every((list) => ['ses_one@1', 'ses_two@2 ses_one@1', 'ses_one@3 ses_two@2', 'ses_one@3'].includes(list)),
  );
});

test('attempts wait longer each time, up to a limit, and never all at once', () => {
  const reconnect = { firstMs: 100, mostMs: 5000, giveUpMs: Infinity };
  assert.equal(delayBefore(0, reconnect, 1), 100);
  assert.equal(delayBefore(3, reconnect, 1), 800);
  assert.equal(delayBefore(3, reconnect, 0), 400);
  assert.equal(delayBefore(5000, reconnect, 1), 5000);
});
