// A store in memory for tests: all or nothing, and it can be fenced off to play a daemon that was killed.

import { isOpen } from '@parley/schema';
import type {
  AcceptedRequest,
  Approval,
  Change,
  FindApprovals,
  FindRequests,
  JournalEntry,
  RequestRecord,
  RequestApproval,
  RequestApprovalChange,
  RunRow,
  Session,
  SessionId,
  Store,
  StoredEvent,
  TurnRow,
} from '@parley/schema';

export class MemoryData {
  readonly sessions = new Map<SessionId, Session>();
  readonly events = new Map<SessionId, StoredEvent[]>();
  readonly turns = new Map<string, TurnRow>();
  readonly approvals = new Map<string, Approval>();
  readonly records = new Map<string, RequestRecord>();
  readonly runs = new Map<string, RunRow>();
  readonly journal = new Map<string, JournalEntry[]>();
  readonly keys = new Map<string, { fingerprint: string; result: string }>();
  accepted: AcceptedRequest[] = [];
  readonly requestApprovals = new Map<string, RequestApproval>();
}

const isWhole = (change: RequestApprovalChange): change is RequestApproval => change.at !== undefined;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One daemon's view of the data. Once fenced, nothing answers any more, as after a SIGKILL. */
export class MemoryStore implements Store {
  readonly data: MemoryData;
  fenced = false;
  /** Die right after that many more commits. */
  commitsToLive = Infinity;

  constructor(data: MemoryData) {
    this.data = data;
  }

  commit(change: Change): Promise<void> {
    if (this.fenced) return never();
    const { sessionId } = change;
    const events = this.data.events.get(sessionId) ?? [];
    for (const event of change.events) {
      if (event.seq <= (events.at(-1)?.seq ?? 0)) throw new Error(`seq ${event.seq} does not increase`);
      events.push(event);
    }
    const { from, to } = change.pruneDeltas ?? { from: 0, to: 0 };
    this.data.events.set(
      sessionId,
      to === 0 ? events : events.filter(({ seq, delta }) => !delta || seq < from || seq >= to),
    );
    if (change.session !== undefined) this.data.sessions.set(sessionId, change.session);
    for (const row of change.turns ?? []) this.data.turns.set(row.id, row);
    for (const record of change.records ?? []) {
      if (this.data.records.get(record.id)?.endedAt !== undefined) throw new Error(`${record.id} has ended already`);
      this.data.records.set(record.id, record);
    }
    for (const approval of change.approvals ?? []) this.data.approvals.set(approval.id, approval);
    for (const one of change.requestApprovals ?? []) {
      const whole = { ...this.data.requestApprovals.get(one.id), ...one };
      if (isWhole(whole)) this.data.requestApprovals.set(one.id, whole);
    }
    if (change.idempotency !== undefined) this.data.keys.set(sessionId + change.idempotency.key, change.idempotency);
    if (change.request !== undefined) this.data.accepted.push({ sessionId, ...change.request });
    this.#applyRun(change);
    this.commitsToLive -= 1;
    if (this.commitsToLive > 0) return Promise.resolve();
    this.fenced = true;
    return never();
  }

  #applyRun({ sessionId, run }: Change): void {
    if (run === undefined) return;
    const row = this.data.runs.get(run.runId) ?? { runId: run.runId, sessionId, offset: 0, context: '' };
    const { context = row.context, record = row.record, offset = row.offset } = run;
    if (run.closed === true) {
      this.data.runs.delete(run.runId);
      this.data.journal.delete(run.runId);
      return;
    }
    this.data.runs.set(run.runId, { ...row, context, offset, ...(record === undefined ? {} : { record }) });
    this.data.journal.set(run.runId, [...(this.data.journal.get(run.runId) ?? []), ...(run.journal ?? [])]);
  }

  #answer<T>(value: T): Promise<T> {
    return this.fenced ? never() : Promise.resolve(value);
  }

  sessions(): Promise<readonly Session[]> {
    return this.#answer([...this.data.sessions.values()].map((session) => this.#withHead(session)));
  }

  session(id: SessionId): Promise<Session | undefined> {
    const session = this.data.sessions.get(id);
    return this.#answer(session && this.#withHead(session));
  }

  #withHead(session: Session): Session {
    return { ...session, head: Math.max(session.head, this.data.events.get(session.id)?.at(-1)?.seq ?? 0) };
  }

  events(id: SessionId, range: { after: number; until?: number; limit: number }): Promise<readonly StoredEvent[]> {
    const { after, until = Infinity, limit } = range;
    return this.#answer(
      (this.data.events.get(id) ?? []).filter(({ seq }) => seq > after && seq <= until).slice(0, limit),
    );
  }

  turns(id: SessionId, limit: number): Promise<readonly TurnRow[]> {
    return this.#answer(
      [...this.data.turns.values()]
        .filter(({ sessionId }) => sessionId === id)
        .reverse()
        .slice(0, limit),
    );
  }

  turn(_id: SessionId, turnId: TurnRow['id']): Promise<TurnRow | undefined> {
    return this.#answer(this.data.turns.get(turnId));
  }

  findTurn(turnId: TurnRow['id']): Promise<TurnRow | undefined> {
    return this.#answer(this.data.turns.get(turnId));
  }

  openTurns(id: SessionId): Promise<readonly TurnRow[]> {
    const open = [...this.data.turns.values()].filter((turn) => turn.sessionId === id && isOpen(turn));
    return this.#answer(open.sort((a, b) => (a.queueOrder ?? 0) - (b.queueOrder ?? 0)));
  }

  approvals({ pending, sessionId, agent, limit = Infinity }: FindApprovals): Promise<readonly Approval[]> {
    const found = [...this.data.approvals.values()].filter(
      (one) =>
        (sessionId === undefined || one.sessionId === sessionId) &&
        (agent === undefined || this.data.sessions.get(one.sessionId)?.agent === agent) &&
        (!pending || one.resolution === undefined),
    );
    return this.#answer(found.slice(Math.max(0, found.length - limit)));
  }

  approval(id: Approval['id']): Promise<Approval | undefined> {
    return this.#answer(this.data.approvals.get(id));
  }

  runs(): Promise<readonly RunRow[]> {
    return this.#answer([...this.data.runs.values()]);
  }

  journal(runId: RunRow['runId']): Promise<readonly JournalEntry[]> {
    return this.#answer(this.data.journal.get(runId) ?? []);
  }

  idempotent(id: SessionId, key: string): Promise<{ fingerprint: string; result: string } | undefined> {
    return this.#answer(this.data.keys.get(id + key));
  }

  deleteSession(id: SessionId): Promise<void> {
    this.data.sessions.delete(id);
    this.data.accepted = this.data.accepted.filter(({ sessionId }) => sessionId !== id);
    return this.#answer(undefined);
  }

  forgetIdempotency(): Promise<void> {
    return this.#answer(undefined);
  }

  acceptedRequest(key: string): Promise<AcceptedRequest | undefined> {
    return this.#answer(this.data.accepted.find((one) => one.key === key));
  }

  requestsLike(digest: string, since: number): Promise<readonly AcceptedRequest[]> {
    return this.#answer(this.data.accepted.filter((one) => one.digest === digest && one.at >= since).reverse());
  }

  requestApprovals({ limit, agent }: { limit: number; agent?: string }): Promise<readonly RequestApproval[]> {
    const all = [...this.data.requestApprovals.values()].filter((one) => agent === undefined || one.agent === agent);
    return this.#answer(all.reverse().slice(0, limit));
  }

  addRequestApproval(record: RequestApproval): Promise<void> {
    this.data.requestApprovals.set(record.id, record);
    return this.#answer(undefined);
  }

  forgetRequestApprovals(before: number): Promise<void> {
    for (const { id, at } of this.data.requestApprovals.values())
      if (at < before) this.data.requestApprovals.delete(id);
    return this.#answer(undefined);
  }

  forgetRequests(before: number): Promise<void> {
    this.data.accepted = this.data.accepted.filter(({ at }) => at >= before);
    return this.#answer(undefined);
  }

  records({ limit = 50, before, agent, status, correlationId }: FindRequests): Promise<readonly RequestRecord[]> {
    const all = [...this.data.records.values()].reverse();
    const from = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1;
    const found = all
      .slice(from)
      .filter((one) => agent === undefined || one.agent === agent)
      .filter(
        (one) => status === undefined || (status === 'deduped' ? one.dedupedOf !== undefined : one.status === status),
      )
      .filter((one) => correlationId === undefined || one.correlationId === correlationId);
    return this.#answer(found.slice(0, limit));
  }

  record(id: TurnRow['id']): Promise<RequestRecord | undefined> {
    return this.#answer(this.data.records.get(id));
  }

  forgetRecords(before: number): Promise<number> {
    const old = [...this.data.records.values()].filter(({ endedAt = Infinity }) => endedAt < before);
    for (const { id } of old) this.data.records.delete(id);
    return this.#answer(old.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
