// Reading a session: pages of any size, server-sent events and the WebSocket tell one and the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventPage, ParleyEvent, ServerFrame, SessionId } from '@parley/schema';
import { WebSocket } from 'ws';
import { within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';
import { addressOf, assertError, call, sharedParley, tokenOf } from './knock.ts';

const words = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
const scenario = {
  rules: [
    { when: 'hold', steps: [{ say: `begin ${words}` }, { gate: 'go' }, { say: ' and end' }] },
    { steps: [{ say: words }] },
  ],
};

const theParley = sharedParley({ agents: ['codex'], scenario });

async function page(parley: ParleyUnderTest, id: SessionId, query: string): Promise<EventPage> {
  const answer = await call(parley, { path: `/api/sessions/${id}/events${query}`, token: await tokenOf(parley) });
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body) as EventPage;
}

async function byPages(parley: ParleyUnderTest, id: SessionId, limit: number): Promise<readonly ParleyEvent[]> {
  const all: ParleyEvent[] = [];
  for (;;) {
    const { events, head } = await page(parley, id, `?after=${all.at(-1)?.seq ?? 0}&limit=${limit}`);
    assert.ok(events.length <= limit);
    all.push(...events);
    if (events.length === 0 || (all.at(-1)?.seq ?? 0) >= head) return all;
  }
}

/** Everything after a number over a WebSocket, until the stored head. */
async function bySocket(
  parley: ParleyUnderTest,
  id: SessionId,
  after: number,
  head: number,
): Promise<readonly ParleyEvent[]> {
  const socket = new WebSocket(`ws://${addressOf(parley).host}/api/ws`, {
    headers: { authorization: `Bearer ${await tokenOf(parley)}` },
  });
  const events: ParleyEvent[] = [];
  const done = Promise.withResolvers<void>();
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', sessionId: id, after })));
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame;
    if (frame.type === 'subscribed') assert.equal(frame.head, head);
    if (frame.type === 'events') events.push(...frame.events);
    if ((events.at(-1)?.seq ?? 0) >= head) done.resolve();
  });
  await within(done.promise, 'the stream');
  socket.terminate();
  return events;
}

test('paging: pages of any size and the streams tell the same, while a turn works and after it', async () => {
  const parley = theParley();
  const { id } = await parley.session('codex');
  await parley.ask(id, 'hello');
  const { turnId } = await parley.client.submit(id, { text: 'hold' });
  await parley.models.reached('go');
  await parley.event(id, (event) => event.type === 'item.delta' && event.text.includes('word39'));
  for (const phase of ['working', 'completed']) {
    const whole = (await page(parley, id, '?limit=5000')).events;
    const head = whole.at(-1)?.seq ?? 0;
    assert.deepEqual(
      whole.map(({ seq }) => seq),
      [...new Set(whole.map(({ seq }) => seq))].toSorted((a, b) => a - b),
    );
    assert.equal(
      whole.some((event) => event.type === 'item.delta' && event.turnId === turnId),
      phase === 'working',
      'deltas are there as long as their turn works',
    );
    for (const limit of [1, 7, 500])
      assert.deepEqual(await byPages(parley, id, limit), whole, `${phase}: pages of ${limit}`);
    for (const after of [0, whole[3]?.seq ?? 0, head - 1]) {
      const rest = whole.filter(({ seq }) => seq > after);
      assert.deepEqual(await bySocket(parley, id, after, head), rest, `${phase}: socket after ${after}`);
      assert.deepEqual((await page(parley, id, `?after=${after}&limit=5000`)).events, rest);
    }
    if (phase === 'working') {
      parley.models.open('go');
      assert.equal((await parley.ended(id, turnId)).state, 'completed');
    }
  }
  const { events, head } = await page(parley, id, '');
  assert.deepEqual(await page(parley, id, `?after=${head}`), { events: [], head });
  assert.deepEqual(
    await page(parley, id, `?after=${head + 1000}`),
    { events: [], head },
    'a number of the future is none',
  );
  assert.ok(events.length > 0);
});

test('paging: a number that is none is refused', async () => {
  const parley = theParley();
  const { id } = await parley.session('codex');
  const token = await tokenOf(parley);
  for (const query of ['after=-1', 'after=x', 'after=1.5', 'limit=0', 'limit=-1', 'limit=5001', 'after=1e400']) {
    assertError(await call(parley, { path: `/api/sessions/${id}/events?${query}`, token }), 'invalid_request');
  }
  const stream = { path: '/api/sessions/ses_nothing/events', token, headers: { accept: 'text/event-stream' } };
  assertError(await call(parley, stream), 'unknown_session');
});

test('paging: two subscriptions to one session on one socket are one', async () => {
  const parley = theParley();
  const { id } = await parley.session('codex');
  await parley.ask(id, 'hello');
  const whole = (await page(parley, id, '?limit=5000')).events;
  const head = whole.at(-1)?.seq ?? 0;
  const socket = new WebSocket(`ws://${addressOf(parley).host}/api/ws`, {
    headers: { authorization: `Bearer ${await tokenOf(parley)}` },
  });
  const frames: ServerFrame[] = [];
  const done = Promise.withResolvers<void>();
  socket.on('open', () => {
    for (const after of [0, 0, head - 2]) socket.send(JSON.stringify({ type: 'subscribe', sessionId: id, after }));
  });
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame;
    frames.push(frame);
    if (frame.type === 'events' && frames.filter(({ type }) => type === 'subscribed').length === 3) done.resolve();
  });
  await within(done.promise, 'the third subscription');
  socket.terminate();
  const third = frames.findLastIndex(({ type }) => type === 'subscribed');
  const after = frames.slice(third).flatMap((frame) => (frame.type === 'events' ? frame.events : []));
  assert.deepEqual(
    after,
    whole.filter(({ seq }) => seq > head - 2),
    'nothing of the first two comes after the third',
  );
});
