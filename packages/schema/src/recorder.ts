// The recorder: one row for each request, kept longer than its session. What was said stands in it only with its secrets redacted.

import { z } from 'zod';
import { AgentBackendSchema } from './agent.ts';
import type { AgentBackend, AgentName } from './agent.ts';
import type { ApprovalResolution } from './approval.ts';
import { ErrorBodySchema } from './error.ts';
import type { ErrorCode } from './error.ts';
import { SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { SessionId, TurnId } from './ids.ts';
import { PolicySchema } from './policy.ts';
import type { Policy } from './policy.ts';
import { SessionSchema } from './session.ts';
import type { SessionOrigin } from './session.ts';
import { turnStates } from './turn.ts';
import type { TurnState } from './turn.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

/** Characters of a prompt or an answer that are recorded; what is longer ends with a mark that says so. */
export const recordedCharacters = 16_384;

/** Characters of them in a list of records. */
export const listedCharacters = 200;

/** `redacted`: without its secrets; `none`: only how long it was. */
export type RecordedTextMode = 'redacted' | 'none';

export interface RecordedText {
  /** Redacted, and cut where it is too long; absent where texts are not recorded. */
  readonly text?: string;
  /** Characters of the whole. */
  readonly length: number;
  /** Places where a secret was taken out. */
  readonly redactions: number;
  /** `text` is not all of it. */
  readonly cut: boolean;
}

/** How many approvals of a request had which end. */
export type ApprovalTally = Readonly<Partial<Record<ApprovalResolution['outcome'], number>>>;

export interface RequestRecord {
  /** Of its turn; an id of its own where an earlier turn's answer was given again (`dedupedOf`). */
  readonly id: TurnId;
  readonly sessionId: SessionId;
  readonly agent: AgentName;
  readonly mode: string;
  readonly model?: string;
  /** What kind of model server its session spoke to. */
  readonly backend: AgentBackend['kind'];
  /** Absolute path of the workspace. */
  readonly cwd: string;
  readonly policy: Policy;
  /** What made its session by itself. */
  readonly origin?: SessionOrigin;
  /** The caller's own name for it; several may have the same. */
  readonly correlationId?: string;
  /** As of its turn: once it has ended it stays so. */
  readonly status: TurnState;
  /** Words that were taken into this running turn. */
  readonly into?: TurnId;
  /** The turn whose answer it was given, without a turn of its own. */
  readonly dedupedOf?: TurnId;
  readonly errorCode?: ErrorCode;
  /** Redacted. */
  readonly error?: string;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly startedAt?: number;
  /** The first thing that the agent showed. */
  readonly firstOutputAt?: number;
  readonly endedAt?: number;
  readonly usage?: Usage;
  /** Times that it began again because the model server failed. */
  readonly retries: number;
  readonly approvals?: ApprovalTally;
  readonly prompt: RecordedText;
  readonly answer?: RecordedText;
}

// GET /api/requests?limit=&before=&agent=&status=&correlationId= → RequestPage; GET /api/requests/:id → RequestRecord
export interface FindRequests {
  /** At most so many; 1 to 500. */
  readonly limit?: number;
  /** Only those that were accepted before this one. */
  readonly before?: TurnId;
  readonly agent?: AgentName;
  /** `deduped`: those that were given the answer of an earlier turn, whatever became of it. */
  readonly status?: TurnState | 'deduped';
  readonly correlationId?: string;
}
export interface RequestPage {
  /** Newest first; prompts and answers cut to `listedCharacters`. */
  readonly requests: readonly RequestRecord[];
}

const count = () => z.number().int().nonnegative();

export const RecordedTextSchema = z.object({
  text: z.string().exactOptional(),
  length: count(),
  redactions: count(),
  cut: z.boolean(),
});

export const ApprovalTallySchema = z
  .object({
    allowed: count().exactOptional(),
    denied: count().exactOptional(),
    cancelled: count().exactOptional(),
    expired: count().exactOptional(),
    withdrawn: count().exactOptional(),
  })
  .readonly();

export const RequestRecordSchema = z.object({
  id: TurnIdSchema,
  sessionId: SessionIdSchema,
  agent: z.string(),
  mode: z.string(),
  model: z.string().exactOptional(),
  backend: AgentBackendSchema.shape.kind,
  cwd: z.string(),
  policy: PolicySchema,
  origin: SessionSchema.shape.origin,
  correlationId: z.string().exactOptional(),
  status: z.enum(turnStates),
  into: TurnIdSchema.exactOptional(),
  dedupedOf: TurnIdSchema.exactOptional(),
  errorCode: ErrorBodySchema.shape.code.exactOptional(),
  error: z.string().exactOptional(),
  queuedAt: z.number(),
  startedAt: z.number().exactOptional(),
  firstOutputAt: z.number().exactOptional(),
  endedAt: z.number().exactOptional(),
  usage: UsageSchema.exactOptional(),
  retries: count(),
  approvals: ApprovalTallySchema.exactOptional(),
  prompt: RecordedTextSchema,
  answer: RecordedTextSchema.exactOptional(),
});

export const FindRequestsSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).exactOptional(),
  before: TurnIdSchema.exactOptional(),
  agent: z.string().min(1).max(100).exactOptional(),
  status: z.enum([...turnStates, 'deduped']).exactOptional(),
  correlationId: z.string().min(1).max(200).exactOptional(),
});

export const RequestPageSchema = z.object({ requests: z.array(RequestRecordSchema).readonly() });
