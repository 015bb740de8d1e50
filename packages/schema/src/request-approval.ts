// Approvals of requests: may this request be started at all? Beside the policy, which says what an agent may do once it runs, a request
// can be scored before anything is launched. An approval never adds rights: what is approved runs exactly as it would have run anyway.

import { z } from 'zod';
import { ApprovalIdSchema, RequestApprovalIdSchema, SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { ApprovalId, RequestApprovalId, SessionId, TurnId } from './ids.ts';

/** `legacy`: the session's policy alone. `mcp_managed`: the request is scored, and what scores too high is refused or asked. */
export const approvalStrategies = ['legacy', 'mcp_managed'] as const;
export type ApprovalStrategy = (typeof approvalStrategies)[number];

/** The highest score that goes through unasked: strict 2, balanced 5, permissive 7. */
export const approvalPolicies = ['strict', 'balanced', 'permissive'] as const;
export type ApprovalPolicy = (typeof approvalPolicies)[number];

/** How a request wants to be approved. What is absent is taken from `requests.*` of the configuration. */
export interface ApprovalChoice {
  readonly strategy?: ApprovalStrategy;
  readonly policy?: ApprovalPolicy;
  /** Where the score is too high: ask a person and wait, instead of refusing. */
  readonly ask?: boolean;
}
export const ApprovalChoiceSchema = z.strictObject({
  strategy: z.enum(approvalStrategies).exactOptional(),
  policy: z.enum(approvalPolicies).exactOptional(),
  ask: z.boolean().exactOptional(),
});

/** Something that would make a review worthless: the reviewer could not look at what it is to judge. */
export interface ReviewFinding {
  readonly type: 'empty_allowed_tools' | 'critical_tools_disallowed' | 'tool_suppression';
  readonly score: number;
  readonly detail: string;
}

export interface ReviewIntegrity {
  /** The words ask for a review, an audit or the like. There are findings only then. */
  readonly isReviewContext: boolean;
  readonly violations: readonly ReviewFinding[];
  readonly totalScore: number;
}
export const ReviewIntegritySchema = z.object({
  isReviewContext: z.boolean(),
  violations: z
    .array(
      z.object({
        type: z.enum(['empty_allowed_tools', 'critical_tools_disallowed', 'tool_suppression']),
        score: z.number(),
        detail: z.string(),
      }),
    )
    .readonly(),
  totalScore: z.number(),
});

/** `asked`: a person has not decided yet. `withdrawn`: the turn was stopped before anybody did. */
export const requestApprovalStatuses = ['approved', 'denied', 'asked', 'withdrawn'] as const;
export type RequestApprovalStatus = (typeof requestApprovalStatuses)[number];

/** The record of one decision about one request. It holds no words of the prompt unless `requests.log_prompts` says so. */
export interface RequestApproval {
  readonly id: RequestApprovalId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status: RequestApprovalStatus;
  readonly policy: ApprovalPolicy;
  readonly agent: string;
  /** What was asked for: `request`. */
  readonly operation: string;
  readonly score: number;
  /** The highest score that goes through unasked. */
  readonly threshold: number;
  readonly reasons: readonly string[];
  readonly promptPreview: string;
  /** SHA-256 of the prompt in hexadecimal. */
  readonly promptSha256: string;
  readonly requestedMcpServers: readonly string[];
  readonly bypassRequested: boolean;
  readonly fullAuto: boolean;
  /** SHA-256 (base64url) of the launch plan that the decision holds for. */
  readonly planHash: string;
  readonly reviewIntegrity: ReviewIntegrity;
  /** Absent until it is decided. `score`: nobody was asked. */
  readonly decidedBy?: 'score' | 'person' | 'deadline' | 'engine';
  readonly decidedAt?: number;
  /** Absent where nothing was made: it was refused. */
  readonly sessionId?: SessionId;
  readonly turnId?: TurnId;
  /** The question to a person, where there was one. */
  readonly approvalId?: ApprovalId;
}
export const RequestApprovalSchema = z.object({
  id: RequestApprovalIdSchema,
  at: z.number(),
  status: z.enum(requestApprovalStatuses),
  policy: z.enum(approvalPolicies),
  agent: z.string(),
  operation: z.string(),
  score: z.number(),
  threshold: z.number(),
  reasons: z.array(z.string()).readonly(),
  promptPreview: z.string(),
  promptSha256: z.string(),
  requestedMcpServers: z.array(z.string()).readonly(),
  bypassRequested: z.boolean(),
  fullAuto: z.boolean(),
  planHash: z.string(),
  reviewIntegrity: ReviewIntegritySchema,
  decidedBy: z.enum(['score', 'person', 'deadline', 'engine']).exactOptional(),
  decidedAt: z.number().exactOptional(),
  sessionId: SessionIdSchema.exactOptional(),
  turnId: TurnIdSchema.exactOptional(),
  approvalId: ApprovalIdSchema.exactOptional(),
});

/** What a step of a session changes in a record. Nothing where the record is no longer kept. */
export type RequestApprovalChange = Pick<RequestApproval, 'id'> & Partial<RequestApproval>;

// GET /api/request-approvals?limit=&agent= → RequestApprovalPage, newest first.
export interface RequestApprovalPage {
  readonly approvals: readonly RequestApproval[];
}
export const RequestApprovalPageSchema = z.object({ approvals: z.array(RequestApprovalSchema).readonly() });

/** A turn whose start needs a decision: what was decided, and for which launch plan. Kept with the turn. */
export interface LaunchHold {
  readonly record: RequestApprovalId;
  /** The plan that is approved, or that a person is asked about. */
  readonly planHash: string;
  /** Hash of what surrounds the agent, which is part of the plan: its program and version, its variables, files that its options name. */
  readonly environment: string;
  /** `asked`: a person decides. */
  readonly decision: 'approved' | 'asked' | 'denied';
  /** When the plan changes: ask a person again, instead of denying. */
  readonly ask: boolean;
  readonly score: number;
  readonly threshold: number;
  readonly reasons: readonly string[];
  /** A person is asked because the plan is another one than the approved one. */
  readonly changed?: boolean;
  /** Why it was denied, for the turn's error. */
  readonly denial?: string;
}
