// What a session is, in memory: the state that decisions read and change. Owned by one actor, rebuilt from the store after a restart.

import type {
  Approval,
  ApprovalId,
  DriverDeadline,
  ErrorBody,
  Item,
  ItemId,
  Policy,
  RunId,
  Session,
  TurnId,
  TurnRow,
  Usage,
} from '@parley/schema';

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** An item between started and completed, with the deltas that came so far. */
export interface OpenItem {
  readonly item: Item;
  readonly text: string[];
}

export interface ActiveTurn {
  row: TurnRow;
  /** `starting`: accepted, its driver has not been told yet (the process is coming up, or the one before it is going). */
  phase: 'starting' | 'running' | 'interrupting';
  readonly items: Map<ItemId, OpenItem>;
  /** The agent's last words in this turn. */
  answer: string;
  usage: Usage | undefined;
  /** What processes before this one used in this turn. */
  usageEarlier: Usage | undefined;
  /** Why Parley itself stops this turn (a deadline): it ends `failed` with this, not `interrupted`. */
  failure: ErrorBody | undefined;
  /** When the agent last showed work; undefined until its first sign. */
  progressAt: number | undefined;
  /** When the driver was told. */
  sentAt: number | undefined;
  interruptedAt: number | undefined;
  /** The agent only tries to reach its model: since when, and in its own words. */
  retrying?: { readonly since: number; readonly words: string } | undefined;
  /** It was said already that not all of its file changes can be told. Known of turns that an earlier daemon began. */
  filesUnclear: boolean;
  /** When something of it was first shown beside its own words: from then on it cannot begin again unseen. */
  shownAt: number | undefined;
}

/** Words sent into a running turn whose fate is not settled. */
export interface Steer {
  readonly row: TurnRow;
  readonly into: TurnId;
  readonly itemId: ItemId;
  sent: boolean;
  /** Set when they are not to become a turn of their own: why they come back if the agent does not take them. */
  onlyHere: string | undefined;
}

export type RunState =
  | { readonly phase: 'none' }
  | { readonly phase: 'launching'; readonly runId: RunId; readonly settings: RunSettings }
  | {
      readonly phase: 'up';
      readonly runId: RunId;
      readonly settings: RunSettings;
      idleSince: number | undefined;
      /** Turns that it was told. */
      told: number;
    }
  | { readonly phase: 'ending'; readonly runId: RunId };

/** What a process was started with: when it differs from what the session wants now, the next turn gets a new process. */
export interface RunSettings {
  readonly policy: Policy;
  readonly model: string | undefined;
}

export interface SessionState {
  readonly session: Mutable<Session>;
  active: ActiveTurn | undefined;
  readonly steers: Map<TurnId, Steer>;
  /** In the order in which they run. */
  readonly queue: TurnRow[];
  /** Only those that wait for a person. */
  readonly approvals: Map<ApprovalId, Approval>;
  run: RunState;
  /** Usage of all turns before the active one. */
  usageBefore: Usage;
  /** Deadlines that the driver asked for, and when. */
  readonly driverDeadlines: Map<DriverDeadline, number>;
  lastTurnFailed: boolean;
  /** When the last turn ended, in this process. */
  lastEndAt: number | undefined;
  /** The daemon is stopping: nothing new starts. */
  closing: boolean;
}

/** A session in which nothing runs and nothing waits. */
export function restingState(session: Session): SessionState {
  return {
    session: { ...session },
    active: undefined,
    steers: new Map(),
    queue: [],
    approvals: new Map(),
    run: { phase: 'none' },
    usageBefore: session.usage,
    driverDeadlines: new Map(),
    lastTurnFailed: session.state === 'failed',
    lastEndAt: undefined,
    closing: false,
  };
}

/** The session as its active turn is to have it. */
export function sessionOfTurn({ session, active }: Pick<SessionState, 'session' | 'active'>): Session {
  return { ...session, ...active?.row.change };
}

/** The session as it will be after all that waits in it. */
export function sessionAfterQueue(state: SessionState): Session {
  return state.queue.reduce<Session>((session, { change }) => ({ ...session, ...change }), sessionOfTurn(state));
}

/** Why steered words come back, where their sender wants them in the running turn or not at all. */
export function onlyHereOf({ steerOnly }: TurnRow): string | undefined {
  return steerOnly === true ? 'The turn that they were meant for ended before the agent took them.' : undefined;
}

/** True while words are with the agent: a turn runs, or steered words may still become one. */
export function isBusy(state: SessionState): boolean {
  return state.active !== undefined || state.steers.size > 0;
}
