// A copy of a conversation for a request to go on with: of a session, or of a conversation that only the agent knows.

import type { CreateSession, ForkSession, Session, SessionId } from '@parley/schema';
import type { Daemon } from './door.ts';

/** The new session of a copy, or what it is to be made of. Throws as `Client.forkSession`. */
export async function copyOf(
  client: Daemon,
  origin: Session | (Pick<CreateSession, 'agent' | 'cwd'> & { readonly threadId: string }),
  change: ForkSession,
): Promise<SessionId | CreateSession> {
  if ('id' in origin) return (await client.forkSession(origin.id, change)).id;
  return { ...origin, fork: true, ...change };
}
