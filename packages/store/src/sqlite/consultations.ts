// Consultations: their record, and the line of it that lists show.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ConsultationId, ConsultationRow, ConsultSummary } from '@parley/schema';
import { json, text } from './columns.ts';
import type { Row } from './columns.ts';

export class Consultations {
  readonly #newest: StatementSync;
  readonly #one: StatementSync;
  readonly #byKey: StatementSync;
  readonly #running: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#newest = database.prepare('SELECT summary FROM consultations ORDER BY started_at DESC, n DESC LIMIT ?');
    this.#one = database.prepare('SELECT * FROM consultations WHERE id = ?');
    this.#byKey = database.prepare('SELECT * FROM consultations WHERE key = ?');
    this.#running = database.prepare("SELECT * FROM consultations WHERE status = 'running' ORDER BY n");
    this.#put = database.prepare(`
      INSERT INTO consultations (id, status, started_at, ended_at, key, fingerprint, summary, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        status = excluded.status, ended_at = excluded.ended_at, summary = excluded.summary, record = excluded.record
    `);
    this.#delete = database.prepare('DELETE FROM consultations WHERE id = ?');
    this.#forget = database.prepare('DELETE FROM consultations WHERE ended_at < ?');
  }

  newest(limit: number): readonly ConsultSummary[] {
    return this.#newest.all(limit).map((row) => json<ConsultSummary>(row, 'summary'));
  }

  one(id: ConsultationId): ConsultationRow | undefined {
    const row = this.#one.get(id);
    return row && rowOf(row);
  }

  byKey(key: string): ConsultationRow | undefined {
    const row = this.#byKey.get(key);
    return row && rowOf(row);
  }

  /** Oldest first. */
  running(): readonly ConsultationRow[] {
    return this.#running.all().map(rowOf);
  }

  put({ summary, idempotency, record }: ConsultationRow): void {
    const { id, status, startedAt, endedAt = null } = summary;
    const { key = null, fingerprint = null } = idempotency ?? {};
    this.#put.run(id, status, startedAt, endedAt, key, fingerprint, JSON.stringify(summary), record);
  }

  delete(id: ConsultationId): void {
    this.#delete.run(id);
  }

  forget(before: number): void {
    this.#forget.run(before);
  }
}

function rowOf(row: Row): ConsultationRow {
  return {
    summary: json<ConsultSummary>(row, 'summary'),
    ...(row['key'] !== null && { idempotency: { key: text(row, 'key'), fingerprint: text(row, 'fingerprint') } }),
    record: text(row, 'record'),
  };
}
