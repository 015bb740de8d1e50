// Runs that are not closed, and the journals of their drivers. A closed run is a row less: nobody asks for it again.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { JournalEntry, RunChange, RunId, RunRecord, RunRow, SessionId } from '@parley/schema';
import { json, number, text } from './columns.ts';
import type { Row } from './columns.ts';

export class Runs {
  readonly #open: StatementSync;
  readonly #number: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #moveOffset: StatementSync;
  readonly #delete: StatementSync;
  readonly #journal: StatementSync;
  readonly #addToJournal: StatementSync;

  constructor(database: DatabaseSync) {
    this.#open = database.prepare(`
      SELECT runs.id AS id, sessions.id AS session, record, stdout_offset, context
      FROM runs JOIN sessions ON sessions.n = runs.session ORDER BY runs.n
    `);
    this.#number = database.prepare('SELECT n FROM runs WHERE id = ?');
    this.#insert = database.prepare(
      "INSERT INTO runs (session, id, stdout_offset, context) VALUES (?, ?, 0, '') RETURNING n",
    );
    this.#update = database.prepare(
      'UPDATE runs SET context = coalesce(?, context), record = coalesce(?, record) WHERE n = ?',
    );
    this.#moveOffset = database.prepare('UPDATE runs SET stdout_offset = ? WHERE n = ?');
    this.#delete = database.prepare('DELETE FROM runs WHERE id = ?');
    this.#journal = database.prepare(`
      SELECT journal.n AS n, after_offset, input FROM journal JOIN runs ON runs.n = journal.run WHERE runs.id = ? ORDER BY journal.n
    `);
    this.#addToJournal = database.prepare('INSERT INTO journal (run, n, after_offset, input) VALUES (?, ?, ?, ?)');
  }

  open(): readonly RunRow[] {
    return this.#open.all().map((row) => ({
      runId: text(row, 'id') as RunId,
      sessionId: text(row, 'session') as SessionId,
      ...(row['record'] !== null && { record: json<RunRecord>(row, 'record') }),
      offset: number(row, 'stdout_offset'),
      context: text(row, 'context'),
    }));
  }

  journal(runId: RunId): readonly JournalEntry[] {
    return this.#journal.all(runId).map((row) => ({
      n: number(row, 'n'),
      afterOffset: number(row, 'after_offset'),
      input: json<JournalEntry['input']>(row, 'input'),
    }));
  }

  change(session: number, { runId, context, record, offset, journal, closed }: RunChange): void {
    if (closed === true) {
      this.#delete.run(runId);
      return;
    }
    const run = number(this.#number.get(runId) ?? this.#added(session, runId), 'n');
    if (context !== undefined || record !== undefined) {
      this.#update.run(context ?? null, record === undefined ? null : JSON.stringify(record), run);
    }
    if (offset !== undefined) this.#moveOffset.run(offset, run);
    for (const { n, afterOffset, input } of journal ?? [])
      this.#addToJournal.run(run, n, afterOffset, JSON.stringify(input));
  }

  #added(session: number, runId: RunId): Row {
    const row = this.#insert.get(session, runId);
    if (row === undefined) throw new TypeError(`Run ${runId} was not added.`);
    return row;
  }
}
