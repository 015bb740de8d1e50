// What the engine needs to know about agents, as an interface that the daemon (or an embedding program) fills.

import type {
  AgentBackend,
  AgentName,
  AgentOptions,
  CreateSession,
  Driver,
  Policy,
  RunId,
  RunRequest,
  Session,
} from '@parley/schema';

export interface PreparedRun {
  readonly request: Omit<RunRequest, 'runId'>;
  /** What of the policy the agent cannot express. */
  readonly limits: readonly string[];
}

export interface SessionDefaults {
  readonly backend: AgentBackend;
  readonly policy: Policy;
  readonly model?: string;
  readonly mode: string;
  readonly profile?: string;
  readonly effort?: string;
  readonly variant?: string;
  readonly personality?: string;
  /** Absolute, real paths. */
  readonly addedFolders?: readonly string[];
  readonly options?: AgentOptions;
  readonly timeoutMs?: number;
  readonly idleMs?: number;
}

export interface Agents {
  /** The driver for one way of speaking to an agent; without a mode the usual one. Throws `unknown_agent`. */
  driver(name: AgentName, mode?: string): Driver;
  /** What a new session gets where its creator left it open: where its words go, how it is spoken to, model (by the name that the agent knows), policy. Throws `agent_not_installed`. */
  defaults(input: CreateSession): Promise<SessionDefaults>;
  /** What the agent is told for a model's name that somebody wants; undefined where it takes its own. */
  modelName(session: Session, wanted: string): Promise<string | undefined>;
  /** All that is needed to start the agent's process for a session. Throws `agent_not_installed`, `agent_auth`, `folder_missing`. */
  prepare(session: Session, run: { readonly runId: RunId; readonly prompt: string }): Promise<PreparedRun>;
  /** Names of the agents that can go on with a copy of a conversation. */
  forking(): readonly AgentName[];
  /**
   * A hash of what surrounds the agent of a session and says how it answers: program and version, variables, arguments, keys, files that its
   * options name. Throws as `prepare`.
   */
  environmentOf(session: Session): Promise<string>;
  /** Throws `policy_not_allowed` where the operator has not opted in. */
  checkPolicy(session: Pick<Session, 'policy' | 'cwd'>): void;
}
