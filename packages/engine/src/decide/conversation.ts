// Which of the agent's own conversations a session goes on with: its own, a copy of another one, or none yet.

import type { Session } from '@parley/schema';

export interface Conversation {
  readonly threadId?: string;
  readonly fork?: true;
}

/** What a driver is told. A copy is made once: as soon as the agent has told its id, that is the session's conversation. */
export function conversationOf({ threadId, forkOf }: Pick<Session, 'threadId' | 'forkOf'>): Conversation {
  if (threadId !== undefined) return { threadId };
  return forkOf === undefined ? {} : { threadId: forkOf.threadId, fork: true };
}
