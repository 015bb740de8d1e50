// Turns.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SessionId, TurnId, TurnRow, TurnState } from '@parley/schema';
import { json } from './columns.ts';

const openStates: ReadonlySet<TurnState> = new Set(['queued', 'steering', 'running']);

export class Turns {
  readonly #newest: StatementSync;
  readonly #one: StatementSync;
  readonly #find: StatementSync;
  readonly #open: StatementSync;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync) {
    const ofSession = 'FROM turns WHERE session = (SELECT n FROM sessions WHERE id = ?)';
    this.#newest = database.prepare(`SELECT json ${ofSession} ORDER BY queued_at DESC, n DESC LIMIT ?`);
    this.#one = database.prepare(`SELECT json ${ofSession} AND id = ?`);
    this.#find = database.prepare('SELECT json FROM turns WHERE id = ?');
    // Those that have no place in the queue run already, or are words inside of one that runs.
    this.#open = database.prepare(`SELECT json ${ofSession} AND open = 1 ORDER BY queue_order NULLS FIRST, n`);
    this.#put = database.prepare(`
      INSERT INTO turns (session, id, open, queue_order, queued_at, json) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (session, id) DO UPDATE
      SET open = excluded.open, queue_order = excluded.queue_order, queued_at = excluded.queued_at, json = excluded.json
    `);
  }

  newest(id: SessionId, limit: number): readonly TurnRow[] {
    return this.#newest.all(id, limit).map((row) => json<TurnRow>(row));
  }

  one(id: SessionId, turnId: TurnId): TurnRow | undefined {
    const row = this.#one.get(id, turnId);
    return row && json<TurnRow>(row);
  }

  find(turnId: TurnId): TurnRow | undefined {
    const row = this.#find.get(turnId);
    return row && json<TurnRow>(row);
  }

  open(id: SessionId): readonly TurnRow[] {
    return this.#open.all(id).map((row) => json<TurnRow>(row));
  }

  put(session: number, turn: TurnRow): void {
    const open = openStates.has(turn.state) ? 1 : 0;
    this.#put.run(session, turn.id, open, turn.queueOrder ?? null, turn.queuedAt, JSON.stringify(turn));
  }
}
