// What tools answer with. Everything is in `structuredContent`; the text says the same for clients that only show text.

import { isParleyError } from '@parley/client';
import { errorBody } from '@parley/schema';
import type { Approval, ErrorBody, Session, Turn, TurnState } from '@parley/schema';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cliOfAgent } from './agents.ts';
import { marksOf, pageOf, usualPage } from './page.ts';
import type { Page } from './page.ts';

/** Words of the reference for what callers of jobs ask: does it run, has it ended, and how. */
export type JobStatus = 'queued' | 'running' | 'completed' | 'failed' | 'canceled' | 'orphaned';

export function jobStatusOf(state: TurnState): JobStatus {
  switch (state) {
    case 'queued':
      return 'queued';
    case 'running':
    case 'steering':
      return 'running';
    case 'completed':
    case 'steered':
      return 'completed';
    case 'failed':
      return 'failed';
    case 'interrupted':
    case 'cancelled':
      return 'canceled';
    case 'lost':
      return 'orphaned';
  }
}

/**
 * An error of the catalogue (docs/errors.md). Its codes are not listed here: thirty tools would list them thirty times, and each client pays
 * for its list of tools in tokens.
 */
export const ErrorSchema = z.looseObject({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  retryable: z.boolean(),
});

export const JobSchema = z.object({
  id: z.string(),
  cli: z.string(),
  sessionId: z.string(),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'canceled', 'orphaned']),
  /** Times as ISO 8601. */
  queuedAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  exited: z.boolean(),
  answerChars: z.number().int().nullable(),
  error: ErrorSchema.nullable(),
});

export function jobOf(turn: Turn, session: Session): z.output<typeof JobSchema> {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  const status = jobStatusOf(turn.state);
  return {
    id: turn.id,
    cli: cliOfAgent(session.agent),
    sessionId: turn.sessionId,
    status,
    queuedAt: new Date(turn.queuedAt).toISOString(),
    startedAt: time(turn.startedAt),
    finishedAt: time(turn.endedAt),
    exited: status !== 'queued' && status !== 'running',
    answerChars: turn.answer?.length ?? null,
    error: turn.error === undefined ? null : { ...turn.error },
  };
}

/** Of a request tool, and of `llm_job_result`. */
export const AnswerSchema = z.object({
  status: z.enum(['queued', 'running', 'completed', 'failed', 'canceled', 'orphaned', 'deferred', 'refused']),
  answer: z.string().nullable(),
  model: z.string().nullable(),
  usage: z.looseObject({}).nullable(),
  /** US dollars as the agent tells them; null: it tells none. */
  cost: z.number().nullable(),
  providerSessionId: z.string().nullable(),
  sessionId: z.string().nullable(),
  jobId: z.string().nullable(),
  stopReason: z.string().nullable(),
  warnings: z.array(z.string()),
  deduped: z.boolean(),
  durationMs: z.number().nullable(),
  /** Set when `answer` is a part: characters `offset` to `offset + length` of `total`. */
  page: z
    .object({
      offset: z.number().int(),
      length: z.number().int(),
      total: z.number().int(),
      nextOffset: z.number().int().nullable(),
    })
    .exactOptional(),
  /** Set while there is something to come for. */
  pollWith: z.string().exactOptional(),
  fetchWith: z.string().exactOptional(),
  cancelWith: z.string().exactOptional(),
  error: ErrorSchema.exactOptional(),
});
export type Answer = z.output<typeof AnswerSchema>;

const nothing: Answer = {
  status: 'refused',
  answer: null,
  model: null,
  usage: null,
  cost: null,
  providerSessionId: null,
  sessionId: null,
  jobId: null,
  stopReason: null,
  warnings: [],
  deduped: false,
  durationMs: null,
};

/** What is known of a turn; of its answer the page, where one is given. */
export function answerOfTurn(turn: Turn, session: Session, warnings: readonly string[], page?: Page): Answer {
  const { startedAt, endedAt, usage, error } = turn;
  const status = jobStatusOf(turn.state);
  return {
    status,
    answer: page?.text ?? turn.answer ?? null,
    model: session.model ?? null,
    usage: usage === undefined ? null : { ...usage },
    cost: usage?.costUsd ?? null,
    providerSessionId: session.threadId ?? null,
    sessionId: session.id,
    jobId: turn.id,
    stopReason: status === 'queued' || status === 'running' ? null : turn.state,
    warnings: [...rehearsed(session), ...warnings],
    deduped: false,
    durationMs: startedAt === undefined || endedAt === undefined ? null : endedAt - startedAt,
    ...(error !== undefined && { error: { ...error } }),
    ...(page !== undefined &&
      page.partial && {
        page: { offset: page.offset, length: page.text.length, total: page.total, nextOffset: page.nextOffset },
      }),
  };
}

/** Nobody is to take rehearsed words for a model's. */
function rehearsed({ backend }: Session): readonly string[] {
  return backend.kind === 'rehearsal' ? ["These words come from Parley's offline rehearsal, not from a model."] : [];
}

export function waitingFor(approvals: readonly Approval[]): readonly string[] {
  return approvals.map(
    ({ id, title, deadlineAt }) =>
      `The agent waits for an approval (${id}) until ${new Date(deadlineAt).toISOString()}: ${title}. ` +
      'A person can answer at any door of Parley, or with approval_answer.',
  );
}

export const jobTools = { pollWith: 'llm_job_status', fetchWith: 'llm_job_result', cancelWith: 'llm_job_cancel' };

/** A reply whose text is JSON. */
export function structured(content: Record<string, unknown>, isError = false): CallToolResult {
  const text = JSON.stringify(content, undefined, 2);
  return { content: [{ type: 'text', text }], structuredContent: content, ...(isError && { isError: true }) };
}

/** Text first, and warnings as a text of their own, so that the answer stays as the agent gave it. */
export function answered(answer: Answer, marks: readonly string[] = []): CallToolResult {
  const failed = answer.error !== undefined || answer.status === 'canceled';
  const text =
    answer.answer ?? (answer.error === undefined ? `Job ${answer.jobId}: ${answer.status}.` : told(answer.error));
  const notes = [...marks, ...answer.warnings.map((warning) => `warning: ${warning}`)];
  return {
    content: [{ type: 'text', text }, ...notes.map((note) => ({ type: 'text' as const, text: note }))],
    structuredContent: answer,
    ...(failed && { isError: true }),
  };
}

/** What there is of a turn, and of its answer one page; while it is open also how to come back. */
export function answeredTurn(
  turn: Turn,
  session: Session,
  warnings: readonly string[] = [],
  { offset = 0, maxChars = usualPage } = {},
): CallToolResult {
  const page = turn.answer === undefined ? undefined : pageOf(turn.answer, offset, maxChars);
  const answer = answerOfTurn(turn, session, warnings, page);
  return answered(answer.stopReason === null ? { ...answer, ...jobTools } : answer, page && marksOf(page, turn.id));
}

export function refused(error: unknown): CallToolResult {
  const body = bodyOf(error);
  return {
    content: [{ type: 'text', text: told({ ...body }) }],
    structuredContent: { ...nothing, error: { ...body } },
    isError: true,
  };
}

/** What every other tool says when it did nothing. */
export function failed(error: unknown, facts: Record<string, unknown> = {}): CallToolResult {
  return structured({ success: false, ...facts, error: bodyOf(error) }, true);
}

function told({ code, message, hint }: z.output<typeof ErrorSchema>): string {
  return `${code}: ${message}\n${hint}`;
}

function bodyOf(error: unknown): ErrorBody {
  if (isParleyError(error)) return error.body;
  return errorBody('internal', error instanceof Error ? error.message : String(error));
}
