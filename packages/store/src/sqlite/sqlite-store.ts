// The store in SQLite. All work is synchronous inside, so changes are committed in the order of the calls; promises are for a twin on a server.

import type { DatabaseSync } from 'node:sqlite';
import { ParleyError } from '@parley/schema';
import type {
  Approval,
  ApprovalId,
  Change,
  JournalEntry,
  RunId,
  RunRow,
  Session,
  SessionId,
  Store,
  StoredEvent,
  TurnId,
  TurnRow,
} from '@parley/schema';
import { Approvals } from './approvals.ts';
import { guarded } from './errors.ts';
import { Events } from './events.ts';
import { Idempotency } from './idempotency.ts';
import { Runs } from './runs.ts';
import { Sessions } from './sessions.ts';
import { Transactions } from './transactions.ts';
import { Turns } from './turns.ts';

export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #transactions: Transactions;
  readonly #sessions: Sessions;
  readonly #events: Events;
  readonly #turns: Turns;
  readonly #approvals: Approvals;
  readonly #runs: Runs;
  readonly #idempotency: Idempotency;

  /** The database is migrated, and this store's to close. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#transactions = new Transactions(database);
    this.#sessions = new Sessions(database);
    this.#events = new Events(database);
    this.#turns = new Turns(database);
    this.#approvals = new Approvals(database);
    this.#runs = new Runs(database);
    this.#idempotency = new Idempotency(database);
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

  async approvals(filter: { readonly pending: boolean; readonly sessionId?: SessionId }): Promise<readonly Approval[]> {
    return guarded(() => this.#approvals.list(filter));
  }

  async approval(id: ApprovalId): Promise<Approval | undefined> {
    return guarded(() => this.#approvals.one(id));
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

  async commit(change: Change): Promise<void> {
    guarded(() => this.#transactions.run(change.durable, () => this.#apply(change)));
  }

  async deleteSession(id: SessionId): Promise<void> {
    guarded(() => this.#transactions.run(true, () => this.#sessions.delete(id)));
  }

  async forgetIdempotency(before: number): Promise<void> {
    guarded(() => this.#idempotency.forget(before));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) guarded(() => this.#database.close());
  }

  #apply({ sessionId, session, events, turns, approvals, run, idempotency, pruneDeltas }: Change): void {
    if (session !== undefined) this.#sessions.put(session);
    const n = this.#sessions.numberOf(sessionId);
    if (n === undefined) throw new ParleyError('unknown_session', `There is no session ${sessionId}.`);
    this.#events.append(n, events);
    for (const turn of turns ?? []) this.#turns.put(n, turn);
    for (const approval of approvals ?? []) this.#approvals.put(n, approval);
    if (run !== undefined) this.#runs.change(n, run);
    if (idempotency !== undefined) this.#idempotency.add(n, idempotency);
    if (pruneDeltas !== undefined) this.#events.pruneDeltas(n, pruneDeltas.from, pruneDeltas.to);
  }
}
