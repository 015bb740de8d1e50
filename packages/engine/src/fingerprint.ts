// What makes two inputs with one idempotency key the same input.

import { createHash } from 'node:crypto';
import type { SubmitTurn } from '@parley/schema';

export function fingerprintOf({ text, when, timeoutMs }: SubmitTurn): string {
  return createHash('sha256').update(JSON.stringify([text, when ?? 'now', timeoutMs ?? null])).digest('base64url');
}
