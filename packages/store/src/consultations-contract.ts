// What every store keeps to of consultations, as tests that run against any of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { newId, ParleyError } from '@parley/schema';
import type { ConsultationStore } from '@parley/schema';
import { aConsultation } from './testing.ts';

interface Store extends ConsultationStore {
  close(): Promise<void>;
}

/** `open` as in `storeContract`. */
export function consultationsContract(
  name: string,
  underTest: (t: TestContext) => { readonly open: () => Promise<Store> },
): void {
  /** Before and after the store is closed and opened again: what counts is what was kept. */
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

  behaviour('a consultation is kept as it was last, and lists show the newest first', async (store) => {
    const first = aConsultation({ startedAt: 1 }, { key: 'k', fingerprint: 'f' });
    const second = aConsultation({ startedAt: 2 });
    await store.putConsultation(first);
    await store.putConsultation(second);
    const ended = { ...first, summary: { ...first.summary, status: 'completed', endedAt: 9 }, record: '[2]' } as const;
    await store.putConsultation(ended);
    return () => async (later) => {
      assert.deepEqual(await later.consultation(ended.summary.id), ended);
      assert.deepEqual(await later.consultationByKey('k'), ended);
      assert.deepEqual(await later.consultations(10), [second.summary, ended.summary]);
      assert.deepEqual(await later.consultations(1), [second.summary]);
      assert.deepEqual(await later.runningConsultations(), [second]);
      assert.equal(await later.consultation(newId('consultation')), undefined);
      assert.equal(await later.consultationByKey('other'), undefined);
    };
  });

  behaviour('no idempotency key makes two consultations, and a deleted one is gone', async (store) => {
    const one = aConsultation({}, { key: 'k', fingerprint: 'f' });
    await store.putConsultation(one);
    await assert.rejects(store.putConsultation(aConsultation({}, { key: 'k', fingerprint: 'f' })), ParleyError);
    const two = aConsultation({});
    await store.putConsultation(two);
    await store.deleteConsultation(two.summary.id);
    return () => async (later) => assert.deepEqual(await later.runningConsultations(), [one]);
  });

  behaviour('old ones that have ended are forgotten with their keys, and those that run stay', async (store) => {
    const old = aConsultation({ startedAt: 1, status: 'completed', endedAt: 9 }, { key: 'k', fingerprint: 'f' });
    const newer = aConsultation({ startedAt: 2, status: 'failed', endedAt: 10 });
    const running = aConsultation({ startedAt: 1 });
    for (const row of [old, newer, running]) await store.putConsultation(row);
    await store.forgetConsultations(10);
    return () => async (later) => {
      assert.deepEqual(await later.consultations(10), [newer.summary, running.summary]);
      assert.equal(await later.consultationByKey('k'), undefined);
    };
  });
}
