// Tasks as an extension of revision 2026-07-28 (SEP-2663): for clients that declare it, a request becomes a task by itself, its result stands
// in the task, and what its agent asks is answered by an update of it.

import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { inputResponse } from '@modelcontextprotocol/server';
import { isOpen } from '@parley/schema';
import { z } from 'zod';
import type { Door } from '../door.ts';
import { answerOf } from '../elicit.ts';
import { unlessResolved } from '../person.ts';
import { stopTurn } from '../wait-for-turn.ts';
import { findTask } from './find-task.ts';
import { detailedTaskOf, speaksOfTasks, tasksExtension } from './task-of.ts';

const byId = { params: z.looseObject({ taskId: z.string() }) };
const withAnswers = {
  params: z.looseObject({ taskId: z.string(), inputResponses: z.record(z.string(), z.unknown()).default({}) }),
};

export function addTasksExtension({ server }: McpServer, door: Door): void {
  server.registerCapabilities({ extensions: { [tasksExtension]: {} } });

  server.setRequestHandler('tasks/get', byId, async ({ taskId }, ctx) => {
    needTasks(ctx);
    return detailedTaskOf(await findTask(door, taskId));
  });

  server.setRequestHandler('tasks/update', withAnswers, async ({ taskId, ...params }, ctx) => {
    needTasks(ctx);
    const { client, approvals } = await findTask(door, taskId);
    // The SDK takes them out of the parameters of every request.
    const responses = ctx.mcpReq.inputResponses ?? params.inputResponses;
    for (const approval of approvals) {
      const view = inputResponse(responses, approval.id);
      const answer = view.kind === 'elicit' ? answerOf(approval, view) : undefined;
      if (answer !== undefined) await client.answerApproval(approval.id, answer).catch(unlessResolved);
    }
    return {};
  });

  // It has begun to end when this is answered; `tasks/get` tells when it has.
  server.setRequestHandler('tasks/cancel', byId, async ({ taskId }, ctx) => {
    needTasks(ctx);
    const { client, session, turn } = await findTask(door, taskId);
    if (isOpen(turn)) await stopTurn(client, session.id, turn.id);
    return {};
  });
}

/** Throws -32021 for a client that does not declare the extension. */
export function needTasks(ctx: ServerContext): void {
  if (speaksOfTasks(ctx)) return;
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } });
}
