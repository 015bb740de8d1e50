// The engine: all sessions of one state directory. Creates them, takes them up again after a restart, and hands each call to its actor.

import { ParleyError } from '@parley/schema';
import type {
  AgentName,
  Approval,
  ApprovalAnswer,
  ApprovalId,
  BreakerView,
  ChangeQueued,
  Config,
  ContinueSession,
  CreateSession,
  DriverContext,
  EventPage,
  FindApprovals,
  ForkSession,
  InterruptResult,
  ParleyEvent,
  QueuedTurn,
  RequestApproval,
  RequestRecord,
  RunRow,
  Runtime,
  Session,
  SessionId,
  SessionOrigin,
  Store,
  SubmitResult,
  SubmitTurn,
  Turn,
  TurnId,
  UpdateSession,
  Workspaces,
} from '@parley/schema';
import type { Agents } from './agents.ts';
import { checkedChange, checkPrompt } from './check-input.ts';
import { restingState, sessionAfterQueue } from './decide/state.ts';
import { beforeCopy, forkedSession } from './fork.ts';
import type { EventSink } from './hub.ts';
import { newSession } from './new-session.ts';
import { ProcessSlots } from './process-slots.ts';
import { publicTurn, wholeTurn } from './public-turn.ts';
import type { Acceptance, Drafted } from './requests/requests.ts';
import { Recorder } from './recorder.ts';
import { restoreSession } from './restore.ts';
import { TurnRetries } from './retry/turn-retries.ts';
import { SessionActor } from './session-actor.ts';
import type { Accepted, EngineProcess } from './session-actor.ts';
import type { ActorEnvironment } from './session-steps.ts';
import { WorkFolders } from './work-folders.ts';

export interface EngineOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly agents: Agents;
  /** Tells what files a turn changed where the agent does not. Absent: nobody does. */
  readonly workspaces?: Workspaces;
  readonly config: Pick<Config, 'deadlines' | 'queue' | 'recorder' | 'retries' | 'runs'>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** From 0 up to 1, for waits that must not be the same for all. */
  readonly random?: () => number;
  readonly report?: (text: string, error: unknown) => void;
  readonly fatal?: (error: unknown) => void;
  /** Rows of the recorder that were just committed: for counts and traces. */
  readonly recorded?: (records: readonly RequestRecord[]) => void;
}

export type SessionChange = { readonly session: Session } | { readonly deleted: SessionId };

export class Engine {
  readonly #options: EngineOptions;
  readonly #actors = new Map<SessionId, SessionActor>();
  readonly #watchers = new Set<(change: SessionChange) => void>();
  readonly #environment: ActorEnvironment;
  readonly recorder: Recorder;

  private constructor(options: EngineOptions) {
    this.#options = options;
    const { deadlines, queue, retries, runs } = options.config;
    const ms = (seconds: number): number => seconds * 1000;
    this.#environment = {
      store: options.store,
      runtime: options.runtime,
      agents: options.agents,
      slots: new ProcessSlots(runs.max_processes),
      workspaces: options.workspaces,
      folders: new WorkFolders(),
      limits: {
        start: ms(deadlines.start),
        handshake: ms(deadlines.handshake),
        firstByte: ms(deadlines.first_byte),
        idle: ms(deadlines.idle),
        unreachable: ms(deadlines.unreachable),
        tool: ms(deadlines.tool),
        approval: ms(deadlines.approval),
        interrupt: ms(deadlines.interrupt),
        keepWarm: ms(deadlines.keep_warm),
        keepWarmRequests: ms(deadlines.keep_warm_requests),
      },
      maxQueue: queue.max,
      retries: new TurnRetries({ max: retries.max, maxWait: ms(retries.max_wait) }, options.random ?? Math.random),
      now: options.now ?? Date.now,
      beforeCopy: (session) => beforeCopy(session, options.store, (id) => this.#actors.get(id)?.session),
      recorder: options.config.recorder.text,
      recorded: options.recorded ?? (() => undefined),
      changed: (session) => this.#tell({ session }),
      makeRoom: () => this.#makeRoom(),
      report: options.report ?? (() => undefined),
      fatal: options.fatal ?? (() => undefined),
    };
    this.recorder = new Recorder(this.#environment);
  }

  /** Open the engine: sessions are read, living processes adopted, dead ones finished from their spool, strays ended. */
  static async open(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    const runs = await options.store.runs();
    await options.runtime.sweep(new Set(runs.filter(({ record }) => record !== undefined).map(({ runId }) => runId)));
    const bySession = new Map<SessionId, RunRow>(runs.map((row) => [row.sessionId, row]));
    const waking: Promise<void>[] = [];
    for (const session of await options.store.sessions()) {
      const row = bySession.get(session.id);
      const busy =
        row !== undefined ||
        session.activeTurnId !== undefined ||
        session.state === 'working' ||
        session.state === 'waiting' ||
        session.queue.length > 0;
      if (busy) waking.push(engine.#wake(session, row));
      else engine.#actors.set(session.id, new SessionActor(restingState(session), engine.#environment));
    }
    await Promise.all(waking);
    await options.store.forgetIdempotency(engine.#environment.now() - 24 * 3600 * 1000);
    return engine;
  }

  async #wake(session: Session, row: RunRow | undefined): Promise<void> {
    const { store, runtime } = this.#options;
    const { state, run } = await restoreSession(store, session, row, this.#environment.now());
    const actor = new SessionActor(state, this.#environment);
    this.#actors.set(session.id, actor);
    if (run === undefined) return actor.resume(undefined);
    const { record, runId, context, offset } = run.row;
    if (record === undefined) return actor.resume({ runId, closed: true }); // It had not been told anything: it starts anew.
    try {
      const adopted = await runtime.adopt(record);
      await actor.life.adopt(adopted, JSON.parse(context) as DriverContext, run.journal, offset);
    } catch (error) {
      this.#environment.report(`adopting ${runId} failed`, error);
      await actor.life.lose(
        runId,
        `Its process could not be taken over: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /**
   * `origin`: what makes it by itself; `id`: a new one that was chosen before. Throws `unknown_agent`, `folder_missing`, `policy_not_allowed`, `agent_not_installed`,
   * `fork_unsupported`.
   */
  async createSession(input: CreateSession, origin?: SessionOrigin, id?: SessionId): Promise<Session> {
    return this.#begin(await this.draftSession(input, origin, id));
  }

  /** What `createSession` would make. Nothing is kept: `accept` does that, together with its first turn. Throws as `createSession`. */
  draftSession(input: CreateSession, origin?: SessionOrigin, id?: SessionId): Promise<Session> {
    return newSession(this.#options.agents, input, { origin, id, now: this.#environment.now() });
  }

  /**
   * A new session that goes on from the same conversation; the old one stays as it is. Throws `unknown_session`, `fork_unsupported`,
   * `session_working`, `policy_not_allowed`, and `invalid_request` where there is no conversation yet.
   */
  async forkSession(id: SessionId, input: ForkSession = {}): Promise<Session> {
    return this.#begin(await this.draftFork(id, input));
  }

  /** What `forkSession` would make. Nothing is kept. Throws as that. */
  async draftFork(id: SessionId, input: ForkSession): Promise<Session> {
    return forkedSession(this.#options.agents, this.#actor(id).session, input, this.#environment.now());
  }

  async #begin(session: Session): Promise<Session> {
    const actor = new SessionActor(restingState(session), this.#environment);
    await actor.announce();
    this.#actors.set(session.id, actor);
    return actor.session;
  }

  /** Newest first. */
  sessions(): readonly Session[] {
    return [...this.#actors.values()]
      .map((actor) => actor.session)
      .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
  }

  /** Throws `unknown_session`. */
  session(id: SessionId): Session {
    return this.#actor(id).session;
  }

  /** Throws `unknown_session`, `policy_not_allowed`, and `invalid_request` for the model `default` where nothing says which one that is. */
  async updateSession(id: SessionId, change: UpdateSession): Promise<Session> {
    const actor = this.#actor(id);
    return actor.update(await checkedChange(this.#options.agents, actor.session, change));
  }

  /** Throws `unknown_session`. */
  sessionAfterQueue(id: SessionId): Session {
    return sessionAfterQueue(this.#actor(id).state);
  }

  /** What a session that exists would become with a turn, after all that waits in it. Nothing is changed. Throws as `updateSession`. */
  async draftChange({ id, ...wanted }: ContinueSession): Promise<Required<Drafted>> {
    const session = this.sessionAfterQueue(id);
    const change = await checkedChange(this.#options.agents, session, wanted);
    return { session: { ...session, ...change }, change };
  }

  /** Ends what runs in it, then forgets it with its events; the agent's own record stays. `may` is asked last, and no means that nothing is done. */
  async deleteSession(id: SessionId, may: (session: Session) => boolean = () => true): Promise<void> {
    if (!(await this.#actor(id).end(may))) return;
    this.#actors.delete(id);
    await this.#options.store.deleteSession(id);
    this.#tell({ deleted: id });
  }

  /**
   * `by`: what submits by itself, so that nobody has gone on with its session. Throws `empty_prompt`, `prompt_too_large`, `queue_full`,
   * `idempotency_conflict`, `unknown_session`.
   */
  async submit(id: SessionId, input: SubmitTurn, by?: SessionOrigin): Promise<SubmitResult> {
    const actor = this.#actor(id);
    checkPrompt(input.text);
    return actor.submit(input, by);
  }

  /**
   * A request: a turn in a session that exists (its id) or in a drafted one, which is kept in the same change. The session of the result is as
   * it was right before the turn. Throws as `submit`.
   */
  async accept(to: SessionId | Session, input: SubmitTurn, request: Acceptance): Promise<Accepted> {
    checkPrompt(input.text);
    if (typeof to === 'string') return this.#actor(to).accept(input, request);
    const actor = new SessionActor(restingState(to), this.#environment);
    const result = await actor.begin(input, request);
    this.#actors.set(to.id, actor);
    return result;
  }

  /** True while this turn goes on: it answers one more caller, and none of them stops it by leaving. Undefined: its session goes or is gone. */
  async share(id: SessionId, turnId: TurnId): Promise<boolean | undefined> {
    return this.#actors.get(id)?.share(turnId);
  }

  interrupt(id: SessionId, queue: 'keep' | 'drop' = 'keep', unlessShared = false): Promise<InterruptResult> {
    return this.#actor(id).interrupt({ queue, unlessShared });
  }

  async cancelQueued(id: SessionId, turnId: TurnId): Promise<void> {
    await this.turn(id, turnId);
    await this.#actor(id).cancelQueued(turnId);
  }

  /**
   * New words or a new place for a queued turn; resolves to the queue as it is then. Throws `turn_not_queued`, `unknown_turn`, and what
   * `submit` throws for words.
   */
  async changeQueued(id: SessionId, turnId: TurnId, change: ChangeQueued): Promise<readonly QueuedTurn[]> {
    if (change.text !== undefined) checkPrompt(change.text);
    await this.turn(id, turnId);
    const actor = this.#actor(id);
    await actor.changeQueued(turnId, change);
    return actor.session.queue;
  }

  /** Newest first. */
  async turns(id: SessionId, limit: number): Promise<readonly Turn[]> {
    this.#actor(id);
    return (await this.#options.store.turns(id, limit)).map(publicTurn);
  }

  /** Throws `unknown_turn`. */
  async turn(id: SessionId, turnId: TurnId): Promise<Turn> {
    this.#actor(id);
    const row = await this.#options.store.turn(id, turnId);
    if (row === undefined) throw new ParleyError('unknown_turn', `Session ${id} has no turn ${turnId}.`);
    return wholeTurn(row);
  }

  /** A turn by its id alone. Throws `unknown_turn`. */
  async findTurn(turnId: TurnId): Promise<Turn> {
    const row = await this.#options.store.findTurn(turnId);
    if (row === undefined) throw new ParleyError('unknown_turn', `There is no turn ${turnId}.`);
    return wholeTurn(row);
  }

  /** Oldest first, all of them or the newest `limit`; `pending`: only those that wait for an answer. */
  approvals(pending: boolean, find: Pick<FindApprovals, 'agent' | 'limit'> = {}): Promise<readonly Approval[]> {
    return this.#options.store.approvals({ ...find, pending });
  }

  /** What was decided about requests, newest first. */
  requestApprovals(find: { readonly limit: number; readonly agent?: AgentName }): Promise<readonly RequestApproval[]> {
    return this.#options.store.requestApprovals(find);
  }

  /** Throws `unknown_approval`, `approval_resolved`, `invalid_request`. */
  async answer(approvalId: ApprovalId, answer: ApprovalAnswer): Promise<void> {
    const approval = await this.#options.store.approval(approvalId);
    if (approval === undefined) throw new ParleyError('unknown_approval', `There is no approval ${approvalId}.`);
    await this.#actor(approval.sessionId).answer(approvalId, answer);
  }

  /** One page of a session's events, oldest first. */
  async events(id: SessionId, after: number, limit: number): Promise<EventPage> {
    const { head } = this.#actor(id).session;
    const stored = await this.#options.store.events(id, { after, until: head, limit });
    return { events: stored.map(({ json }) => JSON.parse(json) as ParleyEvent), head };
  }

  /** Everything after `after`, then the live stream, in one step. Returns how to unsubscribe and the head at that moment. */
  async subscribe(
    id: SessionId,
    after: number,
    sink: EventSink,
  ): Promise<{ readonly unsubscribe: () => void; readonly head: number }> {
    const actor = this.#actor(id);
    const unsubscribe = await actor.subscribe(after, sink);
    return { unsubscribe, head: actor.session.head };
  }

  /** Hear of every change of a session's summary. Returns how to stop. */
  watch(watcher: (change: SessionChange) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Hear of every line that a session's agent prints, before what Parley makes of it. Returns how to stop. */
  watchLines(id: SessionId, watcher: (lines: readonly string[]) => void): () => void {
    return this.#actor(id).watchLines(watcher);
  }

  /** The processes of agents: those that work, those that come up for a turn, and those that are kept warm. */
  processes(): readonly EngineProcess[] {
    return [...this.#actors.values()].flatMap((actor) => actor.process ?? []);
  }

  /** What the circuit breakers of model servers are in. */
  breakers(): readonly BreakerView[] {
    return this.#environment.retries.breakers();
  }

  get workingTurns(): number {
    return [...this.#actors.values()].filter(({ state }) => state.active !== undefined).length;
  }

  /** `keep` leaves the processes of working turns alone, for the next daemon; idle ones are always ended. */
  async close(runs: 'keep' | 'end'): Promise<void> {
    await Promise.all([...this.#actors.values()].map((actor) => actor.close(runs)));
  }

  #actor(id: SessionId): SessionActor {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new ParleyError('unknown_session', `There is no session ${id}.`);
    return actor;
  }

  #tell(change: SessionChange): void {
    for (const watcher of this.#watchers) watcher(change);
  }

  /** The process that has been idle for longest goes. */
  #makeRoom(): void {
    let longest: SessionActor | undefined;
    for (const actor of this.#actors.values()) {
      if (actor.idleSince !== undefined && actor.idleSince < (longest?.idleSince ?? Infinity)) longest = actor;
    }
    longest?.endIdle().catch((error: unknown) => this.#environment.report('making room', error));
  }
}
