// Records of decisions about requests. They outlive their sessions: what was refused never had one.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RequestApproval, RequestApprovalChange } from '@parley/schema';
import { json } from './columns.ts';

export class RequestApprovals {
  readonly #newest: StatementSync;
  readonly #ofAgent: StatementSync;
  readonly #one: StatementSync;
  readonly #put: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#newest = database.prepare('SELECT json FROM request_approvals ORDER BY at DESC, n DESC LIMIT ?');
    this.#ofAgent = database.prepare(
      'SELECT json FROM request_approvals WHERE agent = ? ORDER BY at DESC, n DESC LIMIT ?',
    );
    this.#one = database.prepare('SELECT json FROM request_approvals WHERE id = ?');
    this.#put = database.prepare(`
      INSERT INTO request_approvals (id, agent, at, json) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET json = excluded.json
    `);
    this.#forget = database.prepare('DELETE FROM request_approvals WHERE at < ?');
  }

  newest(limit: number, agent?: string): readonly RequestApproval[] {
    const rows = agent === undefined ? this.#newest.all(limit) : this.#ofAgent.all(agent, limit);
    return rows.map((row) => json<RequestApproval>(row));
  }

  put(record: RequestApproval): void {
    this.#put.run(record.id, record.agent, record.at, JSON.stringify(record));
  }

  /** A whole record, or parts of one that is kept. */
  change(change: RequestApprovalChange): void {
    const row = this.#one.get(change.id);
    if (row !== undefined) this.put({ ...json<RequestApproval>(row), ...change });
    else if (isWhole(change)) this.put(change);
  }

  forget(before: number): void {
    this.#forget.run(before);
  }
}

function isWhole(change: RequestApprovalChange): change is RequestApproval {
  return change.at !== undefined;
}
