// What every store keeps of decisions about requests, which outlive their sessions.

import assert from 'node:assert/strict';
import { newId } from '@parley/schema';
import type { Session, Store } from '@parley/schema';
import { aChange, aRequestApproval } from './testing.ts';

/** Tests a behaviour before and after the store is closed and opened again. */
type Behaviour = (title: string, act: (store: Store) => Promise<() => (store: Store) => Promise<void>>) => void;

export function decisionsContract(behaviour: Behaviour, kept: (store: Store) => Promise<Session>): void {
  behaviour(
    'decisions about requests are kept with the change that makes them, and outlive their session',
    async (store) => {
      const session = await kept(store);
      const [first, second, third] = [1, 2, 3].map((at) =>
        aRequestApproval({ at, agent: at === 2 ? 'claude' : 'codex' }),
      );
      assert.ok(first !== undefined && second !== undefined && third !== undefined);
      await store.commit(aChange(session.id, { requestApprovals: [first, third] }));
      await store.addRequestApproval(second);
      const decided = { status: 'approved', decidedBy: 'person', decidedAt: 9 } as const;
      const nobodys = newId('requestApproval');
      await store.commit(
        aChange(session.id, {
          requestApprovals: [
            { id: first.id, ...decided },
            { id: nobodys, ...decided },
          ],
        }),
      );
      await store.deleteSession(session.id);
      return () => async (later) => {
        assert.deepEqual(await later.requestApprovals({ limit: 10 }), [third, second, { ...first, ...decided }]);
        assert.deepEqual(await later.requestApprovals({ limit: 1, agent: 'codex' }), [third]);
      };
    },
  );

  behaviour('old decisions about requests are forgotten', async (store) => {
    const [old, young] = [aRequestApproval({ at: 1 }), aRequestApproval({ at: 5 })];
    await store.addRequestApproval(old);
    await store.addRequestApproval(young);
    await store.forgetRequestApprovals(5);
    return () => async (later) => assert.deepEqual(await later.requestApprovals({ limit: 10 }), [young]);
  });
}
