// What one step of a session decided: events, rows to store, inputs for the driver and effects for the edge. Nothing here happens
// before the actor has committed it.

import type {
  Approval,
  ApprovalId,
  Change,
  DriverInput,
  EventBody,
  FileChange,
  ItemId,
  RequestApprovalChange,
  RequestApprovalId,
  SessionState as SessionSummaryState,
  StoredEvent,
  TurnId,
  TurnRow,
} from '@parley/schema';
import type { SessionState } from './state.ts';

/** What the edge has to do once the step is committed. */
export type Effect =
  | { readonly type: 'launch' }
  /** `hurry`: the agent was told to stop, so it gets no time to finish by itself. */
  | { readonly type: 'end-run'; readonly reason: string; readonly hurry: boolean };

/** A place among a step's events for those that are only known when it is about to be committed. */
export interface Room {
  readonly at: number;
  /** Their first number. Numbers that are not used stay holes. */
  readonly seq: number;
  readonly size: number;
}

export class Draft {
  readonly now: number;
  /** The turn whose files are watched: before its end there is room for what was found. */
  readonly watched: TurnId | undefined;
  readonly events: StoredEvent[] = [];
  readonly turns = new Map<TurnId, TurnRow>();
  readonly approvals = new Map<ApprovalId, Approval>();
  readonly requestApprovals = new Map<RequestApprovalId, RequestApprovalChange>();
  /** For the driver, in order. The actor takes them out while it steps the driver. */
  readonly inputs: DriverJournalInput[] = [];
  readonly effects: Effect[] = [];
  /** It promises something: the commit must survive a power cut. */
  durable = false;
  /** The session's read model changed (more than its head). */
  sessionChanged = false;
  prune: Change['pruneDeltas'] = undefined;
  /** An idempotency key and the answer that it stands for. */
  remember: Change['idempotency'] = undefined;
  /** The request that is accepted. */
  request: Change['request'] = undefined;
  /** A command or a tool has ended: files may be other than before. */
  filesMayDiffer = false;
  /** What the agent itself says that it changes. */
  readonly reported: FileChange[] = [];
  /** Before the end of the watched turn. */
  room: Room | undefined = undefined;
  readonly #state: SessionState;
  readonly #opening: string;

  constructor(state: SessionState, now: number, watched?: TurnId) {
    this.#state = state;
    this.now = now;
    this.watched = watched;
    this.#opening = `,"sessionId":"${state.session.id}","at":${now},"type":"item.delta","turnId":"`;
  }

  /** Number an event and keep it. Returns its `seq`. */
  emit(body: EventBody): number {
    const seq = ++this.#state.session.head;
    this.events.push(this.#stored(seq, body));
    return seq;
  }

  #stored(seq: number, body: EventBody): StoredEvent {
    const json = JSON.stringify({ seq, sessionId: this.#state.session.id, at: this.now, ...body });
    return { seq, json, delta: false };
  }

  /** Leave room here for so many events. */
  leaveRoom(size: number): void {
    this.room = { at: this.events.length, seq: this.#state.session.head + 1, size };
    this.#state.session.head += size;
  }

  /** Put events into the room, which is closed by that. */
  fillRoom(bodies: readonly EventBody[]): void {
    const { room } = this;
    this.room = undefined;
    if (room === undefined) return;
    const fitting = bodies.slice(0, room.size);
    this.events.splice(room.at, 0, ...fitting.map((body, n) => this.#stored(room.seq + n, body)));
  }

  /** `emit` for the hot path: a delta's JSON is put together by hand. */
  emitDelta(turnId: TurnId, itemId: ItemId, text: string): void {
    const seq = ++this.#state.session.head;
    const json = `{"seq":${seq}${this.#opening}${turnId}","itemId":"${itemId}","text":${JSON.stringify(text)}}`;
    this.events.push({ seq, json, delta: true });
  }

  turn(row: TurnRow): TurnRow {
    this.turns.set(row.id, row);
    return row;
  }

  approval(approval: Approval): void {
    this.approvals.set(approval.id, approval);
    this.touch();
  }

  touch(): void {
    this.sessionChanged = true;
  }

  /** Bring the read model in line with the state, at the end of a step. */
  summarise(): void {
    if (!this.sessionChanged) return;
    const { session, active, queue, approvals } = this.#state;
    session.state = summaryState(this.#state);
    if (active === undefined) delete session.activeTurnId;
    else session.activeTurnId = active.row.id;
    session.queue = queue.map((row) => ({ turnId: row.id, text: row.text }));
    session.pendingApprovals = approvals.size;
    session.updatedAt = this.now;
  }
}

export type DriverJournalInput = Exclude<DriverInput, { type: 'line' }>;

function summaryState(state: SessionState): SessionSummaryState {
  if (state.approvals.size > 0) return 'waiting';
  if (state.active !== undefined || state.steers.size > 0) return 'working';
  return state.lastTurnFailed ? 'failed' : 'idle';
}
