// What every store keeps to, as tests that run against any of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newId, ParleyError } from '@parley/schema';
import type { AcceptedRequest, JournalEntry, Session, Store } from '@parley/schema';
import { decisionsContract } from './decisions-contract.ts';
import { aChange, anApproval, aRecord, aSession, aTurn, someEvents } from './testing.ts';

/** `open` gives a new connection to the same, at first empty, store each time; what it opened, it closes after the test. */
export type StoreUnderTest = (t: TestContext) => { readonly open: () => Promise<Store> };

export function storeContract(name: string, underTest: StoreUnderTest): void {
  /** The behaviour is tested before and after the store is closed and opened again: what counts is what was kept. */
  const behaviour = (title: string, act: (store: Store) => Promise<() => (store: Store) => Promise<void>>): void => {
    test(`${name}: ${title}`, async (t) => {
      const { open } = underTest(t);
      const store = await open();
      const check = (await act(store))();
      await check(store);
      await store.close();
      await check(await open());
    });
  };

  const kept = async (store: Store, change: Partial<Session> = {}): Promise<Session> => {
    const session = aSession(change);
    await store.commit(aChange(session.id, { session, durable: true }));
    return session;
  };

  behaviour('a session is kept as it was last', async (store) => {
    const session = await kept(store, { title: 'Ünïcode 😀 \u0000', threadId: 'thread-1' });
    const next: Session = { ...session, state: 'working', head: 7, updatedAt: 2000 };
    await store.commit(aChange(session.id, { session: next }));
    return () => async (later) => {
      assert.deepEqual(await later.session(session.id), next);
      assert.deepEqual(await later.sessions(), [next]);
      assert.equal(await later.session(newId('session')), undefined);
    };
  });

  behaviour('sessions come with the one that changed last first', async (store) => {
    const first = await kept(store, { updatedAt: 1 });
    const second = await kept(store, { updatedAt: 3 });
    const third = await kept(store, { updatedAt: 2 });
    return () => async (later) =>
      assert.deepEqual(
        (await later.sessions()).map(({ id }) => id),
        [second.id, third.id, first.id],
      );
  });

  behaviour("a session's head is its newest event, also when only events were committed", async (store) => {
    const { id, head } = await kept(store);
    await store.commit(aChange(id, { events: someEvents(head + 1, head + 5, () => true) }));
    return () => async (later) => {
      assert.equal((await later.session(id))?.head, head + 5);
      assert.equal((await later.sessions())[0]?.head, head + 5);
    };
  });

  behaviour('events come in order, after, until and at most as asked', async (store) => {
    const { id } = await kept(store);
    const other = await kept(store);
    await store.commit(aChange(id, { events: someEvents(1, 5) }));
    await store.commit(aChange(other.id, { events: someEvents(1, 2) }));
    await store.commit(aChange(id, { events: someEvents(8, 10, (seq) => seq === 9) }));
    return () => async (later) => {
      const seqs = async (range: Parameters<Store['events']>[1]): Promise<number[]> =>
        (await later.events(id, range)).map(({ seq }) => seq);
      assert.deepEqual(await seqs({ after: 0, limit: 100 }), [1, 2, 3, 4, 5, 8, 9, 10]);
      assert.deepEqual(await seqs({ after: 4, limit: 2 }), [5, 8]);
      assert.deepEqual(await seqs({ after: 4, until: 8, limit: 100 }), [5, 8]);
      assert.deepEqual(await seqs({ after: 10, limit: 100 }), []);
      assert.deepEqual(await later.events(id, { after: 8, limit: 1 }), [{ seq: 9, json: '{"seq":9}', delta: true }]);
      assert.deepEqual(await later.events(newId('session'), { after: 0, limit: 100 }), []);
    };
  });

  behaviour('an event keeps its text, however large', async (store) => {
    const { id } = await kept(store);
    const json = JSON.stringify({ text: 'ä😀\u0000'.repeat(1_000_000) });
    await store.commit(aChange(id, { events: [{ seq: 1, json, delta: false }] }));
    return () => async (later) => assert.ok((await later.events(id, { after: 0, limit: 1 }))[0]?.json === json);
  });

  behaviour('pruning removes the deltas of a range and nothing else', async (store) => {
    const { id } = await kept(store);
    const other = await kept(store);
    const odd = (seq: number): boolean => seq % 2 === 1;
    await store.commit(aChange(id, { events: someEvents(1, 10, odd) }));
    await store.commit(aChange(other.id, { events: someEvents(1, 10, odd) }));
    await store.commit(aChange(id, { events: someEvents(11, 11), pruneDeltas: { from: 3, to: 9 } }));
    return () => async (later) => {
      assert.deepEqual(
        (await later.events(id, { after: 0, limit: 100 })).map(({ seq }) => seq),
        [1, 2, 4, 6, 8, 9, 10, 11],
      );
      assert.equal((await later.events(other.id, { after: 0, limit: 100 })).length, 10);
    };
  });

  behaviour('turns come newest first, open ones in the order of the queue', async (store) => {
    const { id } = await kept(store);
    const done = aTurn(id, { state: 'completed', queuedAt: 1, answer: 'Done' });
    const running = aTurn(id, { state: 'running', queuedAt: 2, startSeq: 4 });
    const late = aTurn(id, { queueOrder: 9, queuedAt: 3 });
    const early = aTurn(id, { queueOrder: 8, queuedAt: 4, timeoutMs: 1 });
    const steering = aTurn(id, { state: 'steering', queuedAt: 5, steerInto: running.id });
    for (const turn of [done, running, late, early, steering]) await store.commit(aChange(id, { turns: [turn] }));
    return () => async (later) => {
      assert.deepEqual(await later.turns(id, 100), [steering, early, late, running, done]);
      assert.deepEqual(await later.turns(id, 2), [steering, early]);
      assert.deepEqual(await later.openTurns(id), [running, steering, early, late]);
      assert.deepEqual(await later.turn(id, early.id), early);
      assert.equal(await later.turn(newId('session'), early.id), undefined);
      assert.equal(await later.turn(id, newId('turn')), undefined);
      assert.deepEqual(await later.findTurn(late.id), late);
      assert.equal(await later.findTurn(newId('turn')), undefined);
    };
  });

  behaviour('a turn moves on and keeps its place', async (store) => {
    const { id } = await kept(store);
    const [first, second] = [aTurn(id), aTurn(id)];
    await store.commit(aChange(id, { turns: [first, second] }));
    const ended = { ...first, state: 'failed', endedAt: 5 } as const;
    await store.commit(aChange(id, { turns: [ended] }));
    return () => async (later) => {
      assert.deepEqual(await later.turns(id, 100), [second, ended]);
      assert.deepEqual(await later.openTurns(id), [second]);
    };
  });

  behaviour('approvals are pending until they are resolved', async (store) => {
    const [one, two] = [await kept(store), await kept(store)];
    const [a, b, c] = [anApproval(one.id), anApproval(one.id), anApproval(two.id)];
    await store.commit(aChange(one.id, { approvals: [a, b] }));
    await store.commit(aChange(two.id, { approvals: [c] }));
    const resolved = { ...a, resolution: { outcome: 'allowed', by: 'person', optionId: 'yes', at: 5 } } as const;
    await store.commit(aChange(one.id, { approvals: [resolved] }));
    return () => async (later) => {
      assert.deepEqual(await later.approvals({ pending: true }), [b, c]);
      assert.deepEqual(await later.approvals({ pending: false }), [resolved, b, c]);
      assert.deepEqual(await later.approvals({ pending: true, sessionId: one.id }), [b]);
      assert.deepEqual(await later.approvals({ pending: false, sessionId: one.id }), [resolved, b]);
      assert.deepEqual(await later.approvals({ pending: false, limit: 2 }), [b, c], 'the newest');
      assert.deepEqual(await later.approvals({ pending: true, sessionId: one.id, limit: 1 }), [b]);
      assert.deepEqual(await later.approvals({ pending: false, agent: 'codex', limit: 9 }), [resolved, b, c]);
      assert.deepEqual(await later.approvals({ pending: false, agent: 'claude' }), []);
      assert.deepEqual(await later.approval(a.id), resolved);
      assert.equal(await later.approval(newId('approval')), undefined);
    };
  });

  const opened: JournalEntry = { n: 0, afterOffset: 0, input: { type: 'opened' } };
  const started: JournalEntry = {
    n: 1,
    afterOffset: 120,
    input: { type: 'start', turnId: newId('turn'), text: 'Hello' },
  };

  behaviour('a run is there from the decision to launch on, and moves', async (store) => {
    const { id } = await kept(store);
    const record = aRecord();
    const decided = newId('run');
    await store.commit(aChange(id, { run: { runId: decided, context: '{"policy":"ask"}' } }));
    await store.commit(aChange(id, { run: { runId: record.runId, context: '{}' } }));
    await store.commit(aChange(id, { run: { runId: record.runId, record } }));
    await store.commit(aChange(id, { run: { runId: record.runId, journal: [opened] } }));
    await store.commit(aChange(id, { run: { runId: record.runId, offset: 120, journal: [started] } }));
    return () => async (later) => {
      assert.deepEqual(await later.runs(), [
        { runId: decided, sessionId: id, offset: 0, context: '{"policy":"ask"}' },
        { runId: record.runId, sessionId: id, record, offset: 120, context: '{}' },
      ]);
      assert.deepEqual(await later.journal(record.runId), [opened, started]);
      assert.deepEqual(await later.journal(decided), []);
    };
  });

  behaviour('a closed run is gone with its journal', async (store) => {
    const { id } = await kept(store);
    const { runId } = aRecord();
    await store.commit(aChange(id, { run: { runId, context: '{}', journal: [opened] } }));
    await store.commit(aChange(id, { run: { runId, offset: 5, journal: [started], closed: true }, durable: true }));
    return () => async (later) => {
      assert.deepEqual(await later.runs(), []);
      assert.deepEqual(await later.journal(runId), []);
    };
  });

  behaviour('an idempotency key is found in its session until it is forgotten', async (store) => {
    const [one, two] = [await kept(store), await kept(store)];
    const idempotency = { key: 'k', fingerprint: 'f', result: 'r', at: 100 };
    await store.commit(aChange(one.id, { idempotency }));
    await store.commit(aChange(two.id, { idempotency: { ...idempotency, fingerprint: 'g', at: 50 } }));
    await store.forgetIdempotency(100);
    return () => async (later) => {
      assert.deepEqual(await later.idempotent(one.id, 'k'), { fingerprint: 'f', result: 'r' });
      assert.equal(await later.idempotent(two.id, 'k'), undefined);
      assert.equal(await later.idempotent(one.id, 'other'), undefined);
    };
  });

  const whole = (session: Session) => ({
    ...aChange(session.id, {
      session: { ...session, title: 'Changed' },
      events: someEvents(1, 3),
      turns: [aTurn(session.id)],
      approvals: [anApproval(session.id)],
      run: { runId: newId('run'), context: '{}', journal: [opened] },
      durable: true,
    }),
    idempotency: { key: 'key', fingerprint: '', result: '', at: 1 },
  });

  const assertEmpty = async (store: Store, { id }: Session): Promise<void> => {
    assert.deepEqual(await store.events(id, { after: 0, limit: 10 }), []);
    assert.deepEqual(await store.turns(id, 10), []);
    assert.deepEqual(await store.openTurns(id), []);
    assert.deepEqual(await store.approvals({ pending: false }), []);
    assert.deepEqual(await store.runs(), []);
    assert.equal(await store.idempotent(id, 'key'), undefined);
  };

  behaviour('a change that fails leaves nothing behind', async (store) => {
    const session = await kept(store);
    const change = whole(session);
    await assert.rejects(store.commit({ ...change, events: someEvents(1, 3).concat(someEvents(3, 3)) }), ParleyError);
    return () => async (later) => {
      assert.deepEqual(await later.session(session.id), session);
      await assertEmpty(later, session);
    };
  });

  behaviour('a deleted session takes all with it, and takes nothing more', async (store) => {
    const session = await kept(store);
    const other = await kept(store);
    await store.commit(whole(session));
    const run = (await store.runs())[0];
    await store.deleteSession(session.id);
    const unknown = (error: unknown): boolean => ParleyError.is(error) && error.code === 'unknown_session';
    await assert.rejects(store.commit(aChange(session.id, { events: someEvents(4, 4) })), unknown);
    return () => async (later) => {
      assert.equal(await later.session(session.id), undefined);
      assert.deepEqual(await later.sessions(), [other]);
      assert.deepEqual(run && (await later.journal(run.runId)), []);
      await assertEmpty(later, session);
    };
  });

  behaviour('no event number and no idempotency key is used twice', async (store) => {
    const session = await kept(store);
    const { idempotency, ...change } = whole(session);
    await store.commit({ ...change, idempotency });
    await assert.rejects(store.commit(aChange(session.id, { events: someEvents(3, 3) })), ParleyError);
    await assert.rejects(store.commit(aChange(session.id, { idempotency })), ParleyError);
    return () => async (later) => assert.equal((await later.events(session.id, { after: 0, limit: 10 })).length, 3);
  });

  behaviour('changes of a session are committed in the order of the calls', async (store) => {
    const { id } = await kept(store);
    const session = aSession({ id });
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        store.commit(
          aChange(id, { session: { ...session, head: i + 1 }, events: someEvents(i + 1, i + 1), durable: i % 3 === 0 }),
        ),
      ),
    );
    return () => async (later) => {
      assert.equal((await later.session(id))?.head, 200);
      assert.equal((await later.events(id, { after: 0, limit: 1000 })).length, 200);
    };
  });

  behaviour(
    'texts of any length are kept whole, and do not let a later change of their session before them',
    async (store) => {
      const { id } = await kept(store);
      const session = aSession({ id });
      // Characters of two units, so that every place where it might be cut is inside of one.
      const long = `x${'😀'.repeat(1_700_000)}`;
      const event = { seq: 1, json: JSON.stringify({ seq: 1, text: long }), delta: false };
      const turn = aTurn(id, { state: 'completed', answer: long });
      const other = await kept(store);
      const committed: string[] = [];
      await Promise.all([
        store.commit(aChange(id, { events: [event], turns: [turn], durable: true })).then(() => committed.push('long')),
        store.commit(aChange(id, { events: someEvents(2, 2), session })).then(() => committed.push('later')),
        store.commit(aChange(other.id, { events: someEvents(1, 1) })).then(() => committed.push('of another session')),
      ]);
      return () => async (later) => {
        assert.deepEqual(committed, ['of another session', 'long', 'later']);
        assert.deepEqual((await later.events(id, { after: 0, limit: 10 }))[0], event);
        assert.equal((await later.turn(id, turn.id))?.answer, long);
        assert.equal((await later.findTurn(turn.id))?.answer, long);
        assert.equal((await later.turns(id, 1))[0]?.answer, long);
        await later.commit(aChange(id, { turns: [{ ...turn, answer: 'short now' }] }));
        assert.equal((await later.turn(id, turn.id))?.answer, 'short now');
        await later.commit(aChange(id, { turns: [turn] }));
      };
    },
  );

  decisionsContract(behaviour, kept);

  behaviour('a session may begin with a text of any length', async (store) => {
    const session = aSession();
    const event = { seq: 1, json: JSON.stringify({ seq: 1, text: 'x'.repeat(3_000_000) }), delta: false };
    await store.commit(aChange(session.id, { session, events: [event], durable: true }));
    return () => async (later) => assert.deepEqual(await later.events(session.id, { after: 0, limit: 10 }), [event]);
  });

  test(`${name}: a closed store says so`, async (t) => {
    const store = await underTest(t).open();
    await store.close();
    await store.close();
    await assert.rejects(store.sessions(), (error) => ParleyError.is(error) && error.code === 'shutting_down');
  });

  behaviour('an accepted request is found by its key and by its digest, newest first', async (store) => {
    const { id } = await kept(store);
    const turnId = newId('turn');
    const accepted = (change: Partial<AcceptedRequest>): AcceptedRequest => ({
      sessionId: id,
      turnId,
      at: 1000,
      result: '{"outcome":"started"}',
      ...change,
    });
    const requests = [
      accepted({ key: 'a', fingerprint: 'f', digest: 'd' }),
      accepted({ at: 2000, digest: 'd' }),
      accepted({ at: 3000, key: 'b', fingerprint: 'g' }),
    ];
    for (const { sessionId, ...request } of requests) await store.commit(aChange(sessionId, { request }));
    return () => async (later) => {
      assert.deepEqual(await later.acceptedRequest('a'), requests[0]);
      assert.deepEqual(await later.acceptedRequest('b'), requests[2]);
      assert.equal(await later.acceptedRequest('c'), undefined);
      assert.deepEqual(await later.requestsLike('d', 0), [requests[1], requests[0]]);
      assert.deepEqual(await later.requestsLike('d', 1001), [requests[1]]);
      assert.deepEqual(await later.requestsLike('e', 0), []);
    };
  });

  behaviour('one key never stands for two requests: the change of the second is none', async (store) => {
    const session = await kept(store);
    const request = { turnId: newId('turn'), at: 1000, result: '{}', key: 'a', fingerprint: 'f' };
    await store.commit(aChange(session.id, { request }));
    const turn = aTurn(session.id);
    await assert.rejects(store.commit(aChange(session.id, { turns: [turn], request })));
    return () => async (later) => assert.equal(await later.turn(session.id, turn.id), undefined);
  });

  behaviour('accepted requests are forgotten by age and with their session', async (store) => {
    const [first, second] = [await kept(store), await kept(store)];
    for (const [at, { id }] of [
      [1000, first],
      [2000, first],
      [3000, second],
    ] as const) {
      const request = { turnId: newId('turn'), at, result: '{}', key: String(at), fingerprint: 'f', digest: 'd' };
      await store.commit(aChange(id, { request }));
    }
    await store.forgetRequests(2000);
    await store.deleteSession(second.id);
    return () => async (later) => {
      assert.deepEqual(
        (await later.requestsLike('d', 0)).map(({ at }) => at),
        [2000],
      );
      assert.equal(await later.acceptedRequest('1000'), undefined);
      assert.equal(await later.acceptedRequest('3000'), undefined);
    };
  });
}
