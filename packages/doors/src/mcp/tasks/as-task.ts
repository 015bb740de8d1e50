// A request that becomes a task: what its call is answered with.

import type { CallToolResult } from '@modelcontextprotocol/server';
import type { AwaitedTurn, Caller } from '../caller.ts';
import type { Daemon, Door } from '../door.ts';
import { handle } from '../request.ts';
import { factsOf } from './find-task.ts';
import { extensionTaskOf, speaksOfTasks, taskOf } from './task-of.ts';

/** Whether this call is to become a task: because it says so, or, since 2026-07-28, because its client can take one. */
export function becomesTask(door: Door, { era, ctx }: Caller): boolean {
  return era === 'legacy' ? door.askedTasks.take(ctx.mcpReq.id) : speaksOfTasks(ctx);
}

/** The task, and beside it what an asynchronous request replies with: it is the same thing, for who looks for the one or the other. */
export async function asTask(
  door: Door,
  client: Daemon,
  awaited: AwaitedTurn,
  { era }: Caller,
): Promise<CallToolResult> {
  const [reply, facts] = [await handle(client, awaited), await factsOf(client, awaited.turnId)];
  if (era === 'modern') return { ...reply, resultType: 'task', ...extensionTaskOf(facts) };
  door.onTask?.(awaited.turnId);
  return { ...reply, task: taskOf(facts) };
}
