// The reducer's promises: replay equals live, duplicates and pruned deltas change nothing, identity is kept where nothing changed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Approval, ErrorBody, EventBody, Item, ItemId, ParleyEvent, SessionId, TurnId } from '@parley/schema';
import fc from 'fast-check';
import { applyEvents } from './apply-events.ts';
import { activeTurn, emptyTranscript, pendingApprovals } from './model.ts';
import type { Transcript } from './model.ts';

const sessionId = 'ses_1' as SessionId;
const turnId = (n: number) => `trn_${n}` as TurnId;
const itemId = (turn: number, n: number) => `itm_${turn}.${n}` as ItemId;
const error: ErrorBody = { code: 'agent_crashed', message: 'gone', hint: 'again', retryable: true };

function numbered(bodies: readonly EventBody[]): ParleyEvent[] {
  return bodies.map((body, index) => ({ ...body, seq: index + 1, sessionId, at: 1000 + index * 10 }));
}

function approval(turn: number, n: number): Approval {
  return {
    id: `apr_${turn}.${n}` as Approval['id'],
    sessionId,
    turnId: turnId(turn),
    kind: 'command',
    title: `Run ${n}`,
    options: [{ id: 'yes', label: 'Allow', effect: 'allow' }],
    requestedAt: 1000,
    deadlineAt: 2000,
  };
}

const textItem = (id: ItemId, kind: number, text: string): Item => {
  switch (kind % 4) {
    case 0:
      return { id, type: 'assistant_message', text };
    case 1:
      return { id, type: 'reasoning', text };
    case 2:
      return { id, type: 'command', status: text === '' ? 'running' : 'completed', command: 'ls', output: text };
    default:
      return { id, type: 'tool_call', status: text === '' ? 'running' : 'failed', name: 'read', output: text };
  }
};

/** A whole, valid session: turns of items with deltas, approvals, notices, queue changes. */
const session = fc
  .array(
    fc.record({
      items: fc.array(fc.record({ kind: fc.nat(3), parts: fc.array(fc.string({ maxLength: 8 }), { maxLength: 6 }) }), {
        maxLength: 5,
      }),
      approvals: fc.array(fc.boolean(), { maxLength: 2 }),
      notices: fc.array(fc.constantFrom('retrying', 'unknown_event', 'policy_limit'), { maxLength: 4 }),
      end: fc.constantFrom('completed', 'interrupted', 'failed', 'lost', 'none'),
    }),
    { maxLength: 4 },
  )
  .map((turns) => {
    const bodies: EventBody[] = [{ type: 'session.created', agent: 'codex', cwd: '/w', title: 't', policy: 'ask' }];
    turns.forEach((turn, t) => {
      const id = turnId(t);
      bodies.push({ type: 'turn.queued', turnId: id, text: `words ${t}` });
      bodies.push({ type: 'queue.changed', queue: [{ turnId: id, text: `words ${t}` }] });
      bodies.push({ type: 'turn.started', turnId: id, text: `words ${t}` }, { type: 'queue.changed', queue: [] });
      turn.items.forEach((item, n) => {
        bodies.push({ type: 'item.started', turnId: id, item: textItem(itemId(t, n), item.kind, '') });
        for (const text of item.parts) bodies.push({ type: 'item.delta', turnId: id, itemId: itemId(t, n), text });
        bodies.push({
          type: 'item.completed',
          turnId: id,
          item: textItem(itemId(t, n), item.kind, item.parts.join('')),
        });
      });
      turn.approvals.forEach((answered, n) => {
        bodies.push({ type: 'approval.requested', turnId: id, approval: approval(t, n) });
        if (answered) {
          const resolution = { outcome: 'allowed', by: 'person', at: 1500 } as const;
          bodies.push({ type: 'approval.resolved', turnId: id, approvalId: approval(t, n).id, resolution });
        }
      });
      for (const code of turn.notices) bodies.push({ type: 'notice', turnId: id, level: 'info', code, text: code });
      bodies.push({ type: 'usage.updated', turnId: id, usage: { output: t }, total: { output: t + 1 } });
      if (turn.end === 'completed' || turn.end === 'interrupted') bodies.push({ type: `turn.${turn.end}`, turnId: id });
      else if (turn.end !== 'none') bodies.push({ type: `turn.${turn.end}`, turnId: id, error });
      bodies.push({ type: 'notice', level: 'warning', code: 'restarted', text: 'between turns' });
    });
    return numbered(bodies);
  });

const replay = (events: readonly ParleyEvent[]): Transcript => applyEvents(emptyTranscript, events);

describe('transcript', () => {
  test('replay is live: any cut into batches, with overlaps, gives the same transcript', () => {
    fc.assert(
      fc.property(session, fc.array(fc.tuple(fc.nat(200), fc.nat(20)), { maxLength: 8 }), (events, cuts) => {
        let live = emptyTranscript;
        let done = 0;
        for (const [cut, overlap] of [...cuts.toSorted((a, b) => a[0] - b[0]), [events.length, 0] as const]) {
          const until = Math.min(cut, events.length);
          live = applyEvents(live, events.slice(Math.max(0, Math.min(done, until) - overlap), until));
          done = Math.max(done, until);
        }
        assert.deepEqual(live, replay(events));
      }),
    );
  });

  test('pruned deltas are not missed', () => {
    fc.assert(
      fc.property(session, (events) => {
        const pruned = events.filter((event) => event.type !== 'item.delta');
        assert.deepEqual(replay(pruned), replay(events));
      }),
    );
  });

  test('a prefix read live and the pruned rest read after a reconnect give the same transcript', () => {
    fc.assert(
      fc.property(session, fc.nat(200), (events, cut) => {
        const live = replay(events.slice(0, cut));
        const rest = events.filter((event) => event.seq > live.seq && event.type !== 'item.delta');
        assert.deepEqual(applyEvents(live, rest), replay(events));
      }),
    );
  });

  test('nothing given is changed in place', () => {
    fc.assert(
      fc.property(session, fc.nat(200), (events, cut) => {
        const before = replay(events.slice(0, cut));
        const copy = structuredClone(before);
        applyEvents(before, events.slice(cut));
        assert.deepEqual(before, copy);
      }),
    );
  });

  test('deltas grow an open item and its turn alone gets a new identity', () => {
    const events = numbered([
      { type: 'turn.started', turnId: turnId(1), text: 'a' },
      { type: 'turn.completed', turnId: turnId(1) },
      { type: 'turn.started', turnId: turnId(2), text: 'b' },
      { type: 'item.started', turnId: turnId(2), item: textItem(itemId(2, 0), 1, '') },
      { type: 'item.started', turnId: turnId(2), item: textItem(itemId(2, 1), 0, '') },
      { type: 'item.delta', turnId: turnId(2), itemId: itemId(2, 1), text: 'Hel' },
      { type: 'item.delta', turnId: turnId(2), itemId: itemId(2, 1), text: 'lo' },
    ]);
    const before = replay(events.slice(0, 5));
    const after = applyEvents(before, events);
    assert.equal(after.blocks[0], before.blocks[0]);
    assert.notEqual(after.blocks[1], before.blocks[1]);
    const turn = activeTurn(after);
    assert.equal(turn?.entries[0], activeTurn(before)?.entries[0]);
    const entry = turn?.entries[1];
    assert.ok(entry?.kind === 'item' && entry.item.type === 'assistant_message' && entry.open);
    assert.equal(entry.item.text, 'Hello');
    assert.equal(applyEvents(after, events), after);
  });

  test('an approval waits until it is resolved or its turn has ended', () => {
    const events = numbered([
      { type: 'turn.started', turnId: turnId(1), text: 'a' },
      { type: 'approval.requested', turnId: turnId(1), approval: approval(1, 0) },
      { type: 'turn.interrupted', turnId: turnId(1) },
    ]);
    const waiting = activeTurn(replay(events.slice(0, 2)));
    assert.ok(waiting);
    assert.deepEqual(pendingApprovals(waiting), [approval(1, 0)]);
    const block = replay(events).blocks[0];
    assert.ok(block?.kind === 'turn');
    assert.deepEqual(pendingApprovals(block), []);
  });

  test('a row of retries is one entry that counts', () => {
    const retry = (text: string): EventBody => ({
      type: 'notice',
      turnId: turnId(1),
      level: 'warning',
      code: 'retrying',
      text,
    });
    const events = numbered([
      { type: 'turn.started', turnId: turnId(1), text: 'a' },
      retry('1/3'),
      retry('2/3'),
      retry('3/3'),
    ]);
    const turn = activeTurn(replay(events));
    assert.deepEqual(
      turn?.entries.map((entry) => entry.kind === 'notice' && [entry.text, entry.times]),
      [['3/3', 3]],
    );
  });

  test('what is noted while a turn runs stands in it, limits as lines of one entry', () => {
    const limit = (text: string): EventBody => ({ type: 'notice', level: 'info', code: 'policy_limit', text });
    const events = numbered([{ type: 'turn.started', turnId: turnId(1), text: 'a' }, limit('one'), limit('two')]);
    const turn = activeTurn(replay(events));
    assert.deepEqual(
      turn?.entries.map((entry) => entry.kind === 'notice' && entry.text),
      ['one\ntwo'],
    );
  });

  test('an event of an unknown kind moves the number and nothing else', () => {
    const unknown = { type: 'turn.painted', turnId: 'trn_9', seq: 5, sessionId, at: 1 } as unknown as ParleyEvent;
    assert.deepEqual(replay([unknown]), { ...emptyTranscript, seq: 5 });
  });
});
