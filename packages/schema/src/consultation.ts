// Consultation: one question to several agents, their verdicts, what they agree on, a judge, and the report of it.

import { z } from 'zod';
import { AgentBackendSchema } from './agent.ts';
import type { AgentBackend, AgentName } from './agent.ts';
import { ErrorBodySchema } from './error.ts';
import type { ErrorBody } from './error.ts';
import { ConsultationIdSchema, SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { ConsultationId, SessionId, TurnId } from './ids.ts';
import { PolicySchema } from './policy.ts';
import type { Policy } from './policy.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

/**
 * - `validate`: is this right? Each reviewer gives a verdict.
 * - `second-opinion`: the same of an answer that somebody has given already, or of the question itself.
 * - `red-team`: each reviewer looks for what is wrong.
 * - `consensus`: is this claim true? approve is true, reject is false, mixed depends on what the summary names.
 * - `ask`: the question as it stands; plain answers, no verdicts.
 * - `compare`: the judge compares answers: those that are given, or those that the reviewers write.
 * - `synthesis`: the judge brings together reviews that are given.
 */
export type ConsultKind = 'validate' | 'second-opinion' | 'red-team' | 'consensus' | 'ask' | 'compare' | 'synthesis';
export const ConsultKindSchema = z.enum([
  'validate',
  'second-opinion',
  'red-team',
  'consensus',
  'ask',
  'compare',
  'synthesis',
]);

export interface AgentChoice {
  readonly agent: AgentName;
  /** Absent: the agent's usual one. */
  readonly model?: string;
}
export const AgentChoiceSchema = z.strictObject({
  agent: z.string().min(1).max(100),
  model: z.string().min(1).max(200).regex(/^[^-]/, 'must not begin with "-"').exactOptional(),
});

export interface ConsultRequest {
  readonly kind: ConsultKind;
  readonly question: string;
  /** Any number for `second-opinion`; two or more, or none, for `compare`; the reviews for `synthesis`. */
  readonly answers?: readonly string[];
  /** For `synthesis`: how many more were asked and gave none. */
  readonly missing?: number;
  /** What the question is about: a diff, a document. */
  readonly material?: string;
  /** What reviewers are to look at above all. */
  readonly focus?: string;
  readonly reviewers: readonly AgentChoice[];
  readonly judge?: AgentChoice;
  /** Absolute path of an existing folder, in which all of them work. */
  readonly cwd: string;
  readonly policy: Policy;
  /** Milliseconds that each reviewer has, and then the judge. */
  readonly timeoutMs: number;
}
export const ConsultRequestSchema = z.strictObject({
  kind: ConsultKindSchema,
  question: z.string(),
  answers: z.array(z.string()).max(26).readonly().exactOptional(),
  missing: z.number().int().nonnegative().exactOptional(),
  material: z.string().exactOptional(),
  focus: z.string().max(10_000).exactOptional(),
  reviewers: z.array(AgentChoiceSchema).readonly(),
  judge: AgentChoiceSchema.exactOptional(),
  cwd: z.string().min(1).max(4096),
  policy: PolicySchema,
  timeoutMs: z
    .number()
    .int()
    .positive()
    .max(24 * 3600 * 1000),
});

// POST /api/consultations → 202 ConsultReport, as it stands
/** Absent `judge` of `compare` and `synthesis`: the first agent that is usable. */
export interface CreateConsultation extends Omit<ConsultRequest, 'reviewers' | 'policy' | 'timeoutMs'> {
  /** Absent: claude and codex where they are usable, filled up to two with others that are; for `ask` and `second-opinion` one of them. */
  readonly reviewers?: readonly AgentChoice[];
  /** Absent: `read-only`. */
  readonly policy?: Policy;
  /** Absent: 600000 (ten minutes). */
  readonly timeoutMs?: number;
  /** The same key with the same request gives the same consultation, as long as it is kept. */
  readonly idempotencyKey?: string;
}
export const CreateConsultationSchema = z.strictObject({
  ...ConsultRequestSchema.shape,
  reviewers: ConsultRequestSchema.shape.reviewers.exactOptional(),
  policy: ConsultRequestSchema.shape.policy.exactOptional(),
  timeoutMs: ConsultRequestSchema.shape.timeoutMs.exactOptional(),
  idempotencyKey: z.string().min(1).max(200).exactOptional(),
});

/** `mixed`: right in part, or only under conditions. `unsure`: the reviewer takes no side. */
export type Verdict = 'approve' | 'reject' | 'mixed' | 'unsure';
export const VerdictSchema = z.enum(['approve', 'reject', 'mixed', 'unsure']);

/** A verdict that can be compared with another: `unsure` takes no side, so it can neither agree nor disagree. */
export type Position = Exclude<Verdict, 'unsure'>;
const PositionSchema = VerdictSchema.exclude(['unsure']);

/** `unrated`: the reviewer said none, or a word that means none. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unrated';

export interface Finding {
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}
export const FindingSchema = z.object({
  severity: z.enum(['critical', 'high', 'medium', 'low', 'info', 'unrated']),
  title: z.string(),
  detail: z.string(),
  file: z.string().exactOptional(),
  line: z.number().int().exactOptional(),
});

/** What a reviewer's answer says. */
export type Reading =
  | {
      /** `prose`: a verdict that stands in a line of its own ("**Verdict:** reject"); the rest of the answer is not taken apart. */
      readonly form: 'structured' | 'prose';
      readonly verdict: Verdict;
      /** 0 to 1, by its own word. */
      readonly confidence?: number;
      readonly summary: string;
      readonly findings: readonly Finding[];
    }
  /** There are words, and no verdict that can honestly be read from them. */
  | { readonly form: 'unreadable'; readonly reason: string }
  | { readonly form: 'empty' };
export const ReadingSchema = z.discriminatedUnion('form', [
  z.object({
    form: z.enum(['structured', 'prose']),
    verdict: VerdictSchema,
    confidence: z.number().exactOptional(),
    summary: z.string(),
    findings: z.array(FindingSchema).readonly(),
  }),
  z.object({ form: z.literal('unreadable'), reason: z.string() }),
  z.object({ form: z.literal('empty') }),
]);

export interface RankedAnswer {
  /** As the judge saw it: `A`, `B`, … */
  readonly answer: string;
  readonly strengths: readonly string[];
  readonly weaknesses: readonly string[];
}

/** What a judge says: a synthesis of reviews, or a comparison of answers. */
export type Judgement =
  | {
      readonly form: 'structured';
      readonly summary: string;
      readonly recommendation?: string;
      readonly verdict?: Verdict;
      readonly confidence?: number;
      readonly agreements: readonly string[];
      readonly disagreements: readonly string[];
      readonly limitations: readonly string[];
      /** Of a comparison, best first. */
      readonly ranking: readonly RankedAnswer[];
      /** Of a comparison: a label, or `tie`. */
      readonly best?: string;
    }
  /** Words, but not in the form that was asked for: to be read by a person. */
  | { readonly form: 'prose' }
  | { readonly form: 'empty' };
const texts = z.array(z.string()).readonly();
export const JudgementSchema = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('structured'),
    summary: z.string(),
    recommendation: z.string().exactOptional(),
    verdict: VerdictSchema.exactOptional(),
    confidence: z.number().exactOptional(),
    agreements: texts,
    disagreements: texts,
    limitations: texts,
    ranking: z.array(z.object({ answer: z.string(), strengths: texts, weaknesses: texts })).readonly(),
    best: z.string().exactOptional(),
  }),
  z.object({ form: z.literal('prose') }),
  z.object({ form: z.literal('empty') }),
]);

/**
 * - `silent`: ended without a word, which is never agreement.
 * - `skipped`: the agent is not here.
 * - `not-asked`: a judge that has nothing to judge.
 */
export type PartState =
  | 'waiting'
  | 'working'
  | 'answered'
  | 'silent'
  | 'failed'
  | 'timed-out'
  | 'interrupted'
  | 'skipped'
  | 'not-asked';
export const PartStateSchema = z.enum([
  'waiting',
  'working',
  'answered',
  'silent',
  'failed',
  'timed-out',
  'interrupted',
  'skipped',
  'not-asked',
]);

/** One agent's part, as it is told. */
export interface ConsultPart {
  readonly agent: AgentName;
  /** As it was asked for. */
  readonly model?: string;
  /** As the session tells it; absent while nobody has told. */
  readonly actualModel?: string;
  readonly state: PartState;
  /** Why there is no answer. */
  readonly error?: ErrorBody;
  /** As it was given. */
  readonly answer?: string;
  /** What the policy means for this agent and what could not be expressed. */
  readonly limits: readonly string[];
  /** Where its words come from; `rehearsal` is no model. Absent: no session came about. */
  readonly backend?: AgentBackend;
  readonly sessionId?: SessionId;
  /** More than one when it was asked again because its answer could not be read. */
  readonly turnIds: readonly TurnId[];
  readonly usage?: Usage;
  /** Milliseconds. */
  readonly durationMs?: number;
}
const part = {
  agent: z.string(),
  model: z.string().exactOptional(),
  actualModel: z.string().exactOptional(),
  state: PartStateSchema,
  error: ErrorBodySchema.exactOptional(),
  answer: z.string().exactOptional(),
  limits: texts,
  backend: AgentBackendSchema.exactOptional(),
  sessionId: SessionIdSchema.exactOptional(),
  turnIds: z.array(TurnIdSchema).readonly(),
  usage: UsageSchema.exactOptional(),
  durationMs: z.number().exactOptional(),
};

export interface ReviewerReport extends ConsultPart {
  /** Its letter before the judge. */
  readonly label: string;
  /** Absent without an answer, and where a plain answer was asked for (`ask`, `compare`). */
  readonly reading?: Reading;
}
export const ReviewerReportSchema = z.object({ label: z.string(), ...part, reading: ReadingSchema.exactOptional() });

export interface JudgeReport extends ConsultPart {
  /** Absent without an answer. */
  readonly judgement?: Judgement;
  /** Why it was not asked. */
  readonly reason?: string;
}
export const JudgeReportSchema = z.object({
  ...part,
  judgement: JudgementSchema.exactOptional(),
  reason: z.string().exactOptional(),
});

export interface Agreement {
  /** `not-comparable`: fewer than two reviewers took a side, so there is nothing to agree with. */
  readonly state: 'agree' | 'disagree' | 'not-comparable';
  /** Of all that took a side, when they agree. */
  readonly verdict?: Position;
  readonly asked: number;
  /** How many took a side. */
  readonly comparable: number;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** What to look at, in sentences. */
  readonly signals: readonly string[];
}
const count = z.number().int();
export const AgreementSchema = z.object({
  state: z.enum(['agree', 'disagree', 'not-comparable']),
  verdict: PositionSchema.exactOptional(),
  asked: z.number().int(),
  comparable: z.number().int(),
  counts: z.object({ approve: count, reject: count, mixed: count, unsure: count }),
  signals: texts,
});

export interface Confidence {
  readonly level: 'none' | 'low' | 'medium' | 'high';
  /** Of what those who took a side said themselves, 0 to 1; absent when one of them said none. */
  readonly mean?: number;
  readonly reason: string;
}
export const ConfidenceSchema = z.object({
  level: z.enum(['none', 'low', 'medium', 'high']),
  mean: z.number().exactOptional(),
  reason: z.string(),
});

/**
 * - `completed`: all that were asked have answered.
 * - `partial`: some have. `failed`: none has.
 * - `interrupted`: somebody stopped it; what came before that is there.
 */
export type ConsultStatus = 'running' | 'completed' | 'partial' | 'failed' | 'interrupted';
export const ConsultStatusSchema = z.enum(['running', 'completed', 'partial', 'failed', 'interrupted']);

// GET /api/consultations/:id → ConsultReport, or Markdown with `accept: text/markdown` or `?format=markdown`;
// POST /api/consultations/:id/interrupt → 202 ConsultReport, as it stands; DELETE /api/consultations/:id → 204
export interface ConsultReport {
  /** The form of this report; a change that old readers cannot take gets a new number. */
  readonly schema: 'parley.consultation/1';
  readonly id: ConsultationId;
  readonly status: ConsultStatus;
  readonly request: ConsultRequest;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** In the order of the request. */
  readonly reviewers: readonly ReviewerReport[];
  /** Absent for `ask`, `compare` and `synthesis`, where no reviewer is asked for a verdict. */
  readonly agreement?: Agreement;
  readonly confidence?: Confidence;
  readonly judge?: JudgeReport;
  /** What this report cannot say, in sentences. */
  readonly limitations: readonly string[];
}
export const ConsultReportSchema = z.object({
  schema: z.literal('parley.consultation/1'),
  id: ConsultationIdSchema,
  status: ConsultStatusSchema,
  request: ConsultRequestSchema,
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  reviewers: z.array(ReviewerReportSchema).readonly(),
  agreement: AgreementSchema.exactOptional(),
  confidence: ConfidenceSchema.exactOptional(),
  judge: JudgeReportSchema.exactOptional(),
  limitations: texts,
});

/** One line of a list of consultations. */
export interface ConsultSummary {
  readonly id: ConsultationId;
  readonly kind: ConsultKind;
  /** Its first 200 characters. */
  readonly question: string;
  readonly cwd: string;
  readonly status: ConsultStatus;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly reviewers: readonly {
    readonly agent: AgentName;
    readonly model?: string;
    readonly state: PartState;
    readonly verdict?: Verdict;
  }[];
  readonly judge?: { readonly agent: AgentName; readonly model?: string; readonly state: PartState };
  readonly agreement?: Agreement['state'];
  readonly confidence?: Confidence['level'];
}
const summaryPart = { agent: z.string(), model: z.string().exactOptional(), state: PartStateSchema };
export const ConsultSummarySchema = z.object({
  id: ConsultationIdSchema,
  kind: ConsultKindSchema,
  question: z.string(),
  cwd: z.string(),
  status: ConsultStatusSchema,
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  reviewers: z.array(z.object({ ...summaryPart, verdict: VerdictSchema.exactOptional() })).readonly(),
  judge: z.object(summaryPart).exactOptional(),
  agreement: AgreementSchema.shape.state.exactOptional(),
  confidence: ConfidenceSchema.shape.level.exactOptional(),
});

// GET /api/consultations?limit=N → ConsultationPage, newest first
export interface ConsultationPage {
  readonly consultations: readonly ConsultSummary[];
}
export const ConsultationPageSchema = z.object({ consultations: z.array(ConsultSummarySchema).readonly() });
