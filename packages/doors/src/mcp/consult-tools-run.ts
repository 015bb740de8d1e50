// Runs a consultation for a call: begins it, waits by event with progress, and replies with what there is.

import { markdownOf, nameOf, outcomeOf } from '@parley/consult';
import type { ConsultationId, ConsultReport, CreateConsultation } from '@parley/schema';
import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server';
import type { Asking } from './consult-tools-parameters.ts';
import { runReportOf } from './consult-tools-result.ts';
import type { RunReport } from './consult-tools-result.ts';
import type { Daemon, Door } from './door.ts';
import { failed } from './reply.ts';

type Question = Omit<CreateConsultation, 'cwd'>;

/** Never throws. */
export async function consult(
  door: Door,
  ctx: ServerContext,
  input: Asking,
  question: Question,
): Promise<CallToolResult> {
  try {
    const client = await door.client();
    const { timeoutMs } = input;
    const cwd = door.folder(input.workingDir);
    const begun = await client.createConsultation({ ...question, cwd, ...(timeoutMs !== undefined && { timeoutMs }) });
    if (input.wait === false) return reply(begun);
    const deadlineMs = input.syncDeadlineMs ?? door.options.syncDeadlineMs;
    const report = await waitForReport(door, client, ctx, { id: begun.id, deadlineMs });
    // A caller who takes its call back wants no answers; one who has gone may come back for them.
    if (ctx.mcpReq.signal.aborted && !door.leaving) return reply(await client.interruptConsultation(begun.id));
    return reply(report ?? begun);
  } catch (error) {
    return failed(error, { validationId: null, status: 'not_started' });
  }
}

/** The newest report by the end, by the deadline (0: none), or by the time when the caller has gone. */
export async function waitForReport(
  door: Door,
  client: Daemon,
  ctx: ServerContext,
  { id, deadlineMs }: { readonly id: ConsultationId; readonly deadlineMs: number },
): Promise<ConsultReport | undefined> {
  const timeUp = new AbortController();
  const timer = deadlineMs === 0 ? undefined : setTimeout(() => timeUp.abort(), deadlineMs);
  const progress = new PartsTold(door, ctx);
  const stopKeeping = await door.options.keepDaemon(client);
  let last: ConsultReport | undefined;
  try {
    const signal = AbortSignal.any([timeUp.signal, ctx.mcpReq.signal]);
    for await (const report of client.followConsultation(id, { signal })) {
      last = report;
      progress.tell(report);
    }
  } finally {
    clearTimeout(timer);
    stopKeeping();
  }
  return last;
}

/** The text is the report for people. */
export function reply(report: ConsultReport, more: Partial<RunReport> = {}): CallToolResult {
  const humanReadable = markdownOf(report, { answers: 'unread' });
  const content: RunReport = { ...runReportOf(report, humanReadable), ...more };
  const notes = report.status === 'running' && content.next !== undefined ? [content.next] : [];
  return {
    content: [humanReadable, ...notes].map((text) => ({ type: 'text' as const, text })),
    structuredContent: content,
    ...(!content.success && { isError: true }),
  };
}

/** Progress notifications, where the call asked for them: a line whenever an agent begins or ends. */
class PartsTold {
  readonly #door: Door;
  readonly #ctx: ServerContext;
  readonly #told = new Map<string, string>();
  #count = 0;

  constructor(door: Door, ctx: ServerContext) {
    this.#door = door;
    this.#ctx = ctx;
  }

  tell({ reviewers, judge }: ConsultReport): void {
    const lines = [
      ...reviewers.map((one) => [one.label, `${nameOf(one)}: ${outcomeOf(one)}`] as const),
      ...(judge === undefined ? [] : [['judge', `judge ${nameOf(judge)}: ${judge.state}`] as const]),
    ].filter(([part, line]) => this.#told.get(part) !== line);
    for (const [part, line] of lines) this.#told.set(part, line);
    const progressToken = this.#ctx.mcpReq._meta?.progressToken;
    if (progressToken === undefined || lines.length === 0 || this.#ctx.mcpReq.signal.aborted) return;
    const message = lines.map(([, line]) => line).join('\n');
    const params = { progressToken, progress: ++this.#count, message };
    this.#ctx.mcpReq
      .notify({ method: 'notifications/progress', params })
      .catch((error: unknown) => this.#door.note(`progress was not told: ${String(error)}`));
  }
}
