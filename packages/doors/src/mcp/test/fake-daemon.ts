// A daemon in memory whose agents do what a test says.

import type { ConsultAgents } from '@parley/consult';
import { agentsOver, FakeConsultations } from '@parley/consult/testing';
import { newId, ParleyError, TurnIdSchema } from '@parley/schema';
import type {
  AgentView,
  Approval,
  ApprovalAnswer,
  ApprovalId,
  ApprovalRequest,
  ConsultationId,
  ConsultReport,
  CreateConsultation,
  CreateSession,
  EventBody,
  FindApprovals,
  FindModels,
  ForkSession,
  Interrupt,
  InstallProgress,
  FindRequests,
  MakeRequest,
  ModelPage,
  OwnedProcess,
  ParleyEvent,
  RequestApproval,
  RequestResult,
  RequestRecord,
  Session,
  SessionId,
  SubmitTurn,
  Turn,
  TurnId,
} from '@parley/schema';
import type { Daemon } from '../door.ts';
import { approvalsOf, clock, noModels, recordsOf, sessionOf } from './fake-turn.ts';
import type { Asked, FakeTurn } from './fake-turn.ts';

export type { FakeTurn } from './fake-turn.ts';

interface Kept {
  session: Session;
  readonly events: ParleyEvent[];
  readonly turns: Map<TurnId, Turn>;
  /** Woken by each event. */
  wake: PromiseWithResolvers<void>;
}

export class FakeDaemon implements Daemon {
  play: (turn: FakeTurn) => void | Promise<void> = (turn) => turn.complete(`You said: ${turn.text}`);
  readonly created: CreateSession[] = [];
  readonly made: MakeRequest[] = [];
  /** What requests are told beside their turn, and what was decided about earlier ones. */
  told: Pick<RequestResult, 'approval' | 'reviewIntegrity' | 'optimization'> = {};
  decisions: readonly RequestApproval[] = [];
  /** Every request is refused with this. */
  refusal: ParleyError | undefined;
  readonly submitted: (SubmitTurn & { readonly sessionId: SessionId })[] = [];
  readonly answers: (ApprovalAnswer & { readonly id: ApprovalId })[] = [];
  readonly consultations = new FakeConsultations(this.#consultAgents());
  /** Set: the turn that answers requests which an earlier one may answer. */
  reused: { readonly sessionId: SessionId; readonly turnId: TurnId } | undefined;
  readonly config = async () => [{ key: 'requests.retention_days', value: 30, origin: 'default' }];
  interrupts = 0;
  opened = 0;
  readonly #kept = new Map<SessionId, Kept>();
  /** Woken by each change of any session. */
  #changed = Promise.withResolvers<void>();
  readonly #approvals = new Map<ApprovalId, Asked>();

  views: readonly AgentView[] = [];
  modelsOf: (wanted: FindModels) => ModelPage = noModels;
  /** What an installation tells. */
  installation: readonly InstallProgress[] = [];
  readonly installed: string[] = [];

  agents(): ReturnType<Daemon['agents']> {
    return Promise.resolve(this.views);
  }

  planInstallation(agent: string, { version = '1.0.0' } = {}): ReturnType<Daemon['planInstallation']> {
    const plan = { agent, title: agent, package: agent, version, provenVersion: '1.0.0', folder: '/data' };
    return Promise.resolve({ ...plan, removes: [], freeBytes: 2 ** 30 });
  }

  async *installAgent(agent: string, { version = 'proven' } = {}): ReturnType<Daemon['installAgent']> {
    this.installed.push(`${agent}@${version}`);
    for (const progress of this.installation) {
      yield progress;
      if (progress.error !== undefined) throw ParleyError.from(progress.error);
    }
  }

  daemon(): ReturnType<Daemon['daemon']> {
    const facts = { pid: 42, version: '1.2.3', socket: '/s', stateDir: '/state', memory: 2048, startedAt: 0 };
    return Promise.resolve({ ...facts, sessions: this.#kept.size, workingTurns: 0 });
  }

  /** Processes beside those of turns that run. */
  owned: readonly OwnedProcess[] = [];

  processes(): ReturnType<Daemon['processes']> {
    const working = [...this.#kept.values()].flatMap(({ session: { id, agent, activeTurnId } }) =>
      activeTurnId === undefined ? [] : [{ sessionId: id, agent, turnId: activeTurnId, runningForMs: 1000 }],
    );
    return Promise.resolve([...working, ...this.owned]);
  }

  async records(find: FindRequests = {}): Promise<readonly RequestRecord[]> {
    if (find.before !== undefined) await this.findTurn(find.before);
    return recordsOf([...this.#kept.values()], find);
  }

  metrics(): ReturnType<Daemon['metrics']> {
    return Promise.reject(new ParleyError('internal', 'No metrics here.'));
  }

  models(wanted: FindModels = {}): ReturnType<Daemon['models']> {
    return Promise.resolve(this.modelsOf(wanted));
  }

  async createConsultation(request: CreateConsultation): Promise<ConsultReport> {
    return this.consultations.create(request);
  }

  async consultation(id: ConsultationId): Promise<ConsultReport> {
    return this.consultations.report(id);
  }

  async interruptConsultation(id: ConsultationId): Promise<ConsultReport> {
    return this.consultations.interrupt(id);
  }

  followConsultation(
    id: ConsultationId,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<ConsultReport> {
    return this.consultations.follow(id, options);
  }

  #consultAgents(): ConsultAgents {
    return agentsOver({
      createSession: (input) => this.createSession(input),
      submit: (id, turn) => this.submit(id, turn),
      interrupt: (id) => this.interrupt(id),
      changed: () => this.#changed.promise,
      ended: async (id, turnId) => {
        const turn = await this.turn(id, turnId);
        return turn.endedAt === undefined ? undefined : turn;
      },
    });
  }

  async *watchSessions({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<readonly Session[]> {
    const stopped = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => stopped.resolve());
    while (signal?.aborted !== true) {
      const changed = this.#changed;
      yield await this.sessions();
      await Promise.race([changed.promise, stopped.promise]);
    }
  }

  onConnection(): () => void {
    return () => {};
  }

  async createSession(input: CreateSession): Promise<Session> {
    if (input.agent === 'vibe') throw new ParleyError('agent_not_installed', 'vibe is not on PATH.');
    this.created.push(input);
    const session = sessionOf(input, `thread-${this.created.length}`, clock());
    this.#kept.set(session.id, { session, events: [], turns: new Map(), wake: Promise.withResolvers() });
    return session;
  }

  async forkSession(id: SessionId, change: ForkSession = {}): Promise<Session> {
    const { agent, cwd, policy, threadId = '' } = this.#of(id).session;
    const fork = await this.createSession({ agent, cwd, policy, ...change });
    return this.#change(this.#of(fork.id), { forkOf: { sessionId: id, threadId } });
  }

  async session(id: SessionId): Promise<Session> {
    return this.#of(id).session;
  }

  async sessions(): Promise<readonly Session[]> {
    return [...this.#kept.values()].map(({ session }) => session);
  }

  async updateSession(id: SessionId, change: Partial<Session>): Promise<Session> {
    return this.#change(this.#of(id), change);
  }

  async deleteSession(id: SessionId): Promise<void> {
    this.#of(id);
    this.#kept.delete(id);
  }

  async turn(id: SessionId, turnId: TurnId): Promise<Turn> {
    const turn = this.#of(id).turns.get(turnId);
    if (turn === undefined) throw new ParleyError('unknown_turn', `Session ${id} has no turn ${turnId}.`);
    return turn;
  }

  async findTurn(turnId: TurnId): Promise<Turn> {
    if (!TurnIdSchema.safeParse(turnId).success) throw new ParleyError('invalid_request', 'turnId: not an id.');
    const turn = [...this.#kept.values()].map(({ turns }) => turns.get(turnId)).find(Boolean);
    if (turn === undefined) throw new ParleyError('unknown_turn', `There is no turn ${turnId}.`);
    return turn;
  }

  async submit(sessionId: SessionId, input: SubmitTurn): ReturnType<Daemon['submit']> {
    const kept = this.#of(sessionId);
    this.submitted.push({ ...input, sessionId });
    const { text, correlationId } = input;
    const named = correlationId === undefined ? {} : { correlationId };
    const turn: Turn = { id: newId('turn'), sessionId, state: 'queued', text, queuedAt: clock(), ...named };
    kept.turns.set(turn.id, turn);
    if (kept.session.activeTurnId !== undefined) {
      const queue = [...kept.session.queue, { turnId: turn.id, text: turn.text }];
      this.#change(kept, { queue });
      this.#emit(kept, { type: 'queue.changed', queue });
      return { sessionId, turnId: turn.id, outcome: 'queued', position: queue.length };
    }
    this.#start(kept, turn);
    return { sessionId, turnId: turn.id, outcome: 'started' };
  }

  async request(request: MakeRequest): Promise<RequestResult> {
    this.made.push(request);
    if (this.refusal !== undefined) throw this.refusal;
    const { session: wanted, ...words } = request;
    if (this.reused !== undefined && words.dedup === 'reuse') return this.#reuse(this.reused);
    const session = await this.#wanted(wanted);
    const { approval: _choice, optimizePrompt: _prompt, optimizeResponse: _response, ...turn } = words;
    return { ...(await this.submit(session.id, { ...turn, when: 'queue' })), session, ...this.told };
  }

  #wanted(wanted: MakeRequest['session']): Promise<Session> {
    if (typeof wanted === 'string') return this.session(wanted);
    if ('agent' in wanted) return this.createSession(wanted);
    if ('fork' in wanted) {
      const { fork, ...change } = wanted;
      return this.forkSession(fork, change);
    }
    const { id, ...change } = wanted;
    return this.updateSession(id, change);
  }

  async requestApprovals({ limit = 50, agent }: Partial<FindApprovals> = {}): Promise<readonly RequestApproval[]> {
    return this.decisions.filter((one) => agent === undefined || one.agent === agent).slice(0, limit);
  }

  async #reuse({ sessionId, turnId }: NonNullable<FakeDaemon['reused']>): Promise<RequestResult> {
    const { session, turns } = this.#of(sessionId);
    turns.set(turnId, { ...(await this.turn(sessionId, turnId)), shared: true });
    const deduped = { ageMs: 61_000, turnId };
    return { sessionId, turnId, outcome: 'started', session: { ...session, head: 0 }, deduped, ...this.told };
  }

  async cancelQueued(id: SessionId, turnId: TurnId): Promise<void> {
    const kept = this.#of(id);
    const queue = kept.session.queue.filter((queued) => queued.turnId !== turnId);
    if (queue.length === kept.session.queue.length) throw new ParleyError('turn_not_queued', 'It has started.');
    this.#settle(kept, turnId, { state: 'cancelled' });
    this.#change(kept, { queue });
    this.#emit(kept, { type: 'queue.changed', queue });
  }

  async interrupt(id: SessionId, { unlessShared = false }: Interrupt = {}): ReturnType<Daemon['interrupt']> {
    const kept = this.#of(id);
    const { activeTurnId } = kept.session;
    if (activeTurnId === undefined) return {};
    if (unlessShared && kept.turns.get(activeTurnId)?.shared === true) return {};
    this.interrupts += 1;
    this.#end(kept, { type: 'turn.interrupted', turnId: activeTurnId }, { state: 'interrupted' });
    return { turnId: activeTurnId };
  }

  async approvals(find: Partial<FindApprovals> = {}): Promise<readonly Approval[]> {
    const all = [...this.#approvals.values()].map(({ approval }) => approval);
    return approvalsOf(all, find, (id) => this.#of(id).session.agent);
  }

  async answerApproval(id: ApprovalId, answer: ApprovalAnswer): Promise<void> {
    const asked = this.#approvals.get(id);
    if (asked === undefined) throw new ParleyError('unknown_approval', `There is no approval ${id}.`);
    if (asked.approval.resolution !== undefined) throw new ParleyError('approval_resolved', 'It is resolved.');
    this.answers.push({ ...answer, id });
    asked.answered(answer);
  }

  async *eventBatches(
    id: SessionId,
    { after = 0, signal }: { readonly after?: number; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<readonly ParleyEvent[]> {
    const kept = this.#of(id);
    const stopped = Promise.withResolvers<void>();
    signal?.addEventListener('abort', () => stopped.resolve());
    for (let seen = after; signal?.aborted !== true;) {
      const { wake } = kept;
      const fresh = kept.events.filter(({ seq }) => seq > seen);
      seen = fresh.at(-1)?.seq ?? seen;
      if (fresh.length > 0) yield fresh;
      else await Promise.race([wake.promise, stopped.promise]);
    }
  }

  #start(kept: Kept, turn: Turn): void {
    const turnId = turn.id;
    this.#settle(kept, turnId, { state: 'running', startedAt: clock() });
    this.#change(kept, { state: 'working', activeTurnId: turnId });
    const emit = (body: EventBody) => this.#emit(kept, body);
    emit({ type: 'turn.started', turnId, text: turn.text });
    const say = (...pieces: readonly string[]) => {
      const id = newId('item');
      emit({ type: 'item.started', turnId, item: { id, type: 'assistant_message', text: '' } });
      for (const text of pieces) emit({ type: 'item.delta', turnId, itemId: id, text });
      emit({ type: 'item.completed', turnId, item: { id, type: 'assistant_message', text: pieces.join('') } });
    };
    const usage = { inputUncached: 10, output: 5, costUsd: 0.25 };
    const fake: FakeTurn = {
      id: turnId,
      text: turn.text,
      session: kept.session,
      emit,
      say,
      complete: (answer) => {
        say(answer);
        this.#end(kept, { type: 'turn.completed', turnId, usage }, { state: 'completed', answer, usage });
      },
      fail: ({ body: error }) => this.#end(kept, { type: 'turn.failed', turnId, error }, { state: 'failed', error }),
      ask: (request) => this.#ask(kept, turnId, request),
    };
    setImmediate(() => void this.play(fake));
  }

  #end(kept: Kept, event: EventBody, change: Partial<Turn>): void {
    const { activeTurnId, ...idle } = kept.session;
    if (activeTurnId === undefined) return;
    this.#settle(kept, activeTurnId, { ...change, endedAt: clock() });
    kept.session = { ...idle, state: 'idle' };
    this.#emit(kept, event);
    const [next, ...queue] = kept.session.queue;
    const queued = next && kept.turns.get(next.turnId);
    if (queued === undefined) return;
    this.#change(kept, { queue });
    this.#start(kept, queued);
    this.#emit(kept, { type: 'queue.changed', queue });
  }

  async #ask(kept: Kept, turnId: TurnId, request: Omit<ApprovalRequest, 'id'>): Promise<ApprovalAnswer> {
    const now = Date.now();
    const id = newId('approval');
    const ids = { id, sessionId: kept.session.id, turnId };
    const approval: Approval = { ...request, ...ids, requestedAt: now, deadlineAt: now + 600_000 };
    const { promise, resolve: answered } = Promise.withResolvers<ApprovalAnswer>();
    this.#approvals.set(id, { approval, answered });
    this.#emit(kept, { type: 'approval.requested', turnId, approval });
    const answer = await promise;
    const effect = approval.options.find((option) => option.id === answer.optionId)?.effect;
    const outcome = effect === 'allow' ? 'allowed' : 'denied';
    const resolution = { outcome, by: 'person', optionId: answer.optionId, at: now } as const;
    this.#approvals.set(id, { approval: { ...approval, resolution }, answered });
    this.#emit(kept, { type: 'approval.resolved', turnId, approvalId: id, resolution });
    return answer;
  }

  #of(id: SessionId): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new ParleyError('unknown_session', `There is no session ${id}.`);
    return kept;
  }

  #change(kept: Kept, change: Partial<Session>): Session {
    return (kept.session = { ...kept.session, ...change });
  }

  #settle(kept: Kept, id: TurnId, change: Partial<Turn>): void {
    const turn = kept.turns.get(id);
    if (turn !== undefined) kept.turns.set(id, { ...turn, ...change });
  }

  #emit(kept: Kept, body: EventBody): void {
    const seq = kept.session.head + 1;
    const at = clock();
    this.#change(kept, { head: seq, updatedAt: at });
    kept.events.push({ ...body, seq, sessionId: kept.session.id, at });
    kept.wake.resolve();
    kept.wake = Promise.withResolvers();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
