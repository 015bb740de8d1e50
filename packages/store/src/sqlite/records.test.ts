// The recorder's rows, in the store that keeps them.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newId } from '@parley/schema';
import type { FindRequests, RequestRecord, SessionId, Store } from '@parley/schema';
import { openStore } from '../open-store.ts';
import { aChange, aRequestRecord, aSession, aTurn, temporaryFolder } from '../testing.ts';

async function begin(
  t: TestContext,
): Promise<{ readonly store: Store; readonly id: SessionId; readonly reopen: () => Promise<Store> }> {
  const file = path.join(temporaryFolder(t), 'parley.db');
  let store = await openStore({ file });
  t.after(() => store.close());
  const session = aSession();
  await store.commit(aChange(session.id, { session, durable: true }));
  const reopen = async (): Promise<Store> => {
    await store.close();
    return (store = await openStore({ file }));
  };
  return { store, id: session.id, reopen };
}

test('records are found, stay when their session goes, and never change once they have ended', async (t) => {
  const { store, id, reopen } = await begin(t);
  const first = aRequestRecord(id, { status: 'queued', correlationId: 'x' });
  const second = aRequestRecord(id, { agent: 'claude', correlationId: 'x', status: 'running' });
  const third = aRequestRecord(id);
  const put = (...records: readonly RequestRecord[]) => store.commit(aChange(id, { records }));
  await put(first);
  await put(second, third);
  const ended: RequestRecord = { ...first, status: 'completed', endedAt: 5000 };
  await put({ ...first, status: 'running' });
  await put(ended);
  await put({ ...first, status: 'failed', endedAt: 6000 });
  await store.deleteSession(id);
  const later = await reopen();
  const ids = async (find: FindRequests) => (await later.records(find)).map((one) => one.id);
  assert.deepEqual(await later.record(first.id), ended);
  assert.equal(await later.record(newId('turn')), undefined);
  assert.deepEqual(await ids({}), [third.id, second.id, first.id]);
  assert.deepEqual(await ids({ limit: 1, before: third.id }), [second.id]);
  assert.deepEqual(await ids({ agent: 'claude' }), [second.id]);
  assert.deepEqual(await ids({ status: 'completed', correlationId: 'x' }), [first.id]);
  await assert.rejects(later.records({ before: newId('turn') }), { code: 'unknown_turn' });
});

test('those that were given an earlier answer are found as such', async (t) => {
  const { store, id } = await begin(t);
  const first = aRequestRecord(id, { status: 'completed' });
  const again = aRequestRecord(id, { status: 'completed', dedupedOf: first.id });
  await store.commit(aChange(id, { records: [first, again] }));
  const found = await store.records({ status: 'deduped' });
  assert.deepEqual(
    found.map((one) => one.id),
    [again.id],
  );
});

test('old records are forgotten, those of turns that go on are not', async (t) => {
  const { store, id, reopen } = await begin(t);
  const turn = aTurn(id, { state: 'running', queuedAt: 10 });
  const open = aRequestRecord(id, { id: turn.id, queuedAt: 10, status: 'running' });
  const orphan = aRequestRecord(id, { queuedAt: 10, status: 'queued' });
  const old = aRequestRecord(id, { status: 'failed', endedAt: 999 });
  const young = aRequestRecord(id, { status: 'failed', endedAt: 1000 });
  await store.commit(aChange(id, { turns: [turn], records: [open, orphan, old, young] }));
  assert.equal(await store.forgetRecords(1000), 2);
  const left = await (await reopen()).records({});
  assert.deepEqual(
    left.map((one) => one.id),
    [young.id, open.id],
  );
});
