// Turns.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isOpen } from '@parley/schema';
import type { SessionId, TurnId, TurnRow } from '@parley/schema';
import { json, number } from './columns.ts';
import type { Row } from './columns.ts';
import type { LongTexts } from './long-texts.ts';

export class Turns {
  readonly #newest: StatementSync;
  readonly #one: StatementSync;
  readonly #find: StatementSync;
  readonly #open: StatementSync;
  readonly #put: StatementSync;
  readonly #longOf: StatementSync;
  readonly #longTexts: LongTexts;

  constructor(database: DatabaseSync, longTexts: LongTexts) {
    this.#longTexts = longTexts;
    const ofSession = 'FROM turns WHERE session = (SELECT n FROM sessions WHERE id = ?)';
    this.#newest = database.prepare(`SELECT json, long ${ofSession} ORDER BY queued_at DESC, n DESC LIMIT ?`);
    this.#one = database.prepare(`SELECT json, long ${ofSession} AND id = ?`);
    this.#find = database.prepare('SELECT json, long FROM turns WHERE id = ?');
    // Those that have no place in the queue run already, or are words inside of one that runs.
    this.#open = database.prepare(`SELECT json, long ${ofSession} AND open = 1 ORDER BY queue_order NULLS FIRST, n`);
    this.#put = database.prepare(`
      INSERT INTO turns (session, id, open, queue_order, queued_at, json, long) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (session, id) DO UPDATE
      SET open = excluded.open, queue_order = excluded.queue_order, queued_at = excluded.queued_at, json = excluded.json,
        long = excluded.long
    `);
    this.#longOf = database.prepare('SELECT long FROM turns WHERE session = ? AND id = ? AND long IS NOT NULL');
  }

  newest(id: SessionId, limit: number): readonly TurnRow[] {
    return this.#newest.all(id, limit).map((row) => this.#turnOf(row));
  }

  one(id: SessionId, turnId: TurnId): TurnRow | undefined {
    const row = this.#one.get(id, turnId);
    return row && this.#turnOf(row);
  }

  find(turnId: TurnId): TurnRow | undefined {
    const row = this.#find.get(turnId);
    return row && this.#turnOf(row);
  }

  open(id: SessionId): readonly TurnRow[] {
    return this.#open.all(id).map((row) => this.#turnOf(row));
  }

  /** `long`: the number of its answer, where that is there already. */
  put(session: number, turn: TurnRow, long: number | undefined): void {
    const open = isOpen(turn) ? 1 : 0;
    const before = this.#longOf.get(session, turn.id);
    const stored = long === undefined ? turn : { ...turn, answer: undefined };
    this.#put.run(session, turn.id, open, turn.queueOrder ?? null, turn.queuedAt, JSON.stringify(stored), long ?? null);
    if (before !== undefined) this.#longTexts.forget(number(before, 'long'));
  }

  #turnOf(row: Row): TurnRow {
    const turn = json<TurnRow>(row);
    return row['long'] === null ? turn : { ...turn, answer: this.#longTexts.get(number(row, 'long')) };
  }
}
