// Approvals: pending until they have a resolution.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Approval, ApprovalId, FindApprovals } from '@parley/schema';
import { json } from './columns.ts';

export class Approvals {
  readonly #database: DatabaseSync;
  /** By their words: there are as many as there are ways to combine the filters. */
  readonly #lists = new Map<string, StatementSync>();
  readonly #one: StatementSync;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#one = database.prepare('SELECT json FROM approvals WHERE id = ?');
    this.#put = database.prepare(`
      INSERT INTO approvals (session, id, pending, json) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET pending = excluded.pending, json = excluded.json
    `);
  }

  /** Oldest first; with `limit` the newest of them. */
  list({ pending, sessionId, agent, limit }: FindApprovals): readonly Approval[] {
    const filters = [
      ...(pending ? ['pending = 1'] : []),
      ...(sessionId === undefined ? [] : ['session = (SELECT n FROM sessions WHERE id = ?)']),
      ...(agent === undefined ? [] : ["session IN (SELECT n FROM sessions WHERE json ->> 'agent' = ?)"]),
    ];
    const where = filters.length === 0 ? '' : `WHERE ${filters.join(' AND ')} `;
    const values = [sessionId, agent].filter((value) => value !== undefined);
    // A negative limit is none.
    const rows = this.#list(`SELECT json FROM approvals ${where}ORDER BY n DESC LIMIT ?`).all(...values, limit ?? -1);
    return rows.map((row) => json<Approval>(row)).reverse();
  }

  #list(sql: string): StatementSync {
    const known = this.#lists.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#lists.set(sql, statement);
    return statement;
  }

  one(id: ApprovalId): Approval | undefined {
    const row = this.#one.get(id);
    return row && json<Approval>(row);
  }

  put(session: number, approval: Approval): void {
    this.#put.run(session, approval.id, approval.resolution === undefined ? 1 : 0, JSON.stringify(approval));
  }
}
