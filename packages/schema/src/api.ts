// The HTTP and WebSocket contract: bodies, queries and frames. The daemon validates with these, the client is typed by them and
// /api/openapi.json is generated from them.

import { z } from 'zod';
import { AgentViewSchema } from './agent.ts';
import type { AgentName, AgentView } from './agent.ts';
import { AgentOptionsSchema, idleMsRange } from './agent-options.ts';
import type { AgentOptions } from './agent-options.ts';
import { ApprovalSchema } from './approval.ts';
import type { Approval } from './approval.ts';
import type { ConsultReport } from './consultation.ts';
import { ErrorBodySchema } from './error.ts';
import type { ErrorBody } from './error.ts';
import { EventSchema } from './event.ts';
import type { ParleyEvent } from './event.ts';
import { ConsultationIdSchema, TurnIdSchema } from './ids.ts';
import type { ConsultationId, SessionId, TurnId } from './ids.ts';
import { PolicySchema } from './policy.ts';
import type { Policy } from './policy.ts';
import { QueuedTurnSchema, SessionSchema } from './session.ts';
import type { QueuedTurn, Session } from './session.ts';
import { TurnSchema } from './turn.ts';
import type { Turn } from './turn.ts';

/** Longest prompt in bytes of UTF-8: 4 MiB. */
export const maxPromptBytes = 4 * 1024 * 1024;

/** Largest request body in bytes: a longest prompt, JSON-escaped, with room. */
export const maxBodyBytes = 10 * 1024 * 1024;

// POST /api/sessions → 201 Session
export interface CreateSession {
  readonly agent: AgentName;
  /** Absolute path of an existing folder. */
  readonly cwd: string;
  readonly policy?: Policy;
  readonly model?: string;
  /** How the agent is spoken to, one of `AgentView.modes`; absent: as configured, else the usual one. */
  readonly mode?: string;
  /** A named profile of the agent's configuration. */
  readonly profile?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  /** Absolute paths of existing folders beside `cwd`. */
  readonly addedFolders?: readonly string[];
  readonly modelUrl?: string;
  /** The agent's own options. Throws `invalid_request` for one that this agent or mode does not have. */
  readonly options?: AgentOptions;
  /** Milliseconds of silence within a turn, after which it fails with `idle_timeout`: 30 000 to 3 600 000. */
  readonly idleMs?: number;
  /** Go on with a conversation that the agent itself remembers, by the agent's own id of it. */
  readonly threadId?: string;
  /** With `threadId`: go on with a copy of that conversation, and leave it as it is. */
  readonly fork?: boolean;
  readonly title?: string;
}
/** A word that goes onto an agent's command line must not be taken for an option. */
const word = () => z.string().min(1).max(200).regex(/^[^-]/, 'must not begin with "-"');
export const CreateSessionSchema = z.strictObject({
  agent: z.string().min(1).max(100),
  cwd: z.string().min(1).max(4096),
  policy: PolicySchema.exactOptional(),
  model: word().exactOptional(),
  mode: word().exactOptional(),
  profile: word().exactOptional(),
  effort: word().exactOptional(),
  variant: word().exactOptional(),
  personality: word().exactOptional(),
  addedFolders: z.array(z.string().min(1).max(4096)).max(50).readonly().exactOptional(),
  options: AgentOptionsSchema.exactOptional(),
  idleMs: idleMsRange.exactOptional(),
  modelUrl: z.url({ protocol: /^https?$/ }).exactOptional(),
  threadId: word().exactOptional(),
  fork: z.boolean().exactOptional(),
  title: z.string().min(1).max(200).exactOptional(),
});

// POST /api/sessions/:id/fork → 201 Session: a new session that goes on from the same conversation; the old one stays as it is.
export interface ForkSession {
  readonly title?: string;
  readonly policy?: Policy;
  readonly model?: string;
  /** As in `CreateSession`. */
  readonly idleMs?: number;
}
export const ForkSessionSchema = z.strictObject({
  title: z.string().min(1).max(200).exactOptional(),
  policy: PolicySchema.exactOptional(),
  model: word().exactOptional(),
  idleMs: idleMsRange.exactOptional(),
});

// PATCH /api/sessions/:id → 200 Session. Policy and model hold from the next turn on.
export interface UpdateSession {
  readonly title?: string;
  readonly policy?: Policy;
  readonly model?: string;
}
export const UpdateSessionSchema = z.strictObject({
  title: z.string().min(1).max(200).exactOptional(),
  policy: PolicySchema.exactOptional(),
  model: word().exactOptional(),
});

/**
 * - `now`: start if idle; else into the running turn where the agent can take it, else queued.
 * - `steer`: into the running turn; where the agent cannot, or none runs, as `now`.
 * - `steer-only`: into the running turn or not at all.
 * - `queue`: after all that is queued.
 * - `interrupt`: stop the running turn and run this next.
 */
export type SubmitWhen = 'now' | 'steer' | 'steer-only' | 'queue' | 'interrupt';
export type SubmitOutcome = 'started' | 'steered' | 'queued' | 'interrupting' | 'returned';

// POST /api/sessions/:id/turns → 202 SubmitResult
export interface SubmitTurn {
  readonly text: string;
  readonly when?: SubmitWhen;
  /** The same key with the same text gives the same answer and nothing happens twice (kept for 24 hours). */
  readonly idempotencyKey?: string;
  /** Overall limit of the turn in milliseconds; then it is interrupted and ends `failed` with `timeout`. */
  readonly timeoutMs?: number;
  /** The caller's own name for it, kept with the turn; several turns may have the same. */
  readonly correlationId?: string;
}
export const SubmitTurnSchema = z.strictObject({
  text: z.string(),
  when: z.enum(['now', 'steer', 'steer-only', 'queue', 'interrupt']).exactOptional(),
  idempotencyKey: z.string().min(1).max(200).exactOptional(),
  timeoutMs: z
    .number()
    .int()
    .positive()
    .max(7 * 24 * 3600 * 1000)
    .exactOptional(),
  correlationId: z.string().min(1).max(200).exactOptional(),
});

export interface SubmitResult {
  readonly sessionId: SessionId;
  /** The turn of these words. When steered, the turn that they become if the agent does not take them into `into`. */
  readonly turnId: TurnId;
  readonly outcome: SubmitOutcome;
  /** When steered: the running turn. */
  readonly into?: TurnId;
  /** When queued: 1 is next. */
  readonly position?: number;
  /** True when an earlier call with the same idempotency key had done it already. */
  readonly repeated?: boolean;
}
export const SubmitResultSchema = z.object({
  sessionId: z.custom<SessionId>((value) => typeof value === 'string').meta({ type: 'string' }),
  turnId: TurnIdSchema,
  outcome: z.enum(['started', 'steered', 'queued', 'interrupting', 'returned']),
  into: TurnIdSchema.exactOptional(),
  position: z.number().int().exactOptional(),
  repeated: z.boolean().exactOptional(),
});

// PATCH /api/sessions/:id/queue/:turnId → 200 QueuePage: the queue as it is then.
export interface ChangeQueued {
  /** New words. */
  readonly text?: string;
  /** New place; 1 is next. Larger than the queue: its end. */
  readonly position?: number;
}
export const ChangeQueuedSchema = z.strictObject({
  text: z.string().exactOptional(),
  position: z.number().int().positive().exactOptional(),
});
// GET /api/sessions/:id/queue → 200 QueuePage
export interface QueuePage {
  readonly queue: readonly QueuedTurn[];
}
export const QueuePageSchema = z.object({ queue: z.array(QueuedTurnSchema).readonly() });

// POST /api/sessions/:id/interrupt → 200 InterruptResult. Queued turns stay queued and run next, unless `queue` is `drop`.
export interface Interrupt {
  readonly queue?: 'keep' | 'drop';
  /** Where the running turn answers more than one caller, nothing happens at all. */
  readonly unlessShared?: boolean;
}
export const InterruptSchema = z.strictObject({
  queue: z.enum(['keep', 'drop']).exactOptional(),
  unlessShared: z.boolean().exactOptional(),
});
export interface InterruptResult {
  /** Absent when nothing was running, or what runs is shared and was to be left alone: then nothing was stopped. */
  readonly turnId?: TurnId;
}
export const InterruptResultSchema = z.object({ turnId: TurnIdSchema.exactOptional() });

// GET /api/sessions → SessionPage
export interface SessionPage {
  readonly sessions: readonly Session[];
}
export const SessionPageSchema = z.object({ sessions: z.array(SessionSchema).readonly() });

// GET /api/sessions/:id/events?after=N&limit=N → EventPage, or SSE with `accept: text/event-stream`
export interface EventPage {
  readonly events: readonly ParleyEvent[];
  /** The newest event's number at the time of reading. There is more while the last event's seq is below it. */
  readonly head: number;
}
export const EventPageSchema = z.object({
  events: z.array(EventSchema).readonly(),
  head: z.number().int(),
});

// GET /api/sessions/:id/turns → TurnPage; GET /api/sessions/:id/turns/:turnId → Turn; GET /api/turns/:turnId → Turn
export interface TurnPage {
  readonly turns: readonly Turn[];
}
export const TurnPageSchema = z.object({ turns: z.array(TurnSchema).readonly() });

export interface ApprovalPage {
  readonly approvals: readonly Approval[];
}
export const ApprovalPageSchema = z.object({ approvals: z.array(ApprovalSchema).readonly() });

export interface AgentPage {
  readonly agents: readonly AgentView[];
}
export const AgentPageSchema = z.object({ agents: z.array(AgentViewSchema).readonly() });

/** An exact version, or a tag such as `latest`; never a range, which would name several. */
const version = () =>
  z
    .string()
    .max(100)
    .regex(/^(?:\d+\.\d+\.\d+(?:[-+][\w.+-]+)?|[A-Za-z][\w.-]*)$/, 'must be a version (1.2.3) or a tag (latest)');

// GET /api/agents/:name/plan?version= → InstallPlan: what an installation would do. Nothing happens.
export interface PlanInstallation {
  /** Absent: the version that Parley was proven on. Of any other npm is asked whether it has it. */
  readonly version?: string;
}
export const PlanInstallationSchema = z.strictObject({ version: version().exactOptional() });

export interface InstallPlan {
  readonly agent: AgentName;
  /** For people: "Codex". */
  readonly title: string;
  /** From npm. */
  readonly package: string;
  /** Exact. */
  readonly version: string;
  readonly provenVersion: string;
  /** Absolute path of the folder that it goes to. */
  readonly folder: string;
  /** The version that Parley's own folder holds and uses now. */
  readonly current?: string;
  /** The program that would be started now, wherever it comes from. */
  readonly found?: { readonly path: string; readonly version?: string };
  /** Versions in Parley's own folder that go once this one works; `current` stays until the installation after it. */
  readonly removes: readonly string[];
  /** Bytes that are free on that disk, and that `current` takes. */
  readonly freeBytes: number;
  readonly currentBytes?: number;
  /** `agents.<agent>.command` of the configuration: while it is set, that is started and not what is installed. */
  readonly command?: string;
}
export const InstallPlanSchema = z.object({
  agent: z.string(),
  title: z.string(),
  package: z.string(),
  version: z.string(),
  provenVersion: z.string(),
  folder: z.string(),
  current: z.string().exactOptional(),
  found: z.object({ path: z.string(), version: z.string().exactOptional() }).exactOptional(),
  removes: z.array(z.string()).readonly(),
  freeBytes: z.number(),
  currentBytes: z.number().exactOptional(),
  command: z.string().exactOptional(),
});

// POST /api/agents/:name/install PlanInstallation → NDJSON stream of InstallProgress, the last one with `done`
export interface InstallProgress {
  readonly text: string;
  readonly done?: boolean;
  readonly error?: ErrorBody;
}
export const InstallProgressSchema = z.object({
  text: z.string(),
  done: z.boolean().exactOptional(),
  error: ErrorBodySchema.exactOptional(),
});

// GET /api/folders?path= → FolderPage: the folders inside a folder, for pickers. Without a path: the home folder.
export interface FolderPage {
  readonly path: string;
  readonly parent?: string;
  readonly folders: readonly string[];
}
export const FolderPageSchema = z.object({
  path: z.string(),
  parent: z.string().exactOptional(),
  folders: z.array(z.string()).readonly(),
});

// GET /api/daemon → DaemonView; POST /api/daemon/stop {runs: 'keep'|'end'} → 202
export interface DaemonView {
  readonly pid: number;
  readonly version: string;
  readonly socket: string;
  /** The page's address when the TCP port is open. */
  readonly address?: string;
  readonly stateDir: string;
  /** Bytes of resident memory. */
  readonly memory: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly sessions: number;
  readonly workingTurns: number;
}
export const DaemonViewSchema = z.object({
  pid: z.number().int(),
  version: z.string(),
  socket: z.string(),
  address: z.string().exactOptional(),
  stateDir: z.string(),
  memory: z.number().int(),
  startedAt: z.number(),
  sessions: z.number().int(),
  workingTurns: z.number().int(),
});

/** `keep` leaves working turns working: the next daemon adopts them. */
export interface StopDaemon {
  readonly runs?: 'keep' | 'end';
}
export const StopDaemonSchema = z.strictObject({
  runs: z.enum(['keep', 'end']).exactOptional(),
});

/** A new one-time pairing link: POST /api/pairing-links → PairingLink (unix socket or bearer only). */
export interface PairingLink {
  readonly url: string;
  readonly expiresAt: number;
}
export const PairingLinkSchema = z.object({ url: z.string(), expiresAt: z.number() });

/** Every error answer: `{ error }`. */
export interface ErrorAnswer {
  readonly error: ErrorBody;
}
export const ErrorAnswerSchema = z.object({ error: ErrorBodySchema });

/** What a client sends on /api/ws, one JSON object a frame. */
export type ClientFrame =
  /** Everything after `after`, then the live stream: no gap, no duplicate. A second subscribe to the same session replaces the first. */
  | { readonly type: 'subscribe'; readonly sessionId: SessionId; readonly after: number }
  | { readonly type: 'unsubscribe'; readonly sessionId: SessionId }
  /** All sessions' summaries now, and each one again when it changes. */
  | { readonly type: 'watch' }
  /** A consultation's report now, and again whenever something has happened in it. */
  | { readonly type: 'watch-consultation'; readonly consultationId: ConsultationId }
  | { readonly type: 'unwatch-consultation'; readonly consultationId: ConsultationId }
  | { readonly type: 'ping' };

export const ClientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    sessionId: z.custom<SessionId>((value) => typeof value === 'string').meta({ type: 'string' }),
    after: z.number().int().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('unsubscribe'),
    sessionId: z.custom<SessionId>((value) => typeof value === 'string').meta({ type: 'string' }),
  }),
  z.strictObject({ type: z.literal('watch') }),
  z.strictObject({ type: z.literal('watch-consultation'), consultationId: ConsultationIdSchema }),
  z.strictObject({ type: z.literal('unwatch-consultation'), consultationId: ConsultationIdSchema }),
  z.strictObject({ type: z.literal('ping') }),
]);

/** What the server sends on /api/ws. */
export type ServerFrame =
  /** The subscription stands; events up to `head` follow first. */
  | { readonly type: 'subscribed'; readonly sessionId: SessionId; readonly head: number }
  /** One frame for each batch of events. */
  | { readonly type: 'events'; readonly sessionId: SessionId; readonly events: readonly ParleyEvent[] }
  /** This client was too slow and the subscription is closed: subscribe again with the last seq that you have. */
  | { readonly type: 'lagged'; readonly sessionId: SessionId }
  | { readonly type: 'sessions'; readonly sessions: readonly Session[] }
  | { readonly type: 'session'; readonly session: Session }
  | { readonly type: 'session-deleted'; readonly sessionId: SessionId }
  | { readonly type: 'consultation'; readonly report: ConsultReport }
  | { readonly type: 'pong' }
  /** With the id of what could not be followed, or cannot be any longer: it was deleted. */
  | {
      readonly type: 'error';
      readonly error: ErrorBody;
      readonly sessionId?: SessionId;
      readonly consultationId?: ConsultationId;
    };
