// Sessions: conversations with agents, those of every door. Which one is active is this connection's own business.

import { failure } from '@parley/client';
import { policies } from '@parley/schema';
import type { AgentName, Session } from '@parley/schema';
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { agentOfCli, cliOfAgent } from './agents.ts';
import type { Daemon, Door } from './door.ts';
import { sessionIdOf } from './known-ids.ts';
import { cliParameter } from './parameters.ts';
import { ErrorSchema, failed, structured } from './reply.ts';

const sessionId = z.string().min(1).max(200).describe("Parley's id of the session (ses_…).");

const SessionEntrySchema = z.object({
  id: z.string(),
  cli: z.string(),
  description: z.string(),
  workingDir: z.string(),
  policy: z.enum(policies),
  model: z.string().nullable(),
  providerSessionId: z.string().nullable(),
  state: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string(),
  isActive: z.boolean(),
});

const error = ErrorSchema.exactOptional();
const looks = { readOnlyHint: true, openWorldHint: false } as const;
const changes = { readOnlyHint: false, destructiveHint: false, openWorldHint: false } as const;
const deletes = { readOnlyHint: false, destructiveHint: true, openWorldHint: false } as const;

export function addSessionTools(server: McpServer, door: Door): void {
  server.registerTool(
    'session_create',
    {
      title: 'Make a session',
      description:
        'Makes a session without words yet. While it is active, requests of its agent that name no session go to it.',
      inputSchema: z.strictObject({
        cli: cliParameter,
        description: z.string().min(1).max(200).exactOptional(),
        setAsActive: z.boolean().default(true),
        workingDir: z.string().min(1).max(4096).exactOptional(),
        model: z.string().min(1).max(200).exactOptional(),
        policy: z.enum(policies).exactOptional(),
      }),
      outputSchema: z.object({ success: z.boolean(), session: SessionEntrySchema.exactOptional(), error }),
      annotations: changes,
    },
    ({ cli, description, setAsActive, workingDir, model, policy }) =>
      orFailed(async () => {
        const client = await door.client();
        const session = await client.createSession({
          agent: agentOfCli(cli),
          cwd: door.folder(workingDir),
          ...(description !== undefined && { title: description }),
          ...(model !== undefined && { model }),
          ...(policy !== undefined && { policy }),
        });
        door.created.add(session.id);
        if (setAsActive && door.remembers) door.active.set(session.agent, session.id);
        return structured({ success: true, session: entryOf(door, session) });
      }),
  );

  server.registerTool(
    'session_list',
    {
      title: 'List sessions',
      description: 'The sessions of all doors, newest first, and which ones are active here.',
      inputSchema: z.strictObject({ cli: cliParameter.exactOptional() }),
      outputSchema: z.object({
        success: z.boolean(),
        total: z.number().int().exactOptional(),
        sessions: z.array(SessionEntrySchema).exactOptional(),
        activeSessions: z.record(z.string(), z.string()).exactOptional(),
        error,
      }),
      annotations: looks,
    },
    ({ cli }) =>
      orFailed(async () => {
        const view = await sessionsView(door, await door.client(), cli === undefined ? undefined : agentOfCli(cli));
        return structured({ success: true, ...view });
      }),
  );

  server.registerTool(
    'session_get',
    {
      title: 'Show a session',
      description: 'One session.',
      inputSchema: z.strictObject({ sessionId }),
      outputSchema: z.object({ success: z.boolean(), session: SessionEntrySchema.exactOptional(), error }),
      annotations: looks,
    },
    (input) =>
      orFailed(async () => {
        const session = await (await door.client()).session(sessionIdOf(input.sessionId));
        return structured({ success: true, session: entryOf(door, session) });
      }),
  );

  server.registerTool(
    'session_set_active',
    {
      title: 'Choose the active session',
      description:
        'Requests of this agent that name no session go to this one from now on; null: to new ones. Holds for this connection.',
      inputSchema: z.strictObject({ cli: cliParameter, sessionId: sessionId.nullable() }),
      outputSchema: z.object({
        success: z.boolean(),
        cli: z.string().exactOptional(),
        activeSessionId: z.string().nullable().exactOptional(),
        error,
      }),
      annotations: { ...changes, idempotentHint: true },
    },
    (input) =>
      orFailed(async () => {
        await activate(door, agentOfCli(input.cli), input.sessionId);
        return structured({ success: true, cli: input.cli, activeSessionId: input.sessionId });
      }),
  );

  server.registerTool(
    'session_delete',
    {
      title: 'Delete a session',
      description: "Ends what runs in a session and forgets it. The agent's own record of the conversation stays.",
      inputSchema: z.strictObject({ sessionId }),
      outputSchema: z.object({
        success: z.boolean(),
        deletedSession: z.object({ id: z.string(), cli: z.string(), description: z.string() }).exactOptional(),
        error,
      }),
      annotations: deletes,
    },
    (input) =>
      orFailed(async () => {
        const client = await door.client();
        const { id, agent, title } = await client.session(sessionIdOf(input.sessionId));
        await client.deleteSession(id);
        door.forget(id);
        return structured({ success: true, deletedSession: { id, cli: cliOfAgent(agent), description: title } });
      }),
  );

  server.registerTool(
    'session_clear_all',
    {
      title: "Delete this connection's sessions",
      description:
        'Deletes the sessions that this connection has made and in which nothing runs. Those of other doors are never touched.',
      inputSchema: z.strictObject({ cli: cliParameter.exactOptional() }),
      outputSchema: z.object({
        success: z.boolean(),
        deletedCount: z.number().int().exactOptional(),
        keptWorking: z.number().int().exactOptional(),
        cli: z.string().exactOptional(),
        error,
      }),
      annotations: deletes,
    },
    ({ cli }) =>
      orFailed(async () => {
        const { deletedCount, keptWorking } = await clear(door, cli === undefined ? undefined : agentOfCli(cli));
        return structured({ success: true, deletedCount, keptWorking, cli: cli ?? 'all' });
      }),
  );
}

export interface SessionsView {
  readonly total: number;
  readonly sessions: readonly z.output<typeof SessionEntrySchema>[];
  /** By agent, as this connection has chosen. */
  readonly activeSessions: Readonly<Record<string, string>>;
}

/** Of all agents or of one, newest first. */
export async function sessionsView(door: Door, client: Daemon, agent: AgentName | undefined): Promise<SessionsView> {
  const sessions = (await client.sessions()).filter((session) => agent === undefined || session.agent === agent);
  const activeSessions = Object.fromEntries([...door.active].map(([name, id]) => [cliOfAgent(name), id]));
  return { total: sessions.length, sessions: sessions.map((session) => entryOf(door, session)), activeSessions };
}

async function activate(door: Door, agent: AgentName, id: string | null): Promise<void> {
  if (!door.remembers) {
    const message =
      'Over HTTP in this revision of MCP nothing stays active from one request to the next: give sessionId.';
    throw await failure('invalid_request', message);
  }
  if (id === null) return void door.active.delete(agent);
  const session = await (await door.client()).session(sessionIdOf(id));
  if (session.agent !== agent) {
    throw await failure('invalid_request', `sessionId: ${id} is a session of ${session.agent}, not of ${agent}.`);
  }
  door.active.set(agent, session.id);
}

async function clear(
  door: Door,
  agent: AgentName | undefined,
): Promise<{ readonly deletedCount: number; readonly keptWorking: number }> {
  const client = await door.client();
  const own = (await client.sessions()).filter(
    (session) => door.created.has(session.id) && (agent === undefined || session.agent === agent),
  );
  const idle = own.filter(({ activeTurnId, queue }) => activeTurnId === undefined && queue.length === 0);
  for (const { id } of idle) {
    await client.deleteSession(id);
    door.forget(id);
  }
  return { deletedCount: idle.length, keptWorking: own.length - idle.length };
}

function entryOf(door: Door, session: Session): z.output<typeof SessionEntrySchema> {
  return {
    id: session.id,
    cli: cliOfAgent(session.agent),
    description: session.title,
    workingDir: session.cwd,
    policy: session.policy,
    model: session.model ?? null,
    providerSessionId: session.threadId ?? null,
    state: session.state,
    createdAt: new Date(session.createdAt).toISOString(),
    lastUsedAt: new Date(session.updatedAt).toISOString(),
    isActive: door.active.get(session.agent) === session.id,
  };
}

async function orFailed(act: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await act();
  } catch (caught) {
    return failed(caught);
  }
}
