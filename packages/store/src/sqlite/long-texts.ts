// Long texts: what is too long to be written in one piece while everybody else waits. SQLite takes 6 ms for each MB, so a text goes into a
// table of pieces first, with the rest of the process in between, and the row that it belongs to only names it.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { ParleyError } from '@parley/schema';
import type { SessionId } from '@parley/schema';
import { number, text } from './columns.ts';
import { guarded } from './errors.ts';

/** Characters of a piece, and of the longest text that is written at once. */
const pieceLength = 1024 * 1024;

export class LongTexts {
  readonly #begin: StatementSync;
  readonly #add: StatementSync;
  readonly #pieces: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#begin = database.prepare('INSERT INTO long_texts (session) SELECT n FROM sessions WHERE id = ? RETURNING n');
    this.#add = database.prepare('INSERT INTO long_text_pieces (text, part, piece) VALUES (?, ?, ?)');
    this.#pieces = database.prepare('SELECT piece FROM long_text_pieces WHERE text = ? ORDER BY part');
    this.#forget = database.prepare('DELETE FROM long_texts WHERE n = ?');
    // What was written and never named, because the process died in between.
    database.exec(`
      DELETE FROM long_texts WHERE n NOT IN (
        SELECT long FROM events WHERE long IS NOT NULL UNION ALL SELECT long FROM turns WHERE long IS NOT NULL
      )
    `);
  }

  isLong(value: string | undefined): value is string {
    return value !== undefined && value.length > pieceLength;
  }

  /** Writes a text of a session, piece by piece; tells its number. Throws `unknown_session`. */
  async put(session: SessionId, value: string): Promise<number> {
    const row = guarded(() => this.#begin.get(session));
    if (row === undefined) throw new ParleyError('unknown_session', `There is no session ${session}.`);
    const n = number(row, 'n');
    let part = 0;
    for (let from = 0; from < value.length; part += 1) {
      const end = endOfPiece(value, from);
      guarded(() => this.#add.run(n, part, value.slice(from, end)));
      from = end;
      await setImmediate();
    }
    return n;
  }

  get(n: number): string {
    return this.#pieces
      .all(n)
      .map((row) => text(row, 'piece'))
      .join('');
  }

  forget(n: number): void {
    this.#forget.run(n);
  }
}

/** Never between the two halves of a character. */
function endOfPiece(value: string, from: number): number {
  const end = from + pieceLength;
  if (end >= value.length) return value.length;
  const unit = value.charCodeAt(end - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? end - 1 : end;
}
