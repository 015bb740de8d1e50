// Events: the hot path. One row each, appended in order.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SessionId, StoredEvent } from '@parley/schema';
import { number, text } from './columns.ts';

export class Events {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #prune: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO events (session, seq, delta, json) VALUES (?, ?, ?, ?)');
    this.#select = database.prepare(`
      SELECT seq, delta, json FROM events
      WHERE session = (SELECT n FROM sessions WHERE id = ?) AND seq > ? AND seq <= ?
      ORDER BY seq LIMIT ?
    `);
    this.#prune = database.prepare('DELETE FROM events WHERE session = ? AND seq >= ? AND seq < ? AND delta = 1');
  }

  append(session: number, events: readonly StoredEvent[]): void {
    for (const { seq, delta, json } of events) this.#insert.run(session, seq, delta ? 1 : 0, json);
  }

  page(id: SessionId, after: number, until: number, limit: number): readonly StoredEvent[] {
    return this.#select
      .all(id, after, until, limit)
      .map((row) => ({ seq: number(row, 'seq'), json: text(row, 'json'), delta: row['delta'] === 1 }));
  }

  pruneDeltas(session: number, from: number, to: number): void {
    this.#prune.run(session, from, to);
  }
}
