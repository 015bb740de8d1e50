import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBatch } from '@parley/engine';
import type { EventSink } from '@parley/engine';
import type { ParleyEvent, SessionId } from '@parley/schema';
import { EventReader } from './events.ts';

const sessionId = 'ses_1' as SessionId;
const eventOf = (seq: number) => ({ seq, json: JSON.stringify({ seq }), delta: false });

/** A session: what is stored, and who listens. Delivers as the engine does: what is stored first, then live; one that is too slow is dropped. */
class Session {
  head = 0;
  readonly sinks = new Set<EventSink>();
  subscriptions = 0;
  gate: Promise<void> = Promise.resolve();

  readonly source = {
    subscribe: async (_id: SessionId, after: number, sink: EventSink) => {
      this.subscriptions += 1;
      await this.gate;
      void this.#catchUp(after, sink);
      return { unsubscribe: () => void this.sinks.delete(sink), head: this.head };
    },
    events: async (_id: SessionId, after: number, limit: number) => {
      const events: ParleyEvent[] = [];
      for (let seq = after + 1; seq <= this.head && events.length < limit; seq += 1)
        events.push({ seq } as ParleyEvent);
      return { events, head: this.head };
    },
  };

  async #catchUp(after: number, sink: EventSink): Promise<void> {
    this.sinks.add(sink);
    for (let seq = after + 1; seq <= this.head && this.sinks.has(sink); seq += 1)
      if (!sink.send(new EventBatch(sessionId, [eventOf(seq)]))) await sink.drained();
  }

  say(count: number): void {
    for (let n = 0; n < count; n += 1) {
      const batch = new EventBatch(sessionId, [eventOf(++this.head)]);
      for (const sink of this.sinks)
        if (!sink.send(batch)) {
          this.sinks.delete(sink);
          sink.lagged();
        }
    }
  }
}

const open = new Set<EventReader>();
const readerOf = (session: Session, options: { after?: number; signal?: AbortSignal } = {}): EventReader =>
  new EventReader(session.source, { sessionId, after: 0, ...options, open });
const numbers = async (reader: EventReader): Promise<readonly number[]> => {
  const seen: number[] = [];
  for await (const { seq } of reader) seen.push(seq);
  return seen;
};
const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => n + first);

test('what is stored comes first, then what happens, then the end', async () => {
  const session = new Session();
  session.say(3);
  const reader = readerOf(session, { after: 1 });
  const reading = numbers(reader);
  await new Promise(setImmediate);
  session.say(2);
  reader.end();
  assert.deepEqual(await reading, upTo(5, 2));
  assert.deepEqual([session.sinks.size, open.size], [0, 0]);
});

test('one that falls behind reads on from the store, without a gap and without a repetition (F 32)', async () => {
  const session = new Session();
  const reader = readerOf(session);
  const first = reader.next();
  await new Promise(setImmediate);
  session.say(25_000);
  assert.equal((await first).value?.seq, 1);
  assert.equal(session.sinks.size, 0, 'it was dropped meanwhile');
  const rest: number[] = [];
  for (;;) {
    const { value } = await reader.next();
    if (value === undefined) break;
    rest.push(value.seq);
    if (value.seq === 20_000) session.say(10);
    if (value.seq === 25_010) reader.end();
  }
  assert.deepEqual(rest, upTo(25_010, 2));
  assert.ok(session.subscriptions >= 2);
});

test('one that is held gets all that comes, however much it is, and what was stored before', async () => {
  for (const begun of [true, false]) {
    const session = new Session();
    const reader = readerOf(session);
    session.say(700);
    if (begun) await reader.next();
    session.say(15_000);
    await reader.hold();
    session.say(15_000);
    reader.end();
    const seen = await numbers(reader);
    assert.deepEqual(seen, upTo(30_700, begun ? 2 : 1));
  }
});

test('an abort ends it at once, also while it waits or subscribes, and before it began', async () => {
  const session = new Session();
  session.say(5);
  const stop = new AbortController();
  const waiting = numbers(readerOf(session, { after: 5, signal: stop.signal }));
  const held = Promise.withResolvers<void>();
  await new Promise(setImmediate);
  session.gate = held.promise;
  const subscribing = numbers(readerOf(session, { signal: stop.signal }));
  stop.abort();
  held.resolve();
  assert.deepEqual(await Promise.all([waiting, subscribing, numbers(readerOf(session, { signal: stop.signal }))]), [
    [],
    [],
    [],
  ]);
  await new Promise(setImmediate);
  assert.deepEqual([session.sinks.size, open.size], [0, 0]);
});

test('leaving the loop unsubscribes, and `return` ends a `next` that waits', async () => {
  const session = new Session();
  session.say(3);
  for await (const { seq } of readerOf(session)) if (seq === 2) break;
  const reader = readerOf(session, { after: 3 });
  const next = reader.next();
  await new Promise(setImmediate);
  await reader.return();
  assert.equal((await next).done, true);
  assert.deepEqual([session.sinks.size, open.size], [0, 0]);
});

test('calls of `next` that overlap each get an event of their own', async () => {
  const session = new Session();
  const reader = readerOf(session);
  const nexts = [reader.next(), reader.next(), reader.next()];
  await new Promise(setImmediate);
  session.say(1);
  await new Promise(setImmediate);
  session.say(2);
  assert.deepEqual(
    (await Promise.all(nexts)).map(({ value }) => value?.seq),
    [1, 2, 3],
  );
  await reader.return();
});

test('a session that is not there is an error of `next`, and the end', async () => {
  const session = new Session();
  const gone = new Error('unknown');
  const source = { ...session.source, subscribe: () => Promise.reject(gone) };
  const reader = new EventReader(source, { sessionId, after: 0, open });
  await assert.rejects(reader.next(), gone);
  assert.equal((await reader.next()).done, true);
  assert.equal(open.size, 0);
});
