// Approvals: pending until they have a resolution.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Approval, ApprovalId, SessionId } from '@parley/schema';
import { json } from './columns.ts';

export class Approvals {
  readonly #all: StatementSync;
  readonly #pending: StatementSync;
  readonly #ofSession: StatementSync;
  readonly #pendingOfSession: StatementSync;
  readonly #one: StatementSync;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync) {
    const ofSession = 'session = (SELECT n FROM sessions WHERE id = ?)';
    this.#all = database.prepare('SELECT json FROM approvals ORDER BY n');
    this.#pending = database.prepare('SELECT json FROM approvals WHERE pending = 1 ORDER BY n');
    this.#ofSession = database.prepare(`SELECT json FROM approvals WHERE ${ofSession} ORDER BY n`);
    this.#pendingOfSession = database.prepare(
      `SELECT json FROM approvals WHERE pending = 1 AND ${ofSession} ORDER BY n`,
    );
    this.#one = database.prepare('SELECT json FROM approvals WHERE id = ?');
    this.#put = database.prepare(`
      INSERT INTO approvals (session, id, pending, json) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET pending = excluded.pending, json = excluded.json
    `);
  }

  /** Oldest first. `pending: false` is no filter: all. */
  list({ pending, sessionId }: { readonly pending: boolean; readonly sessionId?: SessionId }): readonly Approval[] {
    const rows =
      sessionId === undefined
        ? (pending ? this.#pending : this.#all).all()
        : (pending ? this.#pendingOfSession : this.#ofSession).all(sessionId);
    return rows.map((row) => json<Approval>(row));
  }

  one(id: ApprovalId): Approval | undefined {
    const row = this.#one.get(id);
    return row && json<Approval>(row);
  }

  put(session: number, approval: Approval): void {
    this.#put.run(session, approval.id, approval.resolution === undefined ? 1 : 0, JSON.stringify(approval));
  }
}
