// A daemon's hold on the world, which can be cut at once, as by SIGKILL: from then on nothing that it does has any effect, and nothing answers it.

import type { Change, Store } from '@parley/schema';

const never = new Promise<never>(() => undefined);

export class Fence {
  down = false;
  /** Cut it right after that many more commits. */
  commitsToLive = Infinity;

  /** `work`, unless the daemon is dead by now or when it is done: then for ever nothing. */
  async guard<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.down) return never;
    const result = await work();
    return this.down ? never : result;
  }

  commit(store: Store, change: Change): Promise<void> {
    return this.guard(async () => {
      await store.commit(change);
      this.commitsToLive -= 1;
      if (this.commitsToLive <= 0) this.down = true;
    });
  }
}

/** One daemon's view of the store. */
export function fenced(store: Store, fence: Fence): Store {
  return {
    commit: (change) => fence.commit(store, change),
    sessions: () => fence.guard(() => store.sessions()),
    session: (id) => fence.guard(() => store.session(id)),
    events: (id, range) => fence.guard(() => store.events(id, range)),
    turns: (id, limit) => fence.guard(() => store.turns(id, limit)),
    turn: (id, turnId) => fence.guard(() => store.turn(id, turnId)),
    findTurn: (turnId) => fence.guard(() => store.findTurn(turnId)),
    openTurns: (id) => fence.guard(() => store.openTurns(id)),
    approvals: (filter) => fence.guard(() => store.approvals(filter)),
    approval: (id) => fence.guard(() => store.approval(id)),
    requestApprovals: (find) => fence.guard(() => store.requestApprovals(find)),
    addRequestApproval: (record) => fence.guard(() => store.addRequestApproval(record)),
    forgetRequestApprovals: (before) => fence.guard(() => store.forgetRequestApprovals(before)),
    runs: () => fence.guard(() => store.runs()),
    journal: (runId) => fence.guard(() => store.journal(runId)),
    idempotent: (id, key) => fence.guard(() => store.idempotent(id, key)),
    acceptedRequest: (key) => fence.guard(() => store.acceptedRequest(key)),
    requestsLike: (digest, since) => fence.guard(() => store.requestsLike(digest, since)),
    records: (find) => fence.guard(() => store.records(find)),
    record: (id) => fence.guard(() => store.record(id)),
    forgetRecords: (before) => fence.guard(() => store.forgetRecords(before)),
    deleteSession: (id) => fence.guard(() => store.deleteSession(id)),
    forgetIdempotency: (before) => fence.guard(() => store.forgetIdempotency(before)),
    forgetRequests: (before) => fence.guard(() => store.forgetRequests(before)),
    close: () => Promise.resolve(),
  };
}
