// Sessions whose turns end when a test says so, and that outlive the consultation as a daemon's do.

import { newId, ParleyError } from '@parley/schema';
import type { AgentBackend, CreateSession, ErrorCode, SessionId, SubmitTurn, Turn, TurnId } from '@parley/schema';
import type { ConsultAgents, EndedTurn } from '../consult-agents.ts';

interface OpenTurn {
  readonly turn: Turn;
  readonly key: string | undefined;
  readonly end: (turn: Turn) => void;
  readonly ended: Promise<Turn>;
}

export function failing(code: ErrorCode, message: string): ParleyError {
  return new ParleyError(code, message);
}

/** One session an agent. */
export class FakeAgents implements ConsultAgents {
  backend: AgentBackend = { kind: 'login', detail: 'a test' };
  /** By agent. */
  readonly sessions = new Map<string, CreateSession>();
  /** Agents whose sessions are refused. */
  readonly refusals = new Map<string, ParleyError>();
  /** Agents, as they were interrupted. */
  readonly interrupted: string[] = [];
  readonly #agentOf = new Map<SessionId, string>();
  readonly #turns = new Map<string, OpenTurn[]>();
  #waiting: (() => void)[] = [];

  newSessionId(): SessionId {
    return newId('session');
  }

  async session(id: SessionId, input: CreateSession) {
    const refusal = this.refusals.get(input.agent);
    if (refusal !== undefined) throw refusal;
    if (!this.#agentOf.has(id) && this.sessions.has(input.agent)) throw new Error(`${input.agent} has a session.`);
    this.sessions.set(input.agent, input);
    this.#agentOf.set(id, input.agent);
    return { limits: [], backend: this.backend };
  }

  async submit(id: SessionId, { text, idempotencyKey }: SubmitTurn) {
    const agent = this.#agent(id);
    const before = this.#of(agent).find(({ key }) => key !== undefined && key === idempotencyKey);
    if (before !== undefined) return { turnId: before.turn.id };
    const turn: Turn = { id: newId('turn'), sessionId: id, state: 'running', text, queuedAt: Date.now() };
    const { promise, resolve } = Promise.withResolvers<Turn>();
    this.#of(agent).push({ turn, key: idempotencyKey, end: resolve, ended: promise });
    // After the caller has learnt of the turn.
    setImmediate(() => {
      for (const look of this.#waiting) look();
    });
    return { turnId: turn.id };
  }

  async ended(id: SessionId, turnId: TurnId, signal: AbortSignal): Promise<EndedTurn> {
    const agent = this.#agent(id);
    const open = this.#of(agent).find(({ turn }) => turn.id === turnId);
    if (open === undefined) throw new Error(`There is no turn ${turnId}.`);
    const turn = await new Promise<Turn>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      open.ended.then(resolve, reject);
    });
    return { turn, model: `${agent}-1` };
  }

  async stop(id: SessionId): Promise<void> {
    this.interrupted.push(this.#agent(id));
  }

  /** Resolves when the agent has got so many turns. */
  submitted(agent: string, count = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.#of(agent).length < count) return;
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }

  /** Resolves when everything that follows at once from what happened has happened. */
  settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  prompts(agent: string): readonly string[] {
    return this.#of(agent).map(({ turn }) => turn.text);
  }

  /** Ends the agent's newest turn with an answer of five tokens. */
  answer(agent: string, answer: string): void {
    this.end(agent, { state: 'completed', answer, usage: { output: 5 } });
  }

  end(agent: string, change: Partial<Turn>): void {
    const newest = this.#of(agent).at(-1);
    if (newest === undefined) throw new Error(`${agent} has no turn.`);
    newest.end({ ...newest.turn, ...change });
  }

  #of(agent: string): OpenTurn[] {
    const turns = this.#turns.get(agent) ?? [];
    this.#turns.set(agent, turns);
    return turns;
  }

  #agent(id: SessionId): string {
    return this.#agentOf.get(id) ?? '';
  }
}
