// Whose turn it is to start the daemon. Ten editors that open at once would start ten, of which nine end again: work that only keeps the
// tenth from coming up. That there is one in the end is not decided here but by the daemon's own lock; this one is a courtesy.

import { chmodSync } from 'node:fs';

/** SQLite's code for what somebody else holds. */
const busy = 5;

/**
 * Undefined while somebody else has it. The kernel's lock, through SQLite as that of the state directory (docs/decisions/0003): however its
 * holder dies, it is free. Returns what gives it back.
 */
export function tryStartLock(file: string): (() => void) | undefined {
  // Not `import`: only who finds no daemon needs it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    chmodSync(file, 0o600);
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined;
    throw error;
  }
}
