// Idempotency keys: which input had which fate.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change, SessionId } from '@parley/schema';
import { text } from './columns.ts';

export class Idempotency {
  readonly #one: StatementSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#one = database.prepare(
      'SELECT fingerprint, result FROM idempotency WHERE session = (SELECT n FROM sessions WHERE id = ?) AND key = ?',
    );
    // No "on conflict": a key that is there already fails the change, so that one key never makes two turns.
    this.#insert = database.prepare(
      'INSERT INTO idempotency (session, key, fingerprint, result, at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#forget = database.prepare('DELETE FROM idempotency WHERE at < ?');
  }

  one(id: SessionId, key: string): { readonly fingerprint: string; readonly result: string } | undefined {
    const row = this.#one.get(id, key);
    return row && { fingerprint: text(row, 'fingerprint'), result: text(row, 'result') };
  }

  add(session: number, { key, fingerprint, result, at }: NonNullable<Change['idempotency']>): void {
    this.#insert.run(session, key, fingerprint, result, at);
  }

  forget(before: number): void {
    this.#forget.run(before);
  }
}
