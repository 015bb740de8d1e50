// The session that a request goes to: the one it names, the newest, the active one, or a new one.

import { isAbsolute, resolve } from 'node:path';
import { failure } from '@parley/client';
import type { AgentName, CreateSession, Policy, Session, SessionId } from '@parley/schema';
import type { RequestTool } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import type { RequestArguments } from './parameters.ts';

export interface FoundSession {
  /** The session to go on with, or what a new one is made of. */
  readonly session: SessionId | CreateSession;
  /** What was asked for and does not hold here. */
  readonly warnings: readonly string[];
}

/** Options that are fixed when a session is made. */
const fixed = ['effort', 'addedFolders', 'includeDirs', 'mode', 'profile'] as const;

/** Throws `invalid_request` for what contradicts itself, `unknown_session`, and what changing a session throws. */
export async function findSession(
  door: Door,
  client: Daemon,
  tool: RequestTool,
  request: RequestArguments,
): Promise<FoundSession> {
  const agent = tool.agent ?? acpName(request.agent ?? '');
  const policy = await policyOf(tool, request);
  const existing = request.createNewSession === true ? undefined : await existingSession(door, client, agent, request);
  if (existing === undefined) {
    const session = { ...newSession(door, agent, request), ...(policy !== undefined && { policy }) };
    return { session, warnings: [] };
  }
  await checkFolder(door, existing, request);
  const { model } = request;
  const change = {
    ...(model !== undefined && model !== existing.model && { model }),
    ...(policy !== undefined && policy !== existing.policy && { policy }),
  };
  if (Object.keys(change).length > 0) await client.updateSession(existing.id, change);
  const warnings = fixed
    .filter((name) => request[name] !== undefined)
    .map((name) => `${name} was not applied: it is fixed when a session is made (use createNewSession).`);
  return { session: existing.id, warnings };
}

/** Undefined: nothing says to go on with anything. */
async function existingSession(
  door: Door,
  client: Daemon,
  agent: AgentName,
  request: RequestArguments,
): Promise<Session | undefined> {
  const { sessionId, resumeLatest } = request;
  if (sessionId !== undefined) return namedSession(client, agent, sessionId);
  const sessions = await client.sessions();
  if (resumeLatest === true) {
    const cwd = folderOf(door, request);
    const found = newest(sessions.filter((one) => one.agent === agent && one.cwd === cwd));
    if (found === undefined) throw await failure('unknown_session', `There is no session of ${agent} in ${cwd}.`);
    return found;
  }
  const active = sessions.find(({ id }) => id === door.active.get(agent));
  // A request for another folder is another conversation.
  return request.workingDir === undefined || active?.cwd === folderOf(door, request) ? active : undefined;
}

/** Undefined: a conversation that Parley does not know yet, by the agent's own id. */
async function namedSession(client: Daemon, agent: AgentName, id: string): Promise<Session | undefined> {
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

function newSession(door: Door, agent: AgentName, request: RequestArguments): CreateSession {
  const { model, effort, mode, profile, sessionId, createNewSession } = request;
  const folders = request.addedFolders ?? request.includeDirs;
  return {
    agent,
    cwd: folderOf(door, request),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(mode !== undefined && { mode }),
    ...(profile !== undefined && { profile }),
    ...(folders !== undefined && { addedFolders: folders.map((each) => resolve(door.options.cwd, each)) }),
    ...(sessionId !== undefined && createNewSession !== true && { threadId: sessionId }),
  };
}

/** In the wrong folder an agent would read and change the wrong files, so this is no warning. */
async function checkFolder(door: Door, session: Session, request: RequestArguments): Promise<void> {
  if (request.workingDir === undefined || folderOf(door, request) === session.cwd) return;
  const { workingDir } = request;
  throw await failure(
    'invalid_request',
    `workingDir: ${workingDir} is not the folder of ${session.id}: ${session.cwd}.`,
  );
}

async function policyOf({ permission }: RequestTool, request: RequestArguments): Promise<Policy | undefined> {
  const word = permission && request[permission.name];
  const theirs = word === undefined ? undefined : permission?.policies[word];
  if (theirs === undefined || request.policy === undefined || theirs === request.policy)
    return request.policy ?? theirs;
  throw await failure(
    'invalid_request',
    `policy: ${request.policy} and ${permission?.name}: ${word} contradict each other.`,
  );
}

function folderOf(door: Door, { workingDir = '.' }: RequestArguments): string {
  return isAbsolute(workingDir) ? resolve(workingDir) : resolve(door.options.cwd, workingDir);
}

function acpName(name: string): AgentName {
  return name.startsWith('acp:') ? name : `acp:${name}`;
}

function newest(sessions: readonly Session[]): Session | undefined {
  return sessions.toSorted((a, b) => b.updatedAt - a.updatedAt)[0];
}
