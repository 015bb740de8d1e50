// A request: words for an agent, in a new session or in one that exists, in one call. What it makes is a turn; a caller who does not wait
// calls that a job.

import { z } from 'zod';
import {
  CreateSessionSchema,
  ForkSessionSchema,
  SubmitResultSchema,
  SubmitTurnSchema,
  UpdateSessionSchema,
} from './api.ts';
import type { CreateSession, ForkSession, SubmitResult, UpdateSession } from './api.ts';
import { SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { SessionId, TurnId } from './ids.ts';
import { OptimizationSchema } from './optimization.ts';
import type { Optimization } from './optimization.ts';
import { ApprovalChoiceSchema, RequestApprovalSchema, ReviewIntegritySchema } from './request-approval.ts';
import type { ApprovalChoice, RequestApproval, ReviewIntegrity } from './request-approval.ts';
import { SessionSchema } from './session.ts';
import type { Session } from './session.ts';

/** A session that exists, and what it is to be from this turn on: nothing of it holds before the agent is told the turn. */
export interface ContinueSession extends Pick<UpdateSession, 'policy' | 'model'> {
  readonly id: SessionId;
}
export const ContinueSessionSchema = z.strictObject({
  id: SessionIdSchema,
  policy: UpdateSessionSchema.shape.policy,
  model: UpdateSessionSchema.shape.model,
});

/** A copy of a session's conversation, made together with its first turn or not at all. */
export interface CopySession extends ForkSession {
  readonly fork: SessionId;
}
export const CopySessionSchema = z.strictObject({
  fork: SessionIdSchema,
  ...ForkSessionSchema.shape,
});

// POST /api/requests → 202 RequestResult
export interface MakeRequest {
  /** The session to go on with, the one to copy, or what a new one is made of. */
  readonly session: SessionId | ContinueSession | CopySession | CreateSession;
  readonly text: string;
  /** Overall limit of the turn in milliseconds; then it is interrupted and ends `failed` with `timeout`. */
  readonly timeoutMs?: number;
  /** The caller's own name for it, kept with the turn; several requests may have the same. */
  readonly correlationId?: string;
  /** The same key with the same request gives the same result and nothing happens twice (kept for 24 hours). */
  readonly idempotencyKey?: string;
  /**
   * `reuse`: a turn of the last while (`requests.dedup_window`) that was asked the same, of the same state of the same files, answers this
   * too. `refresh`: a turn of its own, which may answer later requests. Only where the agent may not write, nothing is resumed and the folder
   * is a git work tree; everywhere else, and when absent: a turn of its own.
   */
  readonly dedup?: 'reuse' | 'refresh';
  /** Whether it may be started at all is decided before anything is: see `ApprovalChoice`. */
  readonly approval?: ApprovalChoice;
  /** Leave out of the words, or of the answer, what says nothing; code and data keep every byte. */
  readonly optimizePrompt?: boolean;
  readonly optimizeResponse?: boolean;
}
export const MakeRequestSchema = z.strictObject({
  session: z.union([SessionIdSchema, ContinueSessionSchema, CopySessionSchema, CreateSessionSchema]),
  text: z.string(),
  timeoutMs: SubmitTurnSchema.shape.timeoutMs,
  correlationId: SubmitTurnSchema.shape.correlationId,
  idempotencyKey: SubmitTurnSchema.shape.idempotencyKey,
  dedup: z.enum(['reuse', 'refresh']).exactOptional(),
  approval: ApprovalChoiceSchema.exactOptional(),
  optimizePrompt: z.boolean().exactOptional(),
  optimizeResponse: z.boolean().exactOptional(),
});

export interface RequestResult extends SubmitResult {
  /** What the turn brings has numbers above its `head`. */
  readonly session: Session;
  /** Set when an earlier request's turn answers this one: milliseconds since that was made. */
  readonly deduped?: { readonly ageMs: number; readonly turnId: TurnId };
  /** The decision, where the strategy was not `legacy`. */
  readonly approval?: RequestApproval;
  /** Whether a reviewer is kept from looking. */
  readonly reviewIntegrity?: ReviewIntegrity;
  /** What was left out of the words, where that was wanted. */
  readonly optimization?: Optimization;
}
export const RequestResultSchema = z.object({
  ...SubmitResultSchema.shape,
  session: SessionSchema,
  deduped: z.object({ ageMs: z.number(), turnId: TurnIdSchema }).exactOptional(),
  approval: RequestApprovalSchema.exactOptional(),
  reviewIntegrity: ReviewIntegritySchema.exactOptional(),
  optimization: OptimizationSchema.exactOptional(),
});
