// Requests that were accepted: by their idempotency key, and by the digest of what they asked.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AcceptedRequest } from '@parley/schema';
import { json } from './columns.ts';

export class AcceptedRequests {
  readonly #byKey: StatementSync;
  readonly #byDigest: StatementSync;
  readonly #insert: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#byKey = database.prepare('SELECT json FROM accepted_requests WHERE key = ?');
    this.#byDigest = database.prepare(
      'SELECT json FROM accepted_requests WHERE digest = ? AND at >= ? ORDER BY at DESC, n DESC LIMIT 10',
    );
    // As of the keys of turns: one that is there already fails the change.
    this.#insert = database.prepare(
      'INSERT INTO accepted_requests (session, key, digest, at, json) VALUES (?, ?, ?, ?, ?)',
    );
    this.#forget = database.prepare('DELETE FROM accepted_requests WHERE at < ?');
  }

  byKey(key: string): AcceptedRequest | undefined {
    const row = this.#byKey.get(key);
    return row && json<AcceptedRequest>(row);
  }

  byDigest(digest: string, since: number): readonly AcceptedRequest[] {
    return this.#byDigest.all(digest, since).map((row) => json<AcceptedRequest>(row));
  }

  add(session: number, request: AcceptedRequest): void {
    this.#insert.run(session, request.key ?? null, request.digest ?? null, request.at, JSON.stringify(request));
  }

  forget(before: number): void {
    this.#forget.run(before);
  }
}
