// The store's interface: what the engine needs kept. Written so that SQLite in this process and PostgreSQL on a server can both be it.

import type { UpdateSession } from './api.ts';
import type { Approval } from './approval.ts';
import type { DriverInput } from './driver.ts';
import type { ApprovalId, RunId, SessionId, TurnId } from './ids.ts';
import type { ApprovalTally, FindRequests, RequestRecord } from './recorder.ts';
import type { LaunchHold, RequestApproval, RequestApprovalChange } from './request-approval.ts';
import type { RunRecord } from './runtime.ts';
import type { Session } from './session.ts';
import type { Turn } from './turn.ts';

/** One event, encoded once: the same text goes to the store and to every subscriber. */
export interface StoredEvent {
  readonly seq: number;
  /** The whole `ParleyEvent` as JSON text. */
  readonly json: string;
  /** `item.delta`: prunable once its turn has ended. */
  readonly delta: boolean;
}

/** An input that a run's driver got from us (not from its stdout), and after which stdout byte: enough to replay the run exactly. */
export interface JournalEntry {
  /** 0, 1, 2… within the run. */
  readonly n: number;
  readonly afterOffset: number;
  readonly input: Exclude<DriverInput, { type: 'line' }>;
}

/** A turn with what only the engine needs. */
export interface TurnRow extends Turn {
  /** Number of its `turn.started` event: the first event that belongs to it. */
  readonly startSeq?: number;
  /** Place in the session's queue while it is queued; smaller runs first. */
  readonly queueOrder?: number;
  /** While `steering`: the running turn that the words were sent into. */
  readonly steerInto?: TurnId;
  /** These words make sense in that turn only: when it does not take them, they are given back. */
  readonly steerOnly?: boolean;
  /** Steered words that the agent took up as a turn by itself: it was never told to start it. */
  readonly takenUp?: boolean;
  readonly timeoutMs?: number;
  /** When the agent first showed something; known once it has ended. */
  readonly firstOutputAt?: number;
  /** How the approvals that it asked for ended. */
  readonly approvals?: ApprovalTally;
  /** The agent fell silent in it, and it was told to go on in a new process. */
  readonly resumed?: boolean;
  /** It waits for this time (milliseconds since the epoch) to begin again. */
  readonly retryAt?: number;
  /** What its request wants the session to be from this turn on. Becomes the session's when the agent is told the turn, and is gone from here. */
  readonly change?: Pick<UpdateSession, 'policy' | 'model'>;
  /** It may only start as it was approved. */
  readonly hold?: LaunchHold;
  /** Whoever reads its answer wants it without what says nothing. */
  readonly optimizeAnswer?: boolean;
}

/** A run that has not been closed yet. */
export interface RunRow {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  /** Absent between the decision to launch and the process's existence. */
  readonly record?: RunRecord;
  /** stdout bytes whose events are stored. */
  readonly offset: number;
  /** The driver's context, as it was at the start: policy, model, thread id, folder. */
  readonly context: string;
}

export interface RunChange {
  readonly runId: RunId;
  /** The row is made by the first change that names it; then these move. */
  readonly context?: string;
  readonly record?: RunRecord;
  readonly offset?: number;
  readonly journal?: readonly JournalEntry[];
  /** The run has ended and all of its spool is consumed: its journal goes. */
  readonly closed?: boolean;
}

/** A request that was accepted: what the same one is told, and what may spare another one. */
export interface AcceptedRequest {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The `RequestResult` without its session, as JSON text. */
  readonly result: string;
  /** The caller's idempotency key, one of all requests, and a hash of what was asked with it. */
  readonly key?: string;
  readonly fingerprint?: string;
  /** A hash of all that its answer depends on. */
  readonly digest?: string;
}

/** What one step of a session changes, in one transaction. */
export interface Change {
  readonly sessionId: SessionId;
  readonly events: readonly StoredEvent[];
  /** The session's read model after this change. */
  readonly session?: Session;
  readonly turns?: readonly TurnRow[];
  readonly approvals?: readonly Approval[];
  readonly requestApprovals?: readonly RequestApprovalChange[];
  readonly run?: RunChange;
  readonly idempotency?: {
    readonly key: string;
    readonly fingerprint: string;
    readonly result: string;
    readonly at: number;
  };
  /** The request that this change accepts. */
  readonly request?: Omit<AcceptedRequest, 'sessionId'>;
  /** The recorder's rows of these turns. One that has ended stays as it is. */
  readonly records?: readonly RequestRecord[];
  /** Remove the deltas with `from <= seq < to`. */
  readonly pruneDeltas?: { readonly from: number; readonly to: number };
  /** True where it promises something (input accepted, approval answered, turn ended): it must survive a power cut. */
  readonly durable: boolean;
}

export interface FindApprovals {
  /** Only those that wait for an answer; false: all. */
  readonly pending: boolean;
  readonly sessionId?: SessionId;
  readonly agent?: string;
  /** Only so many, the newest. */
  readonly limit?: number;
}

export interface Store {
  /** `head` is always the newest stored event's number, whatever the session's own row says. */
  sessions(): Promise<readonly Session[]>;
  session(id: SessionId): Promise<Session | undefined>;
  /** Events with `after < seq <= until`, oldest first, at most `limit`. */
  events(
    id: SessionId,
    range: { readonly after: number; readonly until?: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]>;
  /** Newest first. */
  turns(id: SessionId, limit: number): Promise<readonly TurnRow[]>;
  turn(id: SessionId, turnId: TurnId): Promise<TurnRow | undefined>;
  /** A turn of whatever session. */
  findTurn(turnId: TurnId): Promise<TurnRow | undefined>;
  /** Turns that are queued, steering or running, in the order of the queue. */
  openTurns(id: SessionId): Promise<readonly TurnRow[]>;
  /** Oldest first. */
  approvals(find: FindApprovals): Promise<readonly Approval[]>;
  approval(id: ApprovalId): Promise<Approval | undefined>;
  /** Records of decisions about requests, newest first, also of sessions that are gone. */
  requestApprovals(find: { readonly limit: number; readonly agent?: string }): Promise<readonly RequestApproval[]>;
  /** The record of a request that was refused: there is no session to keep it with. */
  addRequestApproval(record: RequestApproval): Promise<void>;
  /** Forget records from before then (milliseconds since the epoch). */
  forgetRequestApprovals(before: number): Promise<void>;
  /** Runs that are not closed. */
  runs(): Promise<readonly RunRow[]>;
  /** All journal entries of a run, in order. */
  journal(runId: RunId): Promise<readonly JournalEntry[]>;
  idempotent(
    id: SessionId,
    key: string,
  ): Promise<{ readonly fingerprint: string; readonly result: string } | undefined>;
  /** The request with this idempotency key. */
  acceptedRequest(key: string): Promise<AcceptedRequest | undefined>;
  /** Requests with this digest from then on (milliseconds since the epoch), newest first, at most ten. */
  requestsLike(digest: string, since: number): Promise<readonly AcceptedRequest[]>;
  /** The recorder's rows, newest first, also of sessions that are gone. Throws `unknown_turn` where there is no `before`. */
  records(find: FindRequests): Promise<readonly RequestRecord[]>;
  record(id: TurnId): Promise<RequestRecord | undefined>;
  /** Forget rows that ended before then (milliseconds since the epoch). Resolves to how many. */
  forgetRecords(before: number): Promise<number>;
  /** All or nothing. Never reorders: changes of one session are committed in the order of the calls. */
  commit(change: Change): Promise<void>;
  deleteSession(id: SessionId): Promise<void>;
  /** Forget idempotency keys from before then (milliseconds since the epoch). */
  forgetIdempotency(before: number): Promise<void>;
  /** Forget what is kept of requests from before then; their turns stay. */
  forgetRequests(before: number): Promise<void>;
  close(): Promise<void>;
}
