// Tasks as revision 2025-11-25 has them (experimental there): a client asks that its call becomes one, looks at it, waits for its result,
// lists and cancels.

import { ProtocolError, ProtocolErrorCode, RELATED_TASK_META_KEY } from '@modelcontextprotocol/server';
import type { McpServer } from '@modelcontextprotocol/server';
import { isOpen } from '@parley/schema';
import type { RequestRecord, TurnId } from '@parley/schema';
import { z } from 'zod';
import { elicits } from '../caller.ts';
import type { Protocol } from '../caller.ts';
import type { Daemon, Door } from '../door.ts';
import { awaitTurn } from '../request.ts';
import { stopTurn, waitForTurn } from '../wait-for-turn.ts';
import { factsOf, findTask, namesNothing } from './find-task.ts';
import { resultOf, taskOf } from './task-of.ts';

/** Tasks of one page of the list. */
const pageSize = 50;

/** Milliseconds that a cancelled task is waited for: agents end in a moment, or are ended. */
const cancelMs = 10_000;

const byId = { params: z.looseObject({ taskId: z.string() }) };
const byCursor = { params: z.looseObject({ cursor: z.string().optional() }) };

export function addConnectionTasks(server: McpServer, door: Door, protocol: Protocol): void {
  const { server: inner } = server;
  inner.registerCapabilities({ tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } });

  inner.setRequestHandler('tasks/get', byId, async ({ taskId }) => ({ ...taskOf(await findTask(door, taskId)) }));

  inner.setRequestHandler('tasks/result', byId, async ({ taskId }, ctx) => {
    const facts = await findTask(door, taskId);
    const { client, session, turn } = facts;
    const awaited = { sessionId: session.id, turnId: turn.id, after: session.head, warnings: [], asked: [] };
    const caller = { ...protocol, ctx, elicits: elicits(server, ctx) };
    const result = isOpen(turn)
      ? await awaitTurn(door, client, awaited, caller, { deadlineMs: 0, own: false })
      : resultOf(facts);
    return { ...result, _meta: { ...result._meta, [RELATED_TASK_META_KEY]: { taskId } } };
  });

  inner.setRequestHandler('tasks/cancel', byId, async ({ taskId }, { mcpReq }) => {
    const { client, session, turn } = await findTask(door, taskId);
    if (!isOpen(turn)) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Task ${taskId} has ended: ${turn.state}.`);
    }
    await stopTurn(client, session.id, turn.id);
    const ids = { sessionId: session.id, turnId: turn.id, after: session.head };
    await waitForTurn({ client, ...ids, deadlineMs: cancelMs, signal: mcpReq.signal });
    return { ...taskOf(await factsOf(client, turn.id)) };
  });

  inner.setRequestHandler('tasks/list', byCursor, async ({ cursor }) => {
    const client = await door.client();
    const records = await recordsOf(client, cursor);
    const found = await Promise.all(
      records
        // The others have no turn of their own.
        .filter(({ dedupedOf, into }) => dedupedOf === undefined && into === undefined)
        // A record stays longer than the session that it tells of.
        .map(({ id }) => factsOf(client, id).catch(() => undefined)),
    );
    const tasks = found.flatMap((facts) => (facts === undefined ? [] : [taskOf(facts)]));
    const last = records.length === pageSize ? records.at(-1)?.id : undefined;
    return { tasks, ...(last !== undefined && { nextCursor: last }) };
  });
}

/** Throws -32602 for a cursor that is none of ours. */
async function recordsOf(client: Daemon, cursor: string | undefined): Promise<readonly RequestRecord[]> {
  try {
    return await client.records({ limit: pageSize, ...(cursor !== undefined && { before: cursor as TurnId }) });
  } catch (error) {
    if (!namesNothing(error)) throw error;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `cursor: there is no page after ${cursor}.`);
  }
}
