// The store in SQLite. All work is synchronous inside, so changes are committed in the order of the calls; promises are for a twin on a server.

import type { DatabaseSync } from 'node:sqlite';
import { ParleyError } from '@parley/schema';
import type {
  AcceptedRequest,
  Approval,
  ApprovalId,
  Change,
  ConsultationId,
  ConsultationRow,
  ConsultationStore,
  ConsultSummary,
  FindApprovals,
  FindRequests,
  JournalEntry,
  RequestRecord,
  RequestApproval,
  RunId,
  RunRow,
  Session,
  SessionId,
  Store,
  StoredEvent,
  TurnId,
  TurnRow,
} from '@parley/schema';
import { AcceptedRequests } from './accepted-requests.ts';
import { Approvals } from './approvals.ts';
import { Consultations } from './consultations.ts';
import { guarded } from './errors.ts';
import { Events } from './events.ts';
import { Idempotency } from './idempotency.ts';
import { LongTexts } from './long-texts.ts';
import { Records } from './records.ts';
import { RequestApprovals } from './request-approvals.ts';
import { Runs } from './runs.ts';
import { Sessions } from './sessions.ts';
import { Transactions } from './transactions.ts';
import { Turns } from './turns.ts';

/** Numbers of the long texts of a change that are written already. */
interface LongParts {
  readonly events: Map<StoredEvent, number>;
  readonly answers: Map<TurnId, number>;
}
const noneLong: LongParts = { events: new Map(), answers: new Map() };

export class SqliteStore implements Store, ConsultationStore {
  readonly #database: DatabaseSync;
  readonly #transactions: Transactions;
  readonly #sessions: Sessions;
  readonly #events: Events;
  readonly #turns: Turns;
  readonly #approvals: Approvals;
  readonly #requestApprovals: RequestApprovals;
  readonly #runs: Runs;
  readonly #idempotency: Idempotency;
  readonly #acceptedRequests: AcceptedRequests;
  readonly #consultations: Consultations;
  readonly #records: Records;
  readonly #longTexts: LongTexts;
  /** What is being written of sessions, where that takes more than a moment: later changes of the same session come after it. */
  readonly #writing = new Map<SessionId, Promise<void>>();

  /** The database is migrated, and this store's to close. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#transactions = new Transactions(database);
    this.#sessions = new Sessions(database);
    this.#longTexts = new LongTexts(database);
    this.#events = new Events(database, this.#longTexts);
    this.#turns = new Turns(database, this.#longTexts);
    this.#approvals = new Approvals(database);
    this.#requestApprovals = new RequestApprovals(database);
    this.#runs = new Runs(database);
    this.#idempotency = new Idempotency(database);
    this.#acceptedRequests = new AcceptedRequests(database);
    this.#consultations = new Consultations(database);
    this.#records = new Records(database);
  }

  async sessions(): Promise<readonly Session[]> {
    return guarded(() => this.#sessions.all());
  }

  async session(id: SessionId): Promise<Session | undefined> {
    return guarded(() => this.#sessions.one(id));
  }

  async events(
    id: SessionId,
    {
      after,
      until = Number.MAX_SAFE_INTEGER,
      limit,
    }: { readonly after: number; readonly until?: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]> {
    return guarded(() => this.#events.page(id, after, until, limit));
  }

  async turns(id: SessionId, limit: number): Promise<readonly TurnRow[]> {
    return guarded(() => this.#turns.newest(id, limit));
  }

  async turn(id: SessionId, turnId: TurnId): Promise<TurnRow | undefined> {
    return guarded(() => this.#turns.one(id, turnId));
  }

  async findTurn(turnId: TurnId): Promise<TurnRow | undefined> {
    return guarded(() => this.#turns.find(turnId));
  }

  async openTurns(id: SessionId): Promise<readonly TurnRow[]> {
    return guarded(() => this.#turns.open(id));
  }

  async approvals(find: FindApprovals): Promise<readonly Approval[]> {
    return guarded(() => this.#approvals.list(find));
  }

  async approval(id: ApprovalId): Promise<Approval | undefined> {
    return guarded(() => this.#approvals.one(id));
  }

  async requestApprovals({
    limit,
    agent,
  }: {
    readonly limit: number;
    readonly agent?: string;
  }): Promise<readonly RequestApproval[]> {
    return guarded(() => this.#requestApprovals.newest(limit, agent));
  }

  async addRequestApproval(record: RequestApproval): Promise<void> {
    guarded(() => this.#requestApprovals.put(record));
  }

  async forgetRequestApprovals(before: number): Promise<void> {
    guarded(() => this.#requestApprovals.forget(before));
  }

  async runs(): Promise<readonly RunRow[]> {
    return guarded(() => this.#runs.open());
  }

  async journal(runId: RunId): Promise<readonly JournalEntry[]> {
    return guarded(() => this.#runs.journal(runId));
  }

  async idempotent(
    id: SessionId,
    key: string,
  ): Promise<{ readonly fingerprint: string; readonly result: string } | undefined> {
    return guarded(() => this.#idempotency.one(id, key));
  }

  async acceptedRequest(key: string): Promise<AcceptedRequest | undefined> {
    return guarded(() => this.#acceptedRequests.byKey(key));
  }

  async requestsLike(digest: string, since: number): Promise<readonly AcceptedRequest[]> {
    return guarded(() => this.#acceptedRequests.byDigest(digest, since));
  }

  async records(find: FindRequests): Promise<readonly RequestRecord[]> {
    return guarded(() => this.#records.find(find));
  }

  async record(id: TurnId): Promise<RequestRecord | undefined> {
    return guarded(() => this.#records.one(id));
  }

  async forgetRecords(before: number): Promise<number> {
    return guarded(() => this.#records.forget(before));
  }

  async commit(change: Change): Promise<void> {
    const { sessionId } = change;
    const before = this.#writing.get(sessionId);
    if (before === undefined && !this.#isLong(change)) return this.#commitNow(change, noneLong);
    const writing = (before ?? Promise.resolve()).then(() => this.#commitLong(change));
    const settled = writing.catch(() => undefined);
    this.#writing.set(sessionId, settled);
    try {
      await writing;
    } finally {
      if (this.#writing.get(sessionId) === settled) this.#writing.delete(sessionId);
    }
  }

  /** Whether there is something to write ahead of the change; for a session that begins with it there is nothing yet that it could hang on. */
  #isLong({ sessionId, session, events, turns = [] }: Change): boolean {
    if (session !== undefined && this.#sessions.numberOf(sessionId) === undefined) return false;
    return (
      events.some((event) => this.#isLongEvent(event)) || turns.some(({ answer }) => this.#longTexts.isLong(answer))
    );
  }

  /** Deltas are short, and are removed again. */
  #isLongEvent({ json, delta }: StoredEvent): boolean {
    return !delta && this.#longTexts.isLong(json);
  }

  /** Long texts first, in pieces; they belong to nothing until the change names them. */
  async #commitLong(change: Change): Promise<void> {
    const { sessionId, events, turns = [] } = change;
    const long: LongParts = { events: new Map(), answers: new Map() };
    for (const event of events) {
      if (this.#isLongEvent(event)) long.events.set(event, await this.#longTexts.put(sessionId, event.json));
    }
    for (const { id, answer } of turns) {
      if (this.#longTexts.isLong(answer)) long.answers.set(id, await this.#longTexts.put(sessionId, answer));
    }
    this.#commitNow(change, long);
  }

  #commitNow(change: Change, long: LongParts): void {
    guarded(() => this.#transactions.run(change.durable, () => this.#apply(change, long)));
  }

  async deleteSession(id: SessionId): Promise<void> {
    guarded(() => this.#transactions.run(true, () => this.#sessions.delete(id)));
  }

  async forgetIdempotency(before: number): Promise<void> {
    guarded(() => this.#idempotency.forget(before));
  }

  async forgetRequests(before: number): Promise<void> {
    guarded(() => this.#acceptedRequests.forget(before));
  }

  async consultations(limit: number): Promise<readonly ConsultSummary[]> {
    return guarded(() => this.#consultations.newest(limit));
  }

  async consultation(id: ConsultationId): Promise<ConsultationRow | undefined> {
    return guarded(() => this.#consultations.one(id));
  }

  async consultationByKey(key: string): Promise<ConsultationRow | undefined> {
    return guarded(() => this.#consultations.byKey(key));
  }

  async runningConsultations(): Promise<readonly ConsultationRow[]> {
    return guarded(() => this.#consultations.running());
  }

  async putConsultation(row: ConsultationRow): Promise<void> {
    guarded(() => this.#transactions.run(true, () => this.#consultations.put(row)));
  }

  async deleteConsultation(id: ConsultationId): Promise<void> {
    guarded(() => this.#consultations.delete(id));
  }

  async forgetConsultations(before: number): Promise<void> {
    guarded(() => this.#consultations.forget(before));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) guarded(() => this.#database.close());
  }

  #apply(change: Change, long: LongParts): void {
    const { sessionId, session, events, turns, approvals, run, idempotency, request, pruneDeltas } = change;
    if (session !== undefined) this.#sessions.put(session);
    const n = this.#sessions.numberOf(sessionId);
    if (n === undefined) throw new ParleyError('unknown_session', `There is no session ${sessionId}.`);
    this.#events.append(n, events, long.events);
    for (const turn of turns ?? []) this.#turns.put(n, turn, long.answers.get(turn.id));
    for (const approval of approvals ?? []) this.#approvals.put(n, approval);
    for (const one of change.requestApprovals ?? []) this.#requestApprovals.change(one);
    for (const record of change.records ?? []) this.#records.put(record);
    if (run !== undefined) this.#runs.change(n, run);
    if (idempotency !== undefined) this.#idempotency.add(n, idempotency);
    if (request !== undefined) this.#acceptedRequests.add(n, { sessionId, ...request });
    if (pruneDeltas !== undefined) this.#events.pruneDeltas(n, pruneDeltas.from, pruneDeltas.to);
  }
}
