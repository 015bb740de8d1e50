// A session that goes on from the same conversation as another one, which stays as it is.

import { newId, ParleyError } from '@parley/schema';
import type { CreateSession, Driver, ForkSession, Session, SessionId, Store } from '@parley/schema';
import type { Agents } from './agents.ts';
import { conversationOf } from './decide/conversation.ts';

/** Throws `fork_unsupported`, naming the agents that can. */
export function checkFork(agents: Agents, { title, mode, capabilities }: Driver): void {
  if (capabilities.fork) return;
  const able = agents.forking();
  const text = `${title} cannot go on with a copy of a conversation when it is spoken to by ${mode}. These agents can: ${able.join(', ')}.`;
  throw new ParleyError('fork_unsupported', text, { agents: able });
}

/** Throws `invalid_request` for a copy of nothing and `fork_unsupported`; what is given back makes the session's conversation. */
export function startOf(
  agents: Agents,
  driver: Driver,
  { threadId, fork }: CreateSession,
): Pick<Session, 'threadId' | 'resumed' | 'forkOf'> {
  if (fork === true) {
    if (threadId === undefined)
      throw new ParleyError('invalid_request', 'A copy of which conversation? Name its "threadId".', { field: 'fork' });
    checkFork(agents, driver);
    return { forkOf: { threadId } };
  }
  if (threadId === undefined) return {};
  if (!driver.capabilities.resume) {
    const text = `${driver.title} cannot go on with an earlier conversation when it is spoken to by ${driver.mode}.`;
    throw new ParleyError('invalid_request', text, { field: 'threadId' });
  }
  return { threadId, resumed: true };
}

/**
 * In the middle of a turn the agents copy what there is of it: words without an answer, commands without an end (codex 0.169.0, claude
 * 2.1.329).
 */
function checkResting({ id, activeTurnId }: Session): void {
  if (activeTurnId === undefined) return;
  const text = `Session ${id} works, and a copy of its conversation would hold half a turn.`;
  throw new ParleyError('session_working', text, { sessionId: id, turnId: activeTurnId });
}

/** Throws `session_working`. Tells what the copy holds that was not there when it was asked for. */
export async function beforeCopy(
  { threadId, forkOf, createdAt }: Session,
  store: Pick<Store, 'turns'>,
  sessionOf: (id: SessionId) => Session | undefined,
): Promise<string | undefined> {
  if (threadId !== undefined || forkOf?.sessionId === undefined) return undefined;
  const origin = sessionOf(forkOf.sessionId);
  if (origin === undefined) return undefined; // Deleted: the agent has its conversation all the same.
  checkResting(origin);
  const [newest] = await store.turns(origin.id, 1);
  return newest?.startedAt === undefined || newest.startedAt < createdAt
    ? undefined
    : `The conversation has gone on in session ${origin.id} since this fork of it was asked for: the copy holds that too.`;
}

/**
 * The new session, with all that the other one was made with. The copy itself is made by the agent when its first turn runs. Throws
 * `invalid_request` where nothing was said yet, and `fork_unsupported`, `session_working`, `policy_not_allowed`.
 */
export async function forkedSession(
  agents: Agents,
  origin: Session,
  { title, policy = origin.policy, model, idleMs = origin.idleMs }: ForkSession,
  now: number,
): Promise<Session> {
  checkFork(agents, agents.driver(origin.agent, origin.mode));
  checkResting(origin);
  const { threadId } = conversationOf(origin);
  if (threadId === undefined) {
    const text = `Session ${origin.id} has no conversation yet that could be copied: nothing was said in it.`;
    throw new ParleyError('invalid_request', text, { sessionId: origin.id });
  }
  agents.checkPolicy({ policy, cwd: origin.cwd });
  const { model: usual, ...settings } = settingsOf(origin);
  const chosen = model === undefined ? usual : await agents.modelName(origin, model);
  return {
    ...settings,
    id: newId('session', now),
    title: title ?? (origin.title === '' || origin.title.endsWith(' (fork)') ? origin.title : `${origin.title} (fork)`),
    policy,
    ...(chosen === undefined ? {} : { model: chosen }),
    ...(idleMs === undefined ? {} : { idleMs }),
    forkOf: { sessionId: origin.id, threadId },
    state: 'idle',
    queue: [],
    pendingApprovals: 0,
    usage: {},
    head: 0,
    limits: [],
    createdAt: now,
    updatedAt: now,
  };
}

/** What a session was made with, without what has become of it. */
function settingsOf({
  threadId: _threadId,
  threadTotal: _total, // Whether an agent counts on from there differs, so what the first turn used may stay unknown.
  resumed: _resumed,
  forkOf: _forkOf,
  answered: _answered,
  origin: _origin,
  activeTurnId: _turn,
  ...settings
}: Session): Omit<Session, 'threadId' | 'threadTotal' | 'resumed' | 'forkOf' | 'answered' | 'origin' | 'activeTurnId'> {
  return settings;
}
