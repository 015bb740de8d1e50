// Sessions whose turns end when a test says so: the part of the engine that consultations use. It outlives them, as a store does.

import { newId, ParleyError } from '@parley/schema';
import type { CreateSession, Session, SessionId, SubmitTurn, Turn, TurnId } from '@parley/schema';

type Change = { readonly session: Session } | { readonly deleted: SessionId };

export class FakeSessions {
  /** Agents that are not installed, and names that nobody has. */
  readonly absent = new Set<string>();
  readonly unknown = new Set<string>();
  readonly #sessions = new Map<SessionId, Session>();
  readonly #turns = new Map<TurnId, Turn>();
  readonly #keys = new Map<string, TurnId>();
  readonly #watchers = new Set<(change: Change) => void>();
  #waiting: (() => void)[] = [];

  async draftSession({ agent, cwd }: CreateSession): Promise<Session> {
    if (this.unknown.has(agent)) throw new ParleyError('unknown_agent', `There is no agent "${agent}".`);
    if (this.absent.has(agent)) throw new ParleyError('agent_not_installed', `${agent} is not installed.`);
    return { agent, cwd } as Session;
  }

  async createSession(input: CreateSession, _origin: unknown, id: SessionId = newId('session')): Promise<Session> {
    await this.draftSession(input);
    const session: Session = {
      ...input,
      id,
      mode: 'app-server',
      title: input.title ?? '',
      policy: input.policy ?? 'ask',
      backend: { kind: 'login', detail: 'a test' },
      state: 'idle',
      queue: [],
      pendingApprovals: 0,
      usage: {},
      head: 0,
      limits: [],
      createdAt: 1,
      updatedAt: 1,
    };
    this.#sessions.set(id, session);
    return session;
  }

  sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  session(id: SessionId): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new ParleyError('unknown_session', `There is no session ${id}.`);
    return session;
  }

  async submit(id: SessionId, { text, idempotencyKey = newId('turn') }: SubmitTurn): Promise<{ turnId: TurnId }> {
    const before = this.#keys.get(idempotencyKey);
    if (before !== undefined) return { turnId: before };
    const turn: Turn = { id: newId('turn'), sessionId: id, state: 'running', text, queuedAt: 1 };
    this.#keys.set(idempotencyKey, turn.id);
    this.#turns.set(turn.id, turn);
    this.#change({ ...this.session(id), activeTurnId: turn.id });
    setImmediate(() => this.#waiting.forEach((look) => look()));
    return { turnId: turn.id };
  }

  async turn(_id: SessionId, turnId: TurnId): Promise<Turn> {
    const turn = this.#turns.get(turnId);
    if (turn === undefined) throw new ParleyError('unknown_turn', `There is no turn ${turnId}.`);
    return turn;
  }

  async interrupt(id: SessionId): Promise<object> {
    this.#endActive(this.session(id), { state: 'interrupted' });
    return {};
  }

  async cancelQueued(): Promise<void> {
    throw new ParleyError('turn_not_queued', 'It runs.');
  }

  async deleteSession(id: SessionId): Promise<void> {
    this.#sessions.delete(id);
    for (const watcher of this.#watchers) watcher({ deleted: id });
  }

  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Resolves when so many turns have been submitted to the agent. */
  asked(agent: string, count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.turnsOf(agent).length < count) return;
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }

  turnsOf(agent: string): readonly Turn[] {
    return [...this.#turns.values()].filter(({ sessionId }) => this.#sessions.get(sessionId)?.agent === agent);
  }

  /** Ends the agent's running turn. */
  end(agent: string, end: Partial<Turn>): void {
    const session = this.sessions().find((one) => one.agent === agent && one.activeTurnId !== undefined);
    if (session === undefined) throw new Error(`${agent} does nothing.`);
    this.#endActive(session, end);
  }

  answer(agent: string, answer: string): void {
    this.end(agent, { state: 'completed', answer });
  }

  #endActive({ activeTurnId, ...session }: Session, end: Partial<Turn>): void {
    const turn = activeTurnId === undefined ? undefined : this.#turns.get(activeTurnId);
    if (turn !== undefined) this.#turns.set(turn.id, { ...turn, ...end });
    this.#change(session);
  }

  #change(session: Session): void {
    this.#sessions.set(session.id, session);
    for (const watcher of this.#watchers) watcher({ session });
  }
}
