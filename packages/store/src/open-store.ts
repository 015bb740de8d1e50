// Opening the store: the file private, the schema current.

import type { ConsultationStore, Store } from '@parley/schema';
import { openDatabase } from './sqlite/database.ts';
import { guarded } from './sqlite/errors.ts';
import { migrate } from './sqlite/migrate.ts';
import { migrations } from './sqlite/migrations.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';

export interface StoreOptions {
  /** Absolute path of the database; made (0600, its folder 0700) when it is missing. */
  readonly file: string;
}

/**
 * Throws `state_newer` (written by a newer Parley), `state_corrupt` (not a database of ours, damaged, or its migrations were changed).
 * Whoever opens a store holds the lock of its state directory: one process writes.
 */
export async function openStore({ file }: StoreOptions): Promise<Store & ConsultationStore> {
  return guarded(() => {
    const database = openDatabase(file);
    try {
      migrate(database, migrations);
      return new SqliteStore(database);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}
