// Jobs: turns seen by a caller who does not wait. A job's id is its turn's id, so jobs of every door can be asked for here.

import { isOpen } from '@parley/schema';
import type { Session, Turn } from '@parley/schema';
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { elicits } from './caller.ts';
import type { AwaitedTurn, Protocol } from './caller.ts';
import type { Daemon, Door } from './door.ts';
import { turnOfJob } from './known-ids.ts';
import { usualPage } from './page.ts';
import { answeredTurn, AnswerSchema, ErrorSchema, failed, jobOf, JobSchema, refused, structured } from './reply.ts';
import { awaitTurn, takeAnswers } from './request.ts';
import { stopTurn, waitForTurn } from './wait-for-turn.ts';

const jobId = z.string().min(1).max(200).describe('jobId of an earlier reply.');
const error = ErrorSchema.exactOptional();

/** Milliseconds that a cancelled job is waited for: agents end in a moment, or are ended. */
const cancelMs = 10_000;

/** Milliseconds of the longest poll. */
const longestPollMs = 30_000;

const looks = { readOnlyHint: true, openWorldHint: false } as const;

interface Job {
  readonly client: Daemon;
  readonly session: Session;
  readonly turn: Turn;
}

export function addJobTools(server: McpServer, door: Door, protocol: Protocol): void {
  server.registerTool(
    'llm_job_status',
    {
      title: 'Status of a job',
      description: 'Whether a job is queued, running, completed, failed, canceled or orphaned (its end is not known).',
      inputSchema: z.strictObject({ jobId }),
      outputSchema: z.object({
        success: z.boolean(),
        job: JobSchema.exactOptional(),
        jobId: z.string().exactOptional(),
        error,
      }),
      annotations: looks,
    },
    (input) =>
      orFailed(input.jobId, async () => {
        const { turn, session } = await findJob(door, input.jobId);
        return structured({ success: true, job: jobOf(turn, session) });
      }),
  );

  server.registerTool(
    'llm_job_result',
    {
      title: 'Answer of a job',
      description: 'The answer of a job, whole or page by page; of a job that still runs, what is known of it.',
      inputSchema: z.strictObject({
        jobId,
        offset: z.int().nonnegative().describe('First character of the page.').default(0),
        maxChars: z.int().min(1000).max(2_000_000).describe('Characters of a page.').default(usualPage),
      }),
      outputSchema: AnswerSchema,
      annotations: looks,
    },
    async (input) => {
      try {
        const { turn, session } = await findJob(door, input.jobId);
        return answeredTurn(turn, session, [], input);
      } catch (caught) {
        return refused(caught);
      }
    },
  );

  server.registerTool(
    'llm_job_watch',
    {
      title: 'Wait for a job',
      description:
        'Waits for the end of a job, at most 30 s, and replies with its answer or with where it stands. Tells progress meanwhile.',
      inputSchema: z.strictObject({
        jobId,
        waitMs: z.int().min(1).max(longestPollMs).describe('Milliseconds to wait at most.').default(longestPollMs),
      }),
      outputSchema: AnswerSchema,
      annotations: looks,
    },
    async (input, ctx) => {
      try {
        const { client, turn, session } = await findJob(door, input.jobId);
        if (!isOpen(turn)) return answeredTurn(turn, session);
        const caller = { ...protocol, ctx, elicits: elicits(server, ctx) };
        const before = ctx.mcpReq.requestState<AwaitedTurn>();
        if (before !== undefined) await takeAnswers(client, before, caller);
        // The session was read before the turn, so an end that the turn does not tell yet has a later number.
        const awaited = before ?? {
          sessionId: session.id,
          turnId: turn.id,
          after: session.head,
          warnings: [],
          asked: [],
        };
        return await awaitTurn(door, client, awaited, caller, { deadlineMs: input.waitMs, own: false });
      } catch (caught) {
        return refused(caught);
      }
    },
  );

  server.registerTool(
    'llm_job_cancel',
    {
      title: 'Cancel a job',
      description:
        'Stops a running job or takes a queued one out of the queue, and waits for its end, at most 10 s; `success` is false when it still runs then or was over before. Other jobs of its session go on.',
      inputSchema: z.strictObject({ jobId }),
      outputSchema: z.object({
        success: z.boolean(),
        jobId: z.string(),
        job: JobSchema.exactOptional(),
        reason: z.string().exactOptional(),
        error,
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    (input, ctx) =>
      orFailed(input.jobId, async () => {
        const { client, turn, session } = await findJob(door, input.jobId);
        if (!isOpen(turn)) return notCancelled(turn, session);
        await stopTurn(client, session.id, turn.id);
        const ids = { sessionId: session.id, turnId: turn.id, after: session.head };
        await waitForTurn({ client, ...ids, deadlineMs: cancelMs, signal: ctx.mcpReq.signal });
        const now = await client.turn(session.id, turn.id);
        const job = jobOf(now, session);
        return job.status === 'canceled'
          ? structured({ success: true, jobId: turn.id, job })
          : notCancelled(now, session);
      }),
  );
}

/** It was over before, or its agent has not stopped yet. */
function notCancelled(turn: Turn, session: Session): CallToolResult {
  const job = jobOf(turn, session);
  const reason = isOpen(turn)
    ? `Job is still ${job.status}: its agent was told to stop and has not done so yet. llm_job_status tells when it has.`
    : `Job is already ${job.status}`;
  return structured({ success: false, jobId: turn.id, job, reason }, true);
}

/** Throws `unknown_turn`. */
async function findJob(door: Door, id: string): Promise<Job> {
  const client = await door.client();
  const known = door.paged?.id === id ? door.paged : await turnOfJob(client, id);
  const session = await client.session(known.sessionId);
  // What has ended changes no more; what has not may have ended before the session was read.
  const turn = isOpen(known) ? await client.turn(session.id, known.id) : known;
  door.paged = (turn.answer?.length ?? 0) > usualPage && !isOpen(turn) ? turn : undefined;
  return { client, session, turn };
}

async function orFailed(id: string, look: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await look();
  } catch (caught) {
    return failed(caught, { jobId: id });
  }
}
