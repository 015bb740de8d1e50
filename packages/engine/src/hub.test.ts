import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '@parley/schema';
import type { StoredEvent } from '@parley/schema';
import { Hub } from './hub.ts';
import type { EventBatch, EventSink } from './hub.ts';

const sessionId = newId('session');
const events = (count: number): readonly StoredEvent[] =>
  Array.from({ length: count }, (_, i) => ({ seq: i + 1, json: `{"seq":${i + 1}}`, delta: false }));

class Listener implements EventSink {
  readonly seqs: number[] = [];
  told = 0;

  send(batch: EventBatch): boolean {
    this.seqs.push(...batch.events.map(({ seq }) => seq));
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  lagged(): void {
    this.told += 1;
  }
}

test('a subscription that ends while the store is being read gets nothing more', async () => {
  const read = Promise.withResolvers<readonly StoredEvent[]>();
  const hub = new Hub(sessionId, { events: () => read.promise });
  const listener = new Listener();
  const unsubscribe = hub.subscribe(0, 3, listener);
  unsubscribe();
  read.resolve(events(3));
  await read.promise;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(listener.seqs, []);
});

test('what happens while the store is being read follows what is in it', async () => {
  const read = Promise.withResolvers<readonly StoredEvent[]>();
  const hub = new Hub(sessionId, { events: () => read.promise });
  const listener = new Listener();
  hub.subscribe(0, 3, listener);
  hub.publish([{ seq: 4, json: '{}', delta: false }]);
  assert.deepEqual(listener.seqs, []);
  read.resolve(events(3));
  await new Promise((resolve) => setImmediate(resolve));
  hub.publish([{ seq: 5, json: '{}', delta: false }]);
  assert.deepEqual(listener.seqs, [1, 2, 3, 4, 5]);
});

test('one for whom too much waits is told once and forgotten, and others go on', async () => {
  const hub = new Hub(sessionId, { events: () => new Promise(() => undefined) });
  const [slow, quick] = [new Listener(), new Listener()];
  hub.subscribe(0, 1, slow);
  hub.subscribe(1, 1, quick);
  await new Promise((resolve) => setImmediate(resolve));
  for (const event of events(20_002)) hub.publish([event]);
  assert.equal(slow.told, 1);
  assert.deepEqual([quick.told, quick.seqs.length], [0, 20_002]);
});
