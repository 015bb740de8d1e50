// The recorder's rows. They hang on no session: they stay when it goes.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { ParleyError } from '@parley/schema';
import type { FindRequests, RequestRecord, TurnId } from '@parley/schema';
import { json, number } from './columns.ts';

export class Records {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #one: StatementSync;
  readonly #place: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    // What has ended has ended: nothing said later about the same turn changes its row.
    this.#put = database.prepare(`
      INSERT INTO records (id, agent, status, correlation, queued_at, ended_at, json) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at, json = excluded.json
      WHERE ended_at IS NULL
    `);
    this.#one = database.prepare('SELECT json FROM records WHERE id = ?');
    this.#place = database.prepare('SELECT n FROM records WHERE id = ?');
    // An open row whose turn is gone gets no end any more.
    this.#forget = database.prepare(`
      DELETE FROM records WHERE ended_at < ?1
        OR (ended_at IS NULL AND queued_at < ?1 AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.id = records.id))
    `);
  }

  put(record: RequestRecord): void {
    const { id, agent, status, correlationId = null, queuedAt, endedAt = null } = record;
    this.#put.run(id, agent, status, correlationId, queuedAt, endedAt, JSON.stringify(record));
  }

  one(id: TurnId): RequestRecord | undefined {
    const row = this.#one.get(id);
    return row && json<RequestRecord>(row);
  }

  /** Newest first. Throws `unknown_turn` where there is no `before`. */
  find({ limit = 50, before, agent, status, correlationId }: FindRequests): readonly RequestRecord[] {
    const wanted: readonly (readonly [string, SQLInputValue | undefined])[] = [
      ['n < ?', before === undefined ? undefined : this.#placeOf(before)],
      ['agent = ?', agent],
      status === 'deduped' ? ["json_extract(json, '$.dedupedOf') <> ?", ''] : ['status = ?', status],
      ['correlation = ?', correlationId],
    ];
    const terms = wanted.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]));
    const where = terms.length === 0 ? '' : `WHERE ${terms.map(({ term }) => term).join(' AND ')}`;
    return this.#database
      .prepare(`SELECT json FROM records ${where} ORDER BY n DESC LIMIT ?`)
      .all(...terms.map(({ value }) => value), limit)
      .map((row) => json<RequestRecord>(row));
  }

  #placeOf(id: TurnId): number {
    const row = this.#place.get(id);
    if (row === undefined) throw new ParleyError('unknown_turn', `No request ${id} is recorded.`);
    return number(row, 'n');
  }

  /** How many were forgotten. */
  forget(before: number): number {
    return Number(this.#forget.run(before).changes);
  }
}
