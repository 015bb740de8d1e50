// What all tools of one MCP connection share: the way to the daemon, the limits, and what this connection has made.

import { isAbsolute, resolve } from 'node:path';
import type { Client } from '@parley/client';
import { ParleyError } from '@parley/schema';
import type { AgentName, ApprovalId, SessionId, Turn, TurnId } from '@parley/schema';
import { reviving } from './reviving.ts';
import { AskedTasks } from './tasks/asked-tasks.ts';

/** Milliseconds that a request tool waits when nothing else is said: below the 60 s after which most MCP clients give up. */
export const usualDeadlineMs = 45_000;

/** What this door needs of the daemon. */
export type Daemon = Pick<
  Client,
  | 'agents'
  | 'answerApproval'
  | 'approvals'
  | 'cancelQueued'
  | 'config'
  | 'consultation'
  | 'createConsultation'
  | 'createSession'
  | 'daemon'
  | 'deleteSession'
  | 'eventBatches'
  | 'findTurn'
  | 'followConsultation'
  | 'installAgent'
  | 'interrupt'
  | 'interruptConsultation'
  | 'metrics'
  | 'models'
  | 'onConnection'
  | 'records'
  | 'planInstallation'
  | 'processes'
  | 'request'
  | 'requestApprovals'
  | 'session'
  | 'sessions'
  | 'submit'
  | 'turn'
  | 'watchSessions'
>;

export interface DoorOptions {
  /** The daemon; one is started where none runs. Called by the first tool that needs it, never before. */
  readonly openClient: () => Promise<Daemon>;
  /** Brings the daemon back when it dies while somebody waits; returns what ends that. */
  readonly keepDaemon: (daemon: Daemon) => Promise<() => void>;
  /** Absolute path: where requests work that name no folder. Absent where the client has no folder here: over HTTP. */
  readonly cwd?: string;
  /** Milliseconds that a request tool waits for its answer; 0: as long as it takes. */
  readonly syncDeadlineMs: number;
  /** The daemon where one runs; none is started. For looking that nobody has asked for in so many words. */
  readonly findClient: () => Promise<Daemon | undefined>;
  /** Whose request tools are offered, by their names in the tools (`claude`, `mistral`, …). Absent: all agents'. */
  readonly agents?: ReadonlySet<string>;
  /** A line for the log. Standard output is the protocol's. */
  readonly note: (text: string) => void;
}

export interface Connection {
  /** Default: true. */
  readonly remembers?: boolean;
  /** Fires when this side ends the connection. */
  readonly closing?: AbortSignal;
}

export class Door {
  readonly options: DoorOptions;
  /** The session that a request of an agent goes on with when it names none: as `session_create` and `session_set_active` say. */
  readonly active = new Map<AgentName, SessionId>();
  /** What this connection has made, which is all that `session_clear_all` may clear. */
  readonly created = new Set<SessionId>();
  /** What this connection's person has been asked: once is enough, then it waits for other doors. */
  readonly asked = new Set<ApprovalId>();
  /** Whether what one request makes or chooses is there for the next: not where each request stands alone. */
  readonly remembers: boolean;
  /** Calls that are to become tasks. */
  readonly askedTasks = new AskedTasks();
  /** A call has become a task. */
  onTask?: (id: TurnId) => void;
  /** The client has looked at the list of resources. */
  onListed?: () => void;
  /** What stands at this address has changed. */
  onUpdated?: (uri: string) => void;
  /** The client's own log. */
  onNote?: (text: string) => void;
  readonly #closing: AbortSignal | undefined;
  #left = false;

  constructor(options: DoorOptions, connection: Connection = {}) {
    this.options = options;
    this.remembers = connection.remembers ?? true;
    this.#closing = connection.closing;
  }

  /** The turn with a long answer that is read page by page: not fetched whole for each of them. */
  paged: Turn | undefined;
  /** The MCP client has gone, or we go: what it waited for goes on. */
  get leaving(): boolean {
    return this.#left || this.#closing?.aborted === true;
  }

  leave(): void {
    this.#left = true;
  }

  /** Found anew for each call (less than 1 ms), so a daemon that was stopped in between is no error. */
  async client(): Promise<Daemon> {
    const { openClient } = this.options;
    return reviving(await openClient(), openClient);
  }

  findClient(): Promise<Daemon | undefined> {
    return this.options.findClient();
  }

  /** Something went wrong that no call tells of: to our log, and to the client's where it takes one. */
  note(text: string): void {
    this.options.note(text);
    this.onNote?.(text);
  }

  /** Absolute path of a folder that a caller names, or leaves to us. Throws `invalid_request` where only the caller can know it. */
  folder(path?: string): string {
    const { cwd } = this.options;
    if (path !== undefined && isAbsolute(path)) return resolve(path);
    if (cwd !== undefined) return resolve(cwd, path ?? '.');
    const message =
      path === undefined
        ? 'workingDir is needed: over HTTP Parley does not know which folder you work in.'
        : `workingDir: "${path}" must be an absolute path: over HTTP Parley does not know which folder you work in.`;
    throw new ParleyError('invalid_request', message, { field: 'workingDir' });
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
