// The operations on sessions that a consultation needs, in the engine of this process.

import type { ConsultAgents, EndedTurn } from '@parley/consult';
import type { Engine } from '@parley/engine';
import { isOpen, newId, ParleyError } from '@parley/schema';
import type { SessionId, TurnId } from '@parley/schema';

type Sessions = Pick<
  Engine,
  'cancelQueued' | 'createSession' | 'interrupt' | 'session' | 'sessions' | 'submit' | 'turn' | 'watch'
>;

export function engineAgents(engine: Sessions): ConsultAgents {
  return {
    newSessionId: () => newId('session'),
    session: async (id, input) =>
      engine.sessions().find((session) => session.id === id) ?? engine.createSession(input, 'consultation', id),
    submit: (id, turn) => engine.submit(id, turn, 'consultation'),
    ended: (id, turnId, signal) => endedTurn(engine, id, turnId, signal),
    stop: (id, turnId) => stopTurn(engine, id, turnId),
  };
}

/** Waits by the changes of the session. Rejects with the signal's reason, and with `unknown_session` when the session is deleted. */
function endedTurn(engine: Sessions, id: SessionId, turnId: TurnId, signal: AbortSignal): Promise<EndedTurn> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      unwatch();
      signal.removeEventListener('abort', stop);
      settle();
    };
    const stop = (): void => finish(() => reject(signal.reason));
    const look = async (): Promise<void> => {
      const turn = await engine.turn(id, turnId);
      if (isOpen(turn)) return;
      const { model } = engine.session(id);
      finish(() => resolve({ turn, ...(model !== undefined && { model }) }));
    };
    const lookOrFail = (): void => void look().catch((error: unknown) => finish(() => reject(error)));
    const unwatch = engine.watch((change) => {
      if ('deleted' in change) {
        if (change.deleted === id)
          finish(() => reject(new ParleyError('unknown_session', `Its session ${id} was deleted.`)));
        return;
      }
      const { activeTurnId, queue } = change.session;
      if (change.session.id !== id || activeTurnId === turnId) return;
      if (!queue.some((queued) => queued.turnId === turnId)) lookOrFail();
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else lookOrFail();
  });
}

/** Stops this turn and no other, which somebody may have begun in the same session. */
async function stopTurn(engine: Sessions, id: SessionId, turnId: TurnId): Promise<void> {
  if (engine.session(id).activeTurnId !== turnId) {
    try {
      return await engine.cancelQueued(id, turnId);
    } catch (error) {
      // It may have started a moment ago.
      if (!ParleyError.is(error) || error.code !== 'turn_not_queued') throw error;
      if (engine.session(id).activeTurnId !== turnId) return;
    }
  }
  await engine.interrupt(id);
}
