// Sessions: their read model, and the number that everything else of a session hangs on.

import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Session, SessionId } from '@parley/schema';
import { json, number } from './columns.ts';

export class Sessions {
  readonly #all: StatementSync;
  readonly #one: StatementSync;
  readonly #number: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    // A batch of deltas moves the head without rewriting the session, so the head is read from the events.
    const columns = 'json, (SELECT max(seq) FROM events WHERE session = sessions.n) AS head';
    this.#all = database.prepare(`SELECT ${columns} FROM sessions ORDER BY updated_at DESC, n DESC`);
    this.#one = database.prepare(`SELECT ${columns} FROM sessions WHERE id = ?`);
    this.#number = database.prepare('SELECT n FROM sessions WHERE id = ?');
    this.#put = database.prepare(`
      INSERT INTO sessions (id, updated_at, json) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, json = excluded.json
    `);
    this.#delete = database.prepare('DELETE FROM sessions WHERE id = ?');
  }

  /** The one that changed last first. */
  all(): readonly Session[] {
    return this.#all.all().map(withHead);
  }

  one(id: SessionId): Session | undefined {
    const row = this.#one.get(id);
    return row && withHead(row);
  }

  numberOf(id: SessionId): number | undefined {
    const row = this.#number.get(id);
    return row && number(row, 'n');
  }

  put(session: Session): void {
    this.#put.run(session.id, session.updatedAt, JSON.stringify(session));
  }

  delete(id: SessionId): void {
    this.#delete.run(id);
  }
}

function withHead(row: Record<string, SQLOutputValue>): Session {
  const session = json<Session>(row);
  return row['head'] === null ? session : { ...session, head: Math.max(session.head, number(row, 'head')) };
}
