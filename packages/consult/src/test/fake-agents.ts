// Sessions whose turns end when a test says so.

import { newId, ParleyError } from '@parley/schema';
import type { CreateSession, ErrorCode, SessionId, SubmitTurn, Turn, TurnId } from '@parley/schema';
import type { ConsultAgents } from '../consult-agents.ts';

interface OpenTurn {
  readonly turn: Turn;
  readonly end: (turn: Turn) => void;
  readonly ended: Promise<Turn>;
}

export function failing(code: ErrorCode, message: string): ParleyError {
  return new ParleyError(code, message);
}

/** One session an agent. */
export class FakeAgents implements ConsultAgents {
  /** By agent. */
  readonly sessions = new Map<string, CreateSession>();
  /** Agents whose sessions are refused. */
  readonly refusals = new Map<string, ParleyError>();
  /** Agents, as they were interrupted. */
  readonly interrupted: string[] = [];
  readonly #agentOf = new Map<SessionId, string>();
  readonly #turns = new Map<string, OpenTurn[]>();
  #waiting: (() => void)[] = [];

  async createSession(input: CreateSession) {
    const refusal = this.refusals.get(input.agent);
    if (refusal !== undefined) throw refusal;
    const id = newId('session');
    this.sessions.set(input.agent, input);
    this.#agentOf.set(id, input.agent);
    return { id, limits: [] };
  }

  async submit(id: SessionId, { text }: SubmitTurn) {
    const turn: Turn = { id: newId('turn'), sessionId: id, state: 'running', text, queuedAt: Date.now() };
    const { promise, resolve } = Promise.withResolvers<Turn>();
    this.#of(this.#agent(id)).push({ turn, end: resolve, ended: promise });
    // After the caller has learnt of the turn.
    setImmediate(() => {
      for (const look of this.#waiting) look();
    });
    return { turnId: turn.id };
  }

  async ended(id: SessionId, turnId: TurnId, signal: AbortSignal): Promise<Turn> {
    const open = this.#of(this.#agent(id)).find(({ turn }) => turn.id === turnId);
    if (open === undefined) throw new Error(`There is no turn ${turnId}.`);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      open.ended.then(resolve, reject);
    });
  }

  async interrupt(id: SessionId): Promise<void> {
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
