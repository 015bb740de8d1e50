// What all tools of one MCP connection share: the way to the daemon, the limits, and what this connection has made.

import type { Client } from '@parley/client';
import type { AgentName, ApprovalId, SessionId } from '@parley/schema';

/** Milliseconds that a request tool waits when nothing else is said: below the 60 s after which most MCP clients give up. */
export const usualDeadlineMs = 45_000;

/** What this door needs of the daemon. */
export type Daemon = Pick<
  Client,
  | 'agents'
  | 'answerApproval'
  | 'approvals'
  | 'cancelQueued'
  | 'createSession'
  | 'daemon'
  | 'deleteSession'
  | 'eventBatches'
  | 'findTurn'
  | 'interrupt'
  | 'onConnection'
  | 'request'
  | 'session'
  | 'sessions'
  | 'submit'
  | 'turn'
  | 'updateSession'
>;

export interface DoorOptions {
  /** The daemon; one is started where none runs. Called by the first tool that needs it, never before. */
  readonly openClient: () => Promise<Daemon>;
  /** Brings the daemon back when it dies while somebody waits; returns what ends that. */
  readonly keepDaemon: (daemon: Daemon) => Promise<() => void>;
  /** Absolute path: where requests work that name no folder. */
  readonly cwd: string;
  /** Milliseconds that a request tool waits for its answer; 0: as long as it takes. */
  readonly syncDeadlineMs: number;
  /** A line for the log. Standard output is the protocol's. */
  readonly note: (text: string) => void;
}

export class Door {
  readonly options: DoorOptions;
  /** The session that a request of an agent goes on with when it names none: as `session_create` and `session_set_active` say. */
  readonly active = new Map<AgentName, SessionId>();
  /** What this connection has made, which is all that `session_clear_all` may clear. */
  readonly created = new Set<SessionId>();
  /** What this connection's person has been asked: once is enough, then it waits for other doors. */
  readonly asked = new Set<ApprovalId>();
  /** The MCP client has gone: what it waited for goes on. */
  leaving = false;

  constructor(options: DoorOptions) {
    this.options = options;
  }

  /** Found anew for each call (less than 1 ms), so a daemon that was stopped in between is no error. */
  client(): Promise<Daemon> {
    return this.options.openClient();
  }

  /** The session is gone. */
  forget(id: SessionId): void {
    this.created.delete(id);
    for (const [agent, active] of this.active) if (active === id) this.active.delete(agent);
  }
}

/**
 * Milliseconds from `PARLEY_SYNC_DEADLINE_MS` or, under the name that users of llm-cli-gateway have set already, `SYNC_DEADLINE_MS`; the usual ones
 * where neither is a whole number.
 */
export function syncDeadlineOf(env: Readonly<Record<string, string | undefined>>): number {
  const text = env['PARLEY_SYNC_DEADLINE_MS'] ?? env['SYNC_DEADLINE_MS'] ?? '';
  return /^\d{1,8}$/.test(text) ? Number(text) : usualDeadlineMs;
}
