// The session that a request goes to: the one it names, the newest, the active one, or a new one.

import { failure } from '@parley/client';
import type { AgentName, CreateSession, MakeRequest, Session } from '@parley/schema';
import type { RequestTool } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import { namedSession, newestSession } from './known-session.ts';
import { fixedOptions, formatWarnings, sessionOptionsOf } from './option-parameters.ts';
import type { RequestArguments } from './parameters.ts';
import { permissionOf } from './permission.ts';

export interface FoundSession {
  /** The session to go on with, with what it is to become, or what a new one is made of. Nothing of it is done yet. */
  readonly session: MakeRequest['session'];
  /** What was asked for and does not hold here. */
  readonly warnings: readonly string[];
}

/** Options that are fixed when a session is made. */
const fixed = ['effort', 'addedFolders', 'includeDirs', 'mode', 'profile'] as const;

const nothingToFork =
  'forkSession: a copy of which conversation? Give sessionId or resumeLatest, or set an active session.';

/** Throws `invalid_request` for what contradicts itself, and `unknown_session`. */
export async function findSession(
  door: Door,
  client: Daemon,
  tool: RequestTool,
  request: RequestArguments,
): Promise<FoundSession> {
  const agent = tool.agent ?? acpName(request.agent ?? '');
  const { policy, warnings: said } = await permissionOf(tool, request);
  const warnings = [...said, ...formatWarnings(request)];
  const existing = request.createNewSession === true ? undefined : await existingSession(door, client, agent, request);
  const isFork = request.forkSession === true;
  if (existing === undefined) {
    const session = {
      ...newSession(door, agent, request),
      ...(await sessionOptionsOf(door, tool, request)),
      ...(policy !== undefined && { policy }),
    };
    if (isFork && session.threadId === undefined) throw await failure('invalid_request', nothingToFork);
    return { session: isFork ? { ...session, fork: true } : session, warnings };
  }
  await checkFolder(door, existing, request);
  const { model } = request;
  // Said also where the session has it already: what waits in it may change that, and the same request says the same when it is made again.
  const change = { ...(model !== undefined && { model }), ...(policy !== undefined && { policy }) };
  const session = isFork ? { fork: existing.id, ...change } : { id: existing.id, ...change };
  const names = [
    ...fixed.filter((name) => request[name] !== undefined),
    ...fixedOptions(door, tool, request, existing),
  ];
  const notApplied = names.map(
    (name) => `${name} was not applied: it is fixed when a session is made (use createNewSession).`,
  );
  return { session, warnings: [...warnings, ...notApplied] };
}

/** Undefined: nothing says to go on with anything. */
async function existingSession(
  door: Door,
  client: Daemon,
  agent: AgentName,
  request: RequestArguments,
): Promise<Session | undefined> {
  const { sessionId, resumeLatest, continueSession } = request;
  if (sessionId !== undefined) return namedSession(client, agent, sessionId);
  if (resumeLatest === true || continueSession === true) return newestSession(client, agent, folderOf(door, request));
  const active = (await client.sessions()).find(({ id }) => id === door.active.get(agent));
  // A request for another folder is another conversation.
  return request.workingDir === undefined || active?.cwd === folderOf(door, request) ? active : undefined;
}

function newSession(door: Door, agent: AgentName, request: RequestArguments): CreateSession {
  const { model, mode, profile, sessionId, createNewSession } = request;
  const folders = request.addedFolders ?? request.includeDirs;
  return {
    agent,
    cwd: folderOf(door, request),
    ...(model !== undefined && { model }),
    ...(mode !== undefined && { mode }),
    ...(profile !== undefined && { profile }),
    ...(folders !== undefined && { addedFolders: folders.map((each) => door.folder(each)) }),
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

function folderOf(door: Door, { workingDir }: RequestArguments): string {
  return door.folder(workingDir);
}

function acpName(name: string): AgentName {
  return name.startsWith('acp:') ? name : `acp:${name}`;
}
