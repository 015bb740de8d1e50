// What tools answer with. Everything is in `structuredContent`; the text says the same for clients that only show text.

import { isParleyError } from '@parley/client';
import { errorBody, isOpen } from '@parley/schema';
import type { Approval, ErrorBody, Session, Turn, TurnState } from '@parley/schema';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cliOfAgent } from './agents.ts';
import type { Told } from './caller.ts';
import { marksOf, pageOf, usualPage } from './page.ts';
import type { Page } from './page.ts';
import { errorCategoryOf, exitCodeOf, factsOfTurn, noFacts, turnFactsShape } from './turn-facts.ts';

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
  correlationId: z.string().nullable(),
  sessionId: z.string(),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'canceled', 'orphaned']),
  /** Times as ISO 8601. */
  queuedAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  exited: z.boolean(),
  exitCode: z.number().nullable(),
  answerChars: z.number().int().nullable(),
  error: ErrorSchema.nullable(),
});

export function jobOf(turn: Turn, session: Session): z.output<typeof JobSchema> {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  const status = jobStatusOf(turn.state);
  return {
    id: turn.id,
    cli: cliOfAgent(session.agent),
    correlationId: turn.correlationId ?? null,
    sessionId: turn.sessionId,
    status,
    queuedAt: new Date(turn.queuedAt).toISOString(),
    startedAt: time(turn.startedAt),
    finishedAt: time(turn.endedAt),
    exited: !isOpen(turn),
    exitCode: exitCodeOf(turn),
    answerChars: shownAnswer(turn)?.length ?? null,
    error: turn.error === undefined ? null : { ...turn.error },
  };
}

/** Of a request tool, and of `llm_job_result`. */
export const AnswerSchema = z.object({
  status: z.enum(['queued', 'running', 'completed', 'failed', 'canceled', 'orphaned', 'deferred', 'refused']),
  answer: z.string().nullable(),
  cli: z.string().nullable(),
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
  ...turnFactsShape,
  /** The decision about the request, where it was scored. */
  approval: z.looseObject({}).exactOptional(),
  /** Only where something was found that keeps a reviewer from looking. */
  reviewIntegrity: z.looseObject({}).exactOptional(),
  /** What was left out of `prompt` and `response`: rules, and characters before and after. */
  optimization: z.looseObject({}).exactOptional(),
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
  cli: null,
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
  ...noFacts,
};

/** What is known of a turn; of its answer the page, where one is given. */
export function answerOfTurn(
  turn: Turn,
  session: Session,
  warnings: readonly string[],
  { page, told }: { readonly page?: Page | undefined; readonly told?: Told | undefined } = {},
): Answer {
  const { startedAt, endedAt, usage, error } = turn;
  const status = jobStatusOf(turn.state);
  return {
    status,
    answer: page?.text ?? shownAnswer(turn) ?? null,
    cli: cliOfAgent(session.agent),
    model: session.model ?? null,
    usage: usage === undefined ? null : { ...usage },
    cost: usage?.costUsd ?? null,
    providerSessionId: session.threadId ?? null,
    sessionId: session.id,
    jobId: turn.id,
    stopReason: isOpen(turn) ? null : turn.state,
    warnings: [...rehearsed(session), ...warnings],
    deduped: told?.deduped ?? false,
    durationMs: startedAt === undefined || endedAt === undefined ? null : endedAt - startedAt,
    ...factsOfTurn(turn),
    ...(told?.correlationId !== undefined && { correlationId: told.correlationId }),
    ...(told?.approval !== undefined && { approval: { ...told.approval } }),
    ...(told?.reviewIntegrity !== undefined && { reviewIntegrity: { ...told.reviewIntegrity } }),
    ...optimizationOf(turn, told),
    ...(error !== undefined && { error: { ...error } }),
    ...(page !== undefined &&
      page.partial && {
        page: { offset: page.offset, length: page.text.length, total: page.total, nextOffset: page.nextOffset },
      }),
  };
}

/** The answer as the request wanted it. */
export function shownAnswer({ answer, optimizedAnswer }: Turn): string | undefined {
  return optimizedAnswer?.text ?? answer;
}

function optimizationOf({ optimizedAnswer }: Turn, told: Told | undefined): Pick<Answer, 'optimization'> {
  const prompt = told?.optimization;
  if (optimizedAnswer === undefined) return prompt === undefined ? {} : { optimization: { prompt } };
  const { text: _shown, ...response } = optimizedAnswer;
  return { optimization: { ...(prompt !== undefined && { prompt }), response } };
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

export interface PageWanted {
  readonly offset?: number;
  readonly maxChars?: number;
  readonly told?: Told | undefined;
}

/** What there is of a turn, and of its answer one page; while it is open also how to come back. */
export function answeredTurn(
  turn: Turn,
  session: Session,
  warnings: readonly string[] = [],
  { offset = 0, maxChars = usualPage, told }: PageWanted = {},
): CallToolResult {
  const whole = shownAnswer(turn);
  const page = whole === undefined ? undefined : pageOf(whole, offset, maxChars);
  const answer = answerOfTurn(turn, session, warnings, { page, told });
  return answered(answer.stopReason === null ? { ...answer, ...jobTools } : answer, page && marksOf(page, turn.id));
}

/** `facts`: what is known of the request all the same. */
export function refused(error: unknown, facts: Partial<Pick<Answer, 'cli' | 'correlationId'>> = {}): CallToolResult {
  const body = bodyOf(error);
  const approval = body.details?.['approval'];
  return {
    content: [{ type: 'text', text: told({ ...body }) }],
    structuredContent: {
      ...nothing,
      ...facts,
      ...(approval !== undefined && { approval }),
      errorCategory: errorCategoryOf(body),
      error: { ...body },
    },
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
