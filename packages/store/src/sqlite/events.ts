// Events: the hot path. One row each, appended in order.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SessionId, StoredEvent } from '@parley/schema';
import { number, text } from './columns.ts';
import type { LongTexts } from './long-texts.ts';

export class Events {
  readonly #insert: StatementSync;
  readonly #insertLong: StatementSync;
  readonly #select: StatementSync;
  readonly #prune: StatementSync;
  readonly #longTexts: LongTexts;

  constructor(database: DatabaseSync, longTexts: LongTexts) {
    this.#longTexts = longTexts;
    this.#insert = database.prepare('INSERT INTO events (session, seq, delta, json) VALUES (?, ?, ?, ?)');
    this.#insertLong = database.prepare("INSERT INTO events (session, seq, delta, json, long) VALUES (?, ?, 0, '', ?)");
    this.#select = database.prepare(`
      SELECT seq, delta, json, long FROM events
      WHERE session = (SELECT n FROM sessions WHERE id = ?) AND seq > ? AND seq <= ?
      ORDER BY seq LIMIT ?
    `);
    this.#prune = database.prepare('DELETE FROM events WHERE session = ? AND seq >= ? AND seq < ? AND delta = 1');
  }

  /** `long`: the numbers of those whose text is there already. */
  append(session: number, events: readonly StoredEvent[], long: ReadonlyMap<StoredEvent, number>): void {
    for (const event of events) {
      const { seq, delta, json } = event;
      const there = long.get(event);
      if (there === undefined) this.#insert.run(session, seq, delta ? 1 : 0, json);
      else this.#insertLong.run(session, seq, there);
    }
  }

  page(id: SessionId, after: number, until: number, limit: number): readonly StoredEvent[] {
    return this.#select.all(id, after, until, limit).map((row) => ({
      seq: number(row, 'seq'),
      json: row['long'] === null ? text(row, 'json') : this.#longTexts.get(number(row, 'long')),
      delta: row['delta'] === 1,
    }));
  }

  pruneDeltas(session: number, from: number, to: number): void {
    this.#prune.run(session, from, to);
  }
}
