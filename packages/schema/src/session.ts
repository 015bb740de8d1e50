// Sessions: one conversation with one agent in one workspace.

import { z } from 'zod';
import type { AgentBackend, AgentName } from './agent.ts';
import { AgentBackendSchema } from './agent.ts';
import { AgentOptionsSchema, shownOptions } from './agent-options.ts';
import type { AgentOptions } from './agent-options.ts';
import { SessionIdSchema, TurnIdSchema } from './ids.ts';
import type { SessionId, TurnId } from './ids.ts';
import type { Policy } from './policy.ts';
import { PolicySchema } from './policy.ts';
import { UsageSchema } from './usage.ts';
import type { Usage } from './usage.ts';

/** What a list of sessions shows: `waiting` means waiting for a person; `failed`: the last turn ended failed or lost. */
export type SessionState = 'idle' | 'working' | 'waiting' | 'failed';

export type SessionOrigin = 'request' | 'consultation';

export interface QueuedTurn {
  readonly turnId: TurnId;
  readonly text: string;
}

/** Where a session comes from that goes on with a copy of another conversation. */
export interface ForkOrigin {
  /** Absent: a conversation that the agent remembers and Parley has not seen. */
  readonly sessionId?: SessionId;
  /** The agent's own id of the conversation that is copied. */
  readonly threadId: string;
}

export interface Session {
  readonly id: SessionId;
  readonly agent: AgentName;
  /** How the agent is spoken to; fixed when the session is created. */
  readonly mode: string;
  /** Absolute path of the workspace. */
  readonly cwd: string;
  readonly title: string;
  readonly policy: Policy;
  readonly model?: string;
  /** The named profile of the agent's configuration that this session was made with. */
  readonly profile?: string;
  /** How hard the model is to think, a variant of it, and its way of talking: in the agent's own words. */
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  /** Absolute folders beside `cwd` that the agent may work in. */
  readonly addedFolders?: readonly string[];
  /** The agent's own options, kept so that each of its processes gets the same. */
  readonly options?: AgentOptions;
  /** Milliseconds: of a whole turn, and of silence within one. Absent: as configured for all. */
  readonly timeoutMs?: number;
  readonly idleMs?: number;
  /** Base URL of the model server for this session only. */
  readonly modelUrl?: string;
  /** Where this session's words go; fixed when it is created, so that a conversation never changes servers by surprise. */
  readonly backend: AgentBackend;
  /** The agent's own id of this conversation, once it has told it. */
  readonly threadId?: string;
  /** The agent's own total of this conversation, for agents that tell nothing else. */
  readonly threadTotal?: Usage;
  /** The conversation was begun elsewhere: this session was made with its `threadId`. */
  readonly resumed?: boolean;
  /** It goes on with a copy of that conversation, made when its first turn runs; from then on it has a `threadId` of its own. */
  readonly forkOf?: ForkOrigin;
  /** The agent has completed a turn in it: losing its conversation would be a loss. */
  readonly answered?: boolean;
  /** What made it by itself. Absent: a person did, or somebody has gone on with it since. Removed after `requests.retention_days`. */
  readonly origin?: SessionOrigin;
  readonly state: SessionState;
  readonly activeTurnId?: TurnId;
  readonly queue: readonly QueuedTurn[];
  /** How many approvals wait for a person. */
  readonly pendingApprovals: number;
  readonly usage: Usage;
  /** The newest event's number; 0 when there is none. */
  readonly head: number;
  /** What the policy means for this agent, and what could not be expressed. */
  readonly limits: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** As it is told at every door: without what may be secret in its options. */
export function shownSession<Told extends Pick<Session, 'options'>>(session: Told): Told {
  return session.options === undefined ? session : { ...session, options: shownOptions(session.options) };
}

export const sessionStates = ['idle', 'working', 'waiting', 'failed'] as const;

export const QueuedTurnSchema = z.object({ turnId: TurnIdSchema, text: z.string() });

export const ForkOriginSchema = z.object({
  sessionId: SessionIdSchema.exactOptional(),
  threadId: z.string(),
});

export const SessionSchema = z.object({
  id: SessionIdSchema,
  agent: z.string(),
  mode: z.string(),
  cwd: z.string(),
  title: z.string(),
  policy: PolicySchema,
  model: z.string().exactOptional(),
  profile: z.string().exactOptional(),
  effort: z.string().exactOptional(),
  variant: z.string().exactOptional(),
  personality: z.string().exactOptional(),
  addedFolders: z.array(z.string()).readonly().exactOptional(),
  options: AgentOptionsSchema.exactOptional(),
  timeoutMs: z.number().positive().exactOptional(),
  idleMs: z.number().positive().exactOptional(),
  modelUrl: z.string().exactOptional(),
  backend: AgentBackendSchema,
  threadId: z.string().exactOptional(),
  threadTotal: UsageSchema.exactOptional(),
  resumed: z.boolean().exactOptional(),
  forkOf: ForkOriginSchema.exactOptional(),
  answered: z.boolean().exactOptional(),
  origin: z.enum(['request', 'consultation']).exactOptional(),
  state: z.enum(sessionStates),
  activeTurnId: TurnIdSchema.exactOptional(),
  queue: z.array(QueuedTurnSchema).readonly(),
  pendingApprovals: z.number().int(),
  usage: UsageSchema,
  head: z.number().int(),
  limits: z.array(z.string()).readonly(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
