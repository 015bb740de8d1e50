// Idempotency keys of requests: what makes two requests with one key the same request, and what the second one is told.

import { ParleyError } from '@parley/schema';
import type { AcceptedRequest, MakeRequest, RequestResult } from '@parley/schema';
import { hashOf } from './hash.ts';

/** Milliseconds that a key is known. */
export const keptMs = 24 * 3600 * 1000;

/** Of all that was asked. A caller that tries again may name the attempt as it likes, and may do so where a person can be asked, or cannot. */
export function fingerprintOf(request: MakeRequest): string {
  const { idempotencyKey: _key, correlationId: _name, ...asked } = unasked(request);
  return hashOf(asked);
}

/** Without whether its caller can ask a person: that is the caller's, not the question's. */
export function unasked({ approval, ...request }: MakeRequest): MakeRequest {
  const { ask: _can, ...choice } = approval ?? {};
  return Object.keys(choice).length === 0 ? request : { ...request, approval: choice };
}

/** What was told before. Throws `idempotency_conflict` when that was another request. */
export function repeatedOf(kept: AcceptedRequest, request: MakeRequest, key: string): Omit<RequestResult, 'session'> {
  if (kept.fingerprint !== fingerprintOf(request)) {
    throw new ParleyError('idempotency_conflict', `The key "${key}" was used for another request.`);
  }
  return { ...(JSON.parse(kept.result) as Omit<RequestResult, 'session'>), repeated: true };
}
