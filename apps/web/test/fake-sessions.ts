// The fake daemon's sessions: numbered events, read models, and subscribers, in memory. For this page's tests only.

import { addUsage, newId } from '@parley/schema';
import type {
  Approval,
  ApprovalAnswer,
  CreateSession,
  ErrorCode,
  EventBody,
  ItemId,
  ParleyEvent,
  Session,
  SessionId,
  SubmitResult,
  SubmitTurn,
  TurnId,
} from '@parley/schema';
import { playTurn } from './fake-script.ts';

export class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface RunningTurn {
  readonly turnId: TurnId;
  readonly stop: AbortController;
  readonly steered: { readonly turnId: TurnId; readonly itemId: ItemId; readonly text: string }[];
  readonly answers: Map<string, (answer: ApprovalAnswer | undefined) => void>;
}

type Listener = (id: SessionId, events: readonly ParleyEvent[]) => void;

export class FakeSessions {
  readonly sessions = new Map<SessionId, Session>();
  readonly events = new Map<SessionId, ParleyEvent[]>();
  readonly submitted: SubmitTurn[] = [];
  readonly running = new Map<SessionId, RunningTurn>();
  readonly eventListeners = new Set<Listener>();
  readonly sessionListeners = new Set<(session: Session | undefined, id: SessionId) => void>();
  readonly #results = new Map<string, SubmitResult>();
  /** Milliseconds between the steps of a scripted turn. */
  pace = 25;
  /** What the clock says; tests that take pictures set it. */
  now: () => number = Date.now;

  create(input: CreateSession, extra: Partial<Session> = {}): Session {
    if (!input.cwd.startsWith('/')) throw new Refusal('folder_missing', `${input.cwd} is not a folder.`);
    if (input.policy === 'full')
      throw new Refusal('policy_not_allowed', `The policy "full" is not allowed in ${input.cwd}.`);
    const at = this.now();
    const session: Session = {
      id: newId('session'),
      agent: input.agent,
      mode: 'app-server',
      cwd: input.cwd,
      title: input.title ?? '',
      policy: input.policy ?? 'ask',
      backend: { kind: 'rehearsal', detail: '' },
      state: 'idle',
      queue: [],
      pendingApprovals: 0,
      usage: {},
      head: 0,
      limits: [],
      createdAt: at,
      updatedAt: at,
      ...(input.model === undefined ? {} : { model: input.model }),
      ...extra,
    };
    this.sessions.set(session.id, session);
    this.events.set(session.id, []);
    const { agent, cwd, title, policy } = session;
    this.emit(session.id, { type: 'session.created', agent, cwd, title, policy });
    return this.get(session.id);
  }

  get(id: SessionId): Session {
    const session = this.sessions.get(id);
    if (session === undefined) throw new Refusal('unknown_session', `There is no session ${id}.`);
    return session;
  }

  update(id: SessionId, change: Partial<Session>): Session {
    const session = { ...this.get(id), ...change, updatedAt: change.updatedAt ?? this.now() };
    this.sessions.set(id, session);
    for (const listener of this.sessionListeners) listener(session, id);
    return session;
  }

  remove(id: SessionId): void {
    this.get(id);
    this.running.get(id)?.stop.abort();
    this.sessions.delete(id);
    for (const listener of this.sessionListeners) listener(undefined, id);
  }

  emit(id: SessionId, ...bodies: readonly EventBody[]): void {
    const stored = this.events.get(id);
    if (stored === undefined) return;
    const fresh = bodies.map((body, index): ParleyEvent => ({
      ...body,
      seq: (stored.at(-1)?.seq ?? 0) + 1 + index,
      sessionId: id,
      at: this.now(),
    }));
    stored.push(...fresh);
    for (const listener of this.eventListeners) listener(id, fresh);
    let change: Partial<Session> = { head: stored.at(-1)?.seq ?? 0 };
    for (const body of bodies) {
      if (body.type === 'approval.requested') change = { ...change, state: 'waiting', pendingApprovals: 1 };
      if (body.type === 'approval.resolved') change = { ...change, state: 'working', pendingApprovals: 0 };
      if (body.type === 'usage.updated') change = { ...change, usage: body.total };
      if (body.type === 'queue.changed') change = { ...change, queue: body.queue };
      if (body.type === 'session.updated' && body.title !== undefined) change = { ...change, title: body.title };
    }
    this.update(id, change);
  }

  submit(id: SessionId, turn: SubmitTurn): SubmitResult {
    this.submitted.push(turn);
    const session = this.get(id);
    const key = `${id} ${turn.idempotencyKey}`;
    const before = this.#results.get(key);
    if (before !== undefined) return { ...before, repeated: true };
    const result = this.#accept(session, turn);
    if (turn.idempotencyKey !== undefined) this.#results.set(key, result);
    return result;
  }

  #accept(session: Session, { text, when }: SubmitTurn): SubmitResult {
    const { id } = session;
    if (text.trim() === '') throw new Refusal('empty_prompt', 'The prompt is empty.');
    const turnId = newId('turn');
    const running = this.running.get(id);
    if (running === undefined) {
      if (session.title === '') this.emit(id, { type: 'session.updated', title: text.slice(0, 60) });
      this.#start(id, turnId, text);
      return { sessionId: id, turnId, outcome: 'started' };
    }
    if (when === 'now' || when === 'steer' || when === undefined) {
      const itemId = newId('item');
      running.steered.push({ turnId, itemId, text });
      const item = { id: itemId, type: 'user_message', text, steer: { turnId, delivery: 'sent' } } as const;
      this.emit(id, { type: 'item.started', turnId: running.turnId, item });
      return { sessionId: id, turnId, outcome: 'steered', into: running.turnId };
    }
    const queue = when === 'queue' ? [...session.queue, { turnId, text }] : [{ turnId, text }, ...session.queue];
    this.emit(id, { type: 'turn.queued', turnId, text }, { type: 'queue.changed', queue });
    if (when === 'interrupt') running.stop.abort();
    return { sessionId: id, turnId, outcome: when === 'queue' ? 'queued' : 'interrupting', position: queue.length };
  }

  #start(id: SessionId, turnId: TurnId, text: string): void {
    const running: RunningTurn = { turnId, stop: new AbortController(), steered: [], answers: new Map() };
    this.running.set(id, running);
    this.update(id, { state: 'working', activeTurnId: turnId });
    this.emit(
      id,
      { type: 'turn.started', turnId, text },
      { type: 'item.completed', turnId, item: { id: newId('item'), type: 'user_message', text } },
    );
    void playTurn(this, id, running, text).then((end) => {
      this.running.delete(id);
      const usage = end.usage ?? {};
      const total = addUsage(this.sessions.get(id)?.usage ?? {}, usage);
      this.emit(id, { type: 'usage.updated', turnId, usage, total }, end);
      if (!this.sessions.has(id)) return;
      const { activeTurnId: _ended, ...rest } = this.get(id);
      this.sessions.set(id, { ...rest, state: end.type === 'turn.failed' ? 'failed' : 'idle', pendingApprovals: 0 });
      this.update(id, {});
      const [next, ...queue] = this.get(id).queue;
      if (next === undefined) return;
      this.emit(id, { type: 'queue.changed', queue });
      this.#start(id, next.turnId, next.text);
    });
  }

  interrupt(id: SessionId): { turnId?: TurnId } {
    const running = this.running.get(id);
    running?.stop.abort();
    return running === undefined ? {} : { turnId: running.turnId };
  }

  cancelQueued(id: SessionId, turnId: TurnId): void {
    const { queue } = this.get(id);
    if (!queue.some((queued) => queued.turnId === turnId)) throw new Refusal('turn_not_queued', 'It is not queued.');
    this.emit(id, { type: 'queue.changed', queue: queue.filter((queued) => queued.turnId !== turnId) });
  }

  answer(approvalId: string, answer: ApprovalAnswer): Approval {
    for (const [id, running] of this.running) {
      const resolve = running.answers.get(approvalId);
      if (resolve === undefined) continue;
      const requested = this.events
        .get(id)
        ?.find((event) => event.type === 'approval.requested' && event.approval.id === approvalId);
      if (requested?.type !== 'approval.requested') continue;
      running.answers.delete(approvalId);
      resolve(answer);
      return requested.approval;
    }
    throw new Refusal('approval_resolved', 'It has been answered already.');
  }
}
