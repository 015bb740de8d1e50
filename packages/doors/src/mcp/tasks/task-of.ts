// A turn as a task of MCP. A job is a turn and a task is a job: the task's id is the job's, and all doors know it.

import type { Approval, Session, Turn } from '@parley/schema';
import { CLIENT_CAPABILITIES_META_KEY, inputRequired } from '@modelcontextprotocol/server';
import type { CallToolResult, InputRequests, ServerContext, Task } from '@modelcontextprotocol/server';
import { formOf } from '../elicit.ts';
import { answeredTurn, jobStatusOf } from '../reply.ts';

/** The extension of revision 2026-07-28 (SEP-2663). In 2025-11-25 tasks are part of the protocol itself. */
export const tasksExtension = 'io.modelcontextprotocol/tasks';

/** Milliseconds between two looks at a task, as clients are told. Who wants to know at once subscribes, or waits for the result. */
const pollMs = 5000;

/** What is known of a job. */
export interface JobFacts {
  readonly turn: Turn;
  readonly session: Session;
  /** What its agent waits for. */
  readonly approvals: readonly Approval[];
  /** Milliseconds that it is kept for after its session was last used; null: for ever. */
  readonly ttlMs: number | null;
}

/** As in 2025-11-25. */
export function taskOf({ turn, approvals, ttlMs }: JobFacts): Task {
  const words = messageOf(turn);
  return {
    taskId: turn.id,
    status: failedInItsOwnWords(turn) ? 'failed' : statusOf(turn, approvals),
    ttl: ttlMs,
    ...timesOf(turn),
    pollInterval: pollMs,
    ...(words !== undefined && { statusMessage: words }),
  };
}

/** As in the extension of 2026-07-28, without what came of it. */
export function extensionTaskOf({ turn, approvals, ttlMs }: JobFacts): Record<string, unknown> {
  const words = messageOf(turn);
  return {
    taskId: turn.id,
    status: statusOf(turn, approvals),
    ttlMs,
    ...timesOf(turn),
    pollIntervalMs: pollMs,
    ...(words !== undefined && { statusMessage: words }),
  };
}

/** The same with what came of it, or with what its agent asks. */
export function detailedTaskOf(facts: JobFacts): Record<string, unknown> {
  const task = extensionTaskOf(facts);
  switch (task['status']) {
    case 'completed':
      return { ...task, result: { ...resultOf(facts), resultType: 'complete' } };
    case 'failed':
      return { ...task, error: { code: -32_603, message: messageOf(facts.turn) ?? 'It is not known how it ended.' } };
    case 'input_required':
      return { ...task, inputRequests: questionsOf(facts.approvals) };
    default:
      return task;
  }
}

/** What the request would have been answered with. */
export function resultOf({ turn, session }: JobFacts): CallToolResult {
  return answeredTurn(turn, session);
}

/** Whether the client of this request declares the extension. */
export function speaksOfTasks({ mcpReq }: ServerContext): boolean {
  const told: unknown = Object.entries(mcpReq.envelope ?? {}).find(
    ([key]) => key === CLIENT_CAPABILITIES_META_KEY,
  )?.[1];
  const extensions = typeof told === 'object' && told !== null && 'extensions' in told ? told.extensions : undefined;
  return typeof extensions === 'object' && extensions !== null && tasksExtension in extensions;
}

function questionsOf(approvals: readonly Approval[]): InputRequests {
  return Object.fromEntries(approvals.map((one) => [one.id, inputRequired.elicit(formOf(one))]));
}

function statusOf(turn: Turn, approvals: readonly Approval[]): Task['status'] {
  // Not what the agent says of its work: there is no answer to hold.
  if (turn.error?.code === 'internal') return 'failed';
  switch (jobStatusOf(turn.state)) {
    case 'queued':
      return 'working';
    case 'running':
      return approvals.length > 0 ? 'input_required' : 'working';
    // An agent that failed has answered all the same: the answer says so.
    case 'completed':
    case 'failed':
      return 'completed';
    case 'canceled':
      return 'cancelled';
    case 'orphaned':
      return 'failed';
  }
}

function failedInItsOwnWords({ state }: Turn): boolean {
  return state === 'failed';
}

function messageOf({ state, error }: Turn): string | undefined {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  return state === 'queued' ? 'It waits for its turn.' : undefined;
}

function timesOf({ queuedAt, startedAt, endedAt }: Turn): {
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
} {
  const time = (at: number) => new Date(at).toISOString();
  return { createdAt: time(queuedAt), lastUpdatedAt: time(endedAt ?? startedAt ?? queuedAt) };
}
