// All sessions' summaries, live.

import type { Session } from '@parley/schema';
import { client, errorOf } from './daemon.ts';
import { createStore } from './store.ts';

/** Newest first; undefined until the first list has come. */
export const sessions = createStore<readonly Session[] | undefined>(undefined);

/** Follows the list until it is aborted. The client reconnects by itself; it ends only when the gate refuses. */
export async function watchSessions(signal: AbortSignal): Promise<void> {
  try {
    for await (const list of client.watchSessions({ signal })) sessions.set(list);
  } catch (error) {
    errorOf(error);
  }
}

/** Takes in a session that an answer told of, ahead of the list's own news. */
export function noteSession(session: Session): void {
  const others = (sessions.get() ?? []).filter(({ id }) => id !== session.id);
  sessions.set([session, ...others].toSorted((a, b) => b.updatedAt - a.updatedAt));
}
