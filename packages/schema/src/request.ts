// A request: words for an agent, in a new session or in one that exists, in one call. What it makes is a turn; a caller who does not wait
// calls that a job.

import { z } from 'zod';
import { CreateSessionSchema, SubmitResultSchema, SubmitTurnSchema } from './api.ts';
import type { CreateSession, SubmitResult } from './api.ts';
import { SessionIdSchema } from './ids.ts';
import type { SessionId } from './ids.ts';
import { SessionSchema } from './session.ts';
import type { Session } from './session.ts';

// POST /api/requests → 202 RequestResult
export interface MakeRequest {
  /** The session to go on with, or what a new one is made of. */
  readonly session: SessionId | CreateSession;
  readonly text: string;
  /** Overall limit of the turn in milliseconds; then it is interrupted and ends `failed` with `timeout`. */
  readonly timeoutMs?: number;
  /** The caller's own name for it, kept with the turn; several requests may have the same. */
  readonly correlationId?: string;
}
export const MakeRequestSchema = z.strictObject({
  session: z.union([SessionIdSchema, CreateSessionSchema]),
  text: z.string(),
  timeoutMs: SubmitTurnSchema.shape.timeoutMs,
  correlationId: SubmitTurnSchema.shape.correlationId,
});

export interface RequestResult extends SubmitResult {
  /** As it was right before: what the turn brings has numbers above its `head`. */
  readonly session: Session;
}
export const RequestResultSchema = z.object({ ...SubmitResultSchema.shape, session: SessionSchema });
