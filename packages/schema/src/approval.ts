// Approvals: questions from an agent that a person or a policy answers.

import { z } from 'zod';
import { ApprovalIdSchema, SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { ApprovalId, SessionId, TurnId } from './ids.ts';
import { FileChangeSchema } from './item.ts';
import type { FileChange } from './item.ts';

/** One way to answer. `deny` lets the turn go on; `cancel` ends it as interrupted. */
export interface ApprovalOption {
  readonly id: string;
  readonly label: string;
  readonly effect: 'allow' | 'allow-always' | 'deny' | 'cancel';
}

export interface ApprovalQuestion {
  readonly id: string;
  readonly text: string;
  readonly choices: readonly { readonly label: string; readonly description?: string }[];
  readonly multiple: boolean;
}

/** What is asked. The driver fills it; the engine adds who, when and until when. */
export interface ApprovalRequest {
  readonly id: ApprovalId;
  /** `launch` is a question of Parley's own: may this turn be started at all? `input` then tells the plan. */
  readonly kind: 'command' | 'file_change' | 'tool' | 'permission' | 'question' | 'launch';
  /** One line: what the agent wants to do. */
  readonly title: string;
  /** The agent's own reason, if it gave one. */
  readonly reason?: string;
  readonly command?: string;
  readonly cwd?: string;
  readonly changes?: readonly FileChange[];
  /** Arguments of a tool as JSON text. */
  readonly input?: string;
  readonly questions?: readonly ApprovalQuestion[];
  readonly options: readonly ApprovalOption[];
}

export interface Approval extends ApprovalRequest {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** Milliseconds since the epoch. At `deadlineAt` it is denied. */
  readonly requestedAt: number;
  readonly deadlineAt: number;
  readonly resolution?: ApprovalResolution;
}

export interface ApprovalResolution {
  readonly outcome: 'allowed' | 'denied' | 'cancelled' | 'expired' | 'withdrawn';
  /** Who decided: a person at some door, the session's policy, the deadline, or the agent that took it back. */
  readonly by: 'person' | 'policy' | 'deadline' | 'agent' | 'engine';
  readonly optionId?: string;
  readonly at: number;
}

/** The answer to an approval: one of its options, with words for the agent or answers to its questions. */
export interface ApprovalAnswer {
  readonly optionId: string;
  readonly message?: string;
  /** For `kind: 'question'`: by question id, the labels chosen or the words written. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}

const OptionSchema = z.object({
  id: z.string(),
  label: z.string(),
  effect: z.enum(['allow', 'allow-always', 'deny', 'cancel']),
});

const QuestionSchema = z.object({
  id: z.string(),
  text: z.string(),
  choices: z.array(z.object({ label: z.string(), description: z.string().exactOptional() }).readonly()).readonly(),
  multiple: z.boolean(),
});

const request = {
  id: ApprovalIdSchema,
  kind: z.enum(['command', 'file_change', 'tool', 'permission', 'question', 'launch']),
  title: z.string(),
  reason: z.string().exactOptional(),
  command: z.string().exactOptional(),
  cwd: z.string().exactOptional(),
  changes: z.array(FileChangeSchema).readonly().exactOptional(),
  input: z.string().exactOptional(),
  questions: z.array(QuestionSchema).readonly().exactOptional(),
  options: z.array(OptionSchema).readonly(),
};

export const ApprovalRequestSchema = z.object(request);

export const ApprovalResolutionSchema = z.object({
  outcome: z.enum(['allowed', 'denied', 'cancelled', 'expired', 'withdrawn']),
  by: z.enum(['person', 'policy', 'deadline', 'agent', 'engine']),
  optionId: z.string().exactOptional(),
  at: z.number(),
});

export const ApprovalSchema = z.object({
  ...request,
  sessionId: SessionIdSchema,
  turnId: TurnIdSchema,
  requestedAt: z.number(),
  deadlineAt: z.number(),
  resolution: ApprovalResolutionSchema.exactOptional(),
});

export const ApprovalAnswerSchema = z.strictObject({
  optionId: z.string().min(1),
  message: z.string().max(10_000).exactOptional(),
  answers: z.record(z.string(), z.array(z.string()).readonly()).readonly().exactOptional(),
});
