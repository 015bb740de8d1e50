// The streams of the real daemon: SSE, WebSocket and pages tell the same, resume without gap or duplicate, and a slow reader harms nobody.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EventPage, ParleyEvent, ServerFrame, SessionId } from '@parley/schema';
import { WebSocket } from 'ws';
import { openParley, within } from '../harness/parley.ts';
import type { ParleyUnderTest } from '../harness/parley.ts';

interface Access {
  readonly base: URL;
  readonly headers: { readonly authorization: string };
}

async function access(parley: ParleyUnderTest): Promise<Access> {
  const token = (await readFile(join(parley.root, 'state', 'token'), 'utf8')).trim();
  return { base: new URL('/', parley.pairingLink), headers: { authorization: `Bearer ${token}` } };
}

/** Read server-sent events until one fits. */
async function readSse(
  url: URL,
  headers: Record<string, string>,
  until: (event: ParleyEvent) => boolean,
): Promise<readonly ParleyEvent[]> {
  const stop = new AbortController();
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: stop.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const events: ParleyEvent[] = [];
  let rest = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data === undefined) continue;
        const event = JSON.parse(data) as ParleyEvent;
        assert.equal(Number(/^id: (\d+)$/m.exec(frame)?.[1]), event.seq);
        events.push(event);
        if (until(event)) return events;
      }
    }
    return events;
  } finally {
    stop.abort();
  }
}

test('streams: SSE resumes by Last-Event-ID, and tells what the pages tell', async (t) => {
  const parley = await openParley(t, { agents: ['codex'] });
  const { base, headers } = await access(parley);
  const { id } = await parley.session('codex');
  const url = new URL(`/api/sessions/${id}/events`, base);
  const live = readSse(url, headers, (event) => event.type === 'turn.completed');
  await parley.ask(id, 'say "the quick brown fox jumps"');
  const seen = await within(live, 'the stream');
  assert.ok(
    seen.some(({ type }) => type === 'item.delta'),
    'deltas came live',
  );
  const middle = seen[3]?.seq ?? 0;
  const resumed = await readSse(
    url,
    { ...headers, 'last-event-id': String(middle) },
    (event) => event.type === 'turn.completed',
  );
  assert.ok(resumed.every(({ seq }) => seq > middle));
  const page = (await (await fetch(url, { headers })).json()) as EventPage;
  assert.deepEqual(
    resumed,
    page.events.filter(({ seq }) => seq > middle && seq <= (resumed.at(-1)?.seq ?? 0)),
  );
  const kept = seen.filter(({ type }) => type !== 'item.delta');
  assert.deepEqual(
    kept,
    page.events.filter(({ seq }) => seq <= (seen.at(-1)?.seq ?? 0)),
  );
});

test('streams: a WebSocket that stops reading is told to read again, while another misses nothing', async (t) => {
  const parley = await openParley(t, {
    agents: ['codex'],
    // One command prints far more than a socket buffers.
    scenario: {
      rules: [
        {
          when: { text: 'flood', step: 0 },
          steps: [
            {
              tool: {
                kind: 'shell',
                command: 'i=0; while [ $i -lt 400 ]; do head -c 150000 /dev/zero | tr "\\0" x; echo; i=$((i+1)); done',
              },
            },
          ],
        },
        { when: { text: 'flood', step: 1 }, steps: [{ say: 'flooded' }] },
      ],
    },
  });
  const { base, headers } = await access(parley);
  const { id } = await parley.session('codex');
  const open = (onFrame: (frame: ServerFrame) => void): WebSocket => {
    const socket = new WebSocket(`ws://${base.host}/api/ws`, { headers });
    t.after(() => socket.terminate());
    socket.on('message', (data: Buffer) => onFrame(JSON.parse(data.toString()) as ServerFrame));
    socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe', sessionId: id, after: 0 })));
    return socket;
  };
  const [done, caughtUp, ready] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  let last = 0;
  open((frame) => {
    assert.notEqual(frame.type, 'lagged');
    for (const event of frame.type === 'events' ? frame.events : []) {
      assert.ok(event.seq > last, 'in order, none twice');
      last = event.seq;
      if (event.type === 'turn.completed') done.resolve();
    }
  });
  const frames: ServerFrame[] = [];
  const slow = open((frame) => {
    frames.push(frame);
    const newest = frames.flatMap((one) => (one.type === 'events' ? one.events : [])).at(-1);
    if (frame.type === 'lagged')
      slow.send(JSON.stringify({ type: 'subscribe', sessionId: id, after: newest?.seq ?? 0 }));
    if (newest?.type === 'session.created') ready.resolve();
    if (newest?.type === 'turn.completed') caughtUp.resolve();
  });
  await ready.promise;
  slow.pause();
  await parley.client.submit(id, { text: 'flood' });
  await within(done.promise, 'the quick one to see the end');
  slow.resume();
  await within(caughtUp.promise, 'the slow one to catch up');
  assert.ok(
    frames.some(({ type }) => type === 'lagged'),
    `it was too slow: ${frames.length} frames`,
  );
  const seqs = frames.flatMap((frame) => (frame.type === 'events' ? frame.events.map(({ seq }) => seq) : []));
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].toSorted((a, b) => a - b),
    'in order, none twice',
  );
  await assertWhole(parley, id, seqs);
});

/** Nothing that is stored was missed. */
async function assertWhole(parley: ParleyUnderTest, id: SessionId, seqs: readonly number[]): Promise<void> {
  const seen = new Set(seqs);
  const missed = (await parley.events(id)).filter(({ seq }) => !seen.has(seq) && seq <= (seqs.at(-1) ?? 0));
  assert.deepEqual(missed, []);
}

for (const agent of ['codex', 'claude'] as const) {
  test(`${agent}: in rehearsal a turn survives the daemon's SIGKILL, and a stop leaves nothing running`, async (t) => {
    const parley = await openParley(t, { modelServer: false });
    const { id, backend } = await parley.session(agent);
    assert.equal(backend.kind, 'rehearsal');
    const { turnId } = await parley.client.submit(id, { text: 'write a long text about bees' });
    await parley.event(id, (event) => event.type === 'item.delta');
    await parley.restart();
    const turn = await parley.ended(id, turnId);
    assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
    assert.match(turn.answer ?? '', /bees/);
    assert.equal(turn.usage?.costUsd, undefined, 'a rehearsal costs nothing, so it tells no cost');
    await parley.client.stopDaemon({ runs: 'end' });
    await within(parley.gone(), 'the daemon to stop');
    assert.deepEqual(await parley.ownedProcesses(), []);
  });
}

test('a polite stop leaves a working turn working, and the next daemon finishes it; an idle agent goes', async (t) => {
  const parley = await openParley(t, {
    scenario: { rules: [{ when: 'wait', steps: [{ say: 'I begin ' }, { gate: 'go' }, { say: 'and end' }] }] },
  });
  const working = await parley.session('codex');
  const idle = await parley.session('claude');
  await parley.ask(idle.id, 'say "hi"');
  const { turnId } = await parley.client.submit(working.id, { text: 'wait' });
  await parley.event(working.id, (event) => event.type === 'item.delta');
  process.kill(parley.pid, 'SIGTERM');
  await within(parley.gone(), 'the daemon to stop');
  const commands = (await parley.ownedProcesses()).map(({ command }) => command);
  assert.ok(
    commands.some((command) => command.includes('app-server')),
    'the working agent lives',
  );
  assert.ok(!commands.some((command) => command.includes('stream-json')), 'the idle one is gone');
  parley.models.open('go');
  await parley.start();
  const turn = await parley.ended(working.id, turnId);
  assert.equal(turn.state, 'completed', JSON.stringify(turn.error));
  assert.match(turn.answer ?? '', /I begin and end/);
});
