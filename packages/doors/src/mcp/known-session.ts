// Sessions as callers name them: by Parley's id, by the agent's own id of the conversation, or as the newest one in a folder.

import { failure } from '@parley/client';
import type { AgentName, Session, SessionId } from '@parley/schema';
import type { Daemon } from './door.ts';

/** The newest session of an agent in a folder. Throws `unknown_session`. */
export async function newestSession(client: Daemon, agent: AgentName, cwd: string): Promise<Session> {
  const found = newest((await client.sessions()).filter((one) => one.agent === agent && one.cwd === cwd));
  if (found === undefined) throw await failure('unknown_session', `There is no session of ${agent} in ${cwd}.`);
  return found;
}

/**
 * Undefined: a conversation that Parley does not know yet, by the agent's own id. Throws `unknown_session`, and `invalid_request` for another
 * agent's session.
 */
export async function namedSession(client: Daemon, agent: AgentName, id: string): Promise<Session | undefined> {
  if (id.startsWith('gw-')) {
    throw await failure('invalid_request', `sessionId: "${id}" is an id of another gateway, which no agent knows.`);
  }
  if (!id.startsWith('ses_')) {
    return newest((await client.sessions()).filter((one) => one.agent === agent && one.threadId === id));
  }
  const session = await client.session(id as SessionId);
  if (session.agent === agent) return session;
  throw await failure('invalid_request', `sessionId: ${id} is a session of ${session.agent}, not of ${agent}.`);
}

function newest(sessions: readonly Session[]): Session | undefined {
  return sessions.toSorted((a, b) => b.updatedAt - a.updatedAt)[0];
}
