// Idempotency: what makes two inputs with one key the same input, and the answer that the second one gets.

import { createHash } from 'node:crypto';
import { ParleyError } from '@parley/schema';
import type { SubmitResult, SubmitTurn } from '@parley/schema';

export function fingerprintOf({ text, when, timeoutMs }: SubmitTurn): string {
  return createHash('sha256')
    .update(JSON.stringify([text, when ?? 'now', timeoutMs ?? null]))
    .digest('base64url');
}

/** The answer that was given before. Throws `idempotency_conflict` when it was given for another input. */
export function repeated(
  earlier: { readonly fingerprint: string; readonly result: string },
  fingerprint: string,
  key: string,
): SubmitResult {
  if (earlier.fingerprint !== fingerprint) {
    throw new ParleyError('idempotency_conflict', `The key "${key}" was used for another input in this session.`);
  }
  return { ...(JSON.parse(earlier.result) as SubmitResult), repeated: true };
}
