// The operations on sessions that a consultation needs, and how a client of the daemon has them.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { CreateSession, Session, SessionId, SubmitResult, SubmitTurn, Turn, TurnId } from '@parley/schema';

export interface ConsultAgents {
  createSession(input: CreateSession): Promise<Pick<Session, 'id' | 'limits'>>;
  submit(id: SessionId, turn: SubmitTurn): Promise<Pick<SubmitResult, 'turnId'>>;
  /** The turn, once it has ended. Rejects when the signal is aborted. */
  ended(id: SessionId, turnId: TurnId, signal: AbortSignal): Promise<Turn>;
  interrupt(id: SessionId): Promise<unknown>;
}

/** Sessions of the daemon, so that they are visible at every door. */
export function clientAgents(
  client: Pick<Client, 'createSession' | 'submit' | 'interrupt' | 'events' | 'turn'>,
): ConsultAgents {
  return {
    createSession: (input) => client.createSession(input),
    submit: (id, turn) => client.submit(id, turn),
    interrupt: (id) => client.interrupt(id),
    ended: async (id, turnId, signal) => {
      for await (const event of client.events(id, { after: 0, signal })) {
        switch (event.type) {
          case 'turn.completed':
          case 'turn.interrupted':
          case 'turn.failed':
          case 'turn.lost':
            if (event.turnId === turnId) return client.turn(id, turnId);
            break;
          case 'queue.changed': {
            // A turn that somebody took out of the queue has no event of its own.
            if (event.queue.some((queued) => queued.turnId === turnId)) break;
            const turn = await client.turn(id, turnId);
            if (turn.state === 'cancelled') return turn;
            break;
          }
          default:
        }
      }
      throw await failure('interrupted', `Session ${id} is no longer followed.`, signal.reason);
    },
  };
}
