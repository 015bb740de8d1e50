// The operations on sessions that a consultation needs.

import type { CreateSession, Session, SessionId, SubmitResult, SubmitTurn, Turn, TurnId } from '@parley/schema';

export interface EndedTurn {
  readonly turn: Turn;
  /** The session's model, where it is known by now. */
  readonly model?: string;
}

export interface ConsultAgents {
  /** For a session that does not exist yet. */
  newSessionId(): SessionId;
  /** The session of this id: the one that there is, or one that is made now. */
  session(id: SessionId, input: CreateSession): Promise<Pick<Session, 'limits' | 'backend' | 'model'>>;
  /** The same idempotency key gives the same turn. */
  submit(id: SessionId, turn: SubmitTurn): Promise<Pick<SubmitResult, 'turnId'>>;
  /** The turn, once it has ended. Rejects when the signal is aborted. */
  ended(id: SessionId, turnId: TurnId, signal: AbortSignal): Promise<EndedTurn>;
  /** Interrupts this turn, or takes it out of the queue. */
  stop(id: SessionId, turnId: TurnId): Promise<unknown>;
}
