// SQLite's errors as ours.

import { ParleyError } from '@parley/schema';
import type { ErrorCode } from '@parley/schema';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [5, 'state_locked'], // SQLITE_BUSY
  [11, 'state_corrupt'], // SQLITE_CORRUPT
  [26, 'state_corrupt'], // SQLITE_NOTADB
]);

/** Do it, and let nothing but a `ParleyError` out. */
export function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw asParleyError(error);
  }
}

function asParleyError(error: unknown): unknown {
  if (ParleyError.is(error) || !(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ERR_INVALID_STATE')
    return new ParleyError('shutting_down', 'The store is closed.', undefined, { cause: error });
  if (!('errcode' in error) || typeof error.errcode !== 'number') return error;
  // The lowest byte of an extended code is the primary one.
  const code = codes.get(error.errcode & 0xff) ?? 'internal';
  return new ParleyError(code, `The store failed: ${error.message}.`, { sqlite: error.errcode }, { cause: error });
}
