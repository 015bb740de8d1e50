// Migrations run forward only, in one transaction, and are remembered with their checksums: a state directory whose past is not the
// one that this program knows is left alone.

import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { ParleyError } from '@parley/schema';

export interface Migration {
  /** What it is for; its place in the list is its number, from 1. */
  readonly name: string;
  readonly sql: string;
}

/** Throws `state_newer`, `state_corrupt`; then nothing has been changed. */
export function migrate(database: DatabaseSync, migrations: readonly Migration[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(`
      CREATE TABLE IF NOT EXISTS migrations (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        checksum TEXT NOT NULL,
        applied_at INTEGER NOT NULL
      ) STRICT
    `);
    const applied = database.prepare('SELECT name, checksum FROM migrations ORDER BY number').all();
    if (applied.length > migrations.length) {
      const { name } = applied[migrations.length] ?? {};
      throw new ParleyError(
        'state_newer',
        `The store has a migration that this Parley does not know: ${String(name)}.`,
      );
    }
    const remember = database.prepare(
      'INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)',
    );
    for (const [index, { name, sql }] of migrations.entries()) {
      const checksum = createHash('sha256').update(sql).digest('hex');
      const before = applied[index];
      if (before === undefined) {
        database.exec(sql);
        remember.run(index + 1, name, checksum, Date.now());
      } else if (before['checksum'] !== checksum) {
        throw new ParleyError('state_corrupt', `Migration ${index + 1} (${name}) is not the one that made this store.`);
      }
    }
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
