// `<agent>_request` and `<agent>_request_async`, both from one definition.

import type { McpServer } from '@modelcontextprotocol/server';
import { requestTools } from './agents.ts';
import type { RequestTool } from './agents.ts';
import { elicits } from './caller.ts';
import type { AwaitedTurn, Caller, Protocol } from './caller.ts';
import type { Door } from './door.ts';
import { parametersOf } from './parameters.ts';
import { AnswerSchema, refused } from './reply.ts';
import { awaitTurn, begin, handle, takeAnswers } from './request.ts';
import type { NamedRequest, Reply } from './request.ts';
import { asTask, becomesTask } from './tasks/as-task.ts';

export function addRequestTools(server: McpServer, door: Door, protocol: Protocol): void {
  const { agents } = door.options;
  for (const tool of requestTools.filter(({ name }) => agents?.has(name) !== false)) {
    for (const sync of [true, false]) addRequestTool(server, door, protocol, tool, sync);
  }
}

const inputs = new Map<string, ReturnType<typeof parametersOf>>();

/** Built once: over HTTP there may be a server for each request. */
function inputOf(tool: RequestTool, sync: boolean): ReturnType<typeof parametersOf> {
  const key = `${tool.name} ${sync}`;
  const input = inputs.get(key) ?? parametersOf(tool, sync);
  inputs.set(key, input);
  return input;
}

function addRequestTool(server: McpServer, door: Door, protocol: Protocol, tool: RequestTool, sync: boolean): void {
  const registered = server.registerTool(
    sync ? `${tool.name}_request` : `${tool.name}_request_async`,
    {
      title: sync ? `Ask ${tool.title}` : `Start a job of ${tool.title}`,
      description: sync
        ? `Give ${tool.title} a prompt in a folder and wait for its answer. After the deadline (45 s unless configured) it replies with a jobId while the work goes on.`
        : `Give ${tool.title} a prompt in a folder and get a jobId at once; fetch the answer with llm_job_watch or llm_job_result.`,
      inputSchema: inputOf(tool, sync),
      outputSchema: AnswerSchema,
      // What an agent does in the folder depends on the policy: at worst it deletes.
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async (request, ctx) => {
      const before = ctx.mcpReq.requestState<AwaitedTurn>();
      const correlationId = request.correlationId ?? before?.told?.correlationId ?? crypto.randomUUID();
      const caller = { ...protocol, ctx, elicits: elicits(server, ctx) };
      try {
        return await answerRequest(door, tool, { ...request, correlationId }, caller, sync);
      } catch (error) {
        return refused(error, { cli: tool.name, correlationId });
      }
    },
  );
  // Later revisions have no word for it here: there the client says what it can take.
  if (sync && protocol.era === 'legacy') registered.execution = { taskSupport: 'optional' };
}

/**
 * Begins what is asked, or goes on with it, and answers as its caller can take it: with a task, a question, the answer, or a handle. Throws what
 * the daemon throws.
 */
export async function answerRequest(
  door: Door,
  tool: RequestTool,
  request: NamedRequest,
  caller: Caller,
  sync: boolean,
): Promise<Reply> {
  const client = await door.client();
  const before = caller.ctx.mcpReq.requestState<AwaitedTurn>();
  if (before !== undefined) await takeAnswers(client, before, caller);
  const wantsTask = sync && before === undefined && becomesTask(door, caller);
  const awaited = before ?? (await begin(door, client, tool, request, caller));
  if (wantsTask) return asTask(door, client, awaited, caller);
  if (!sync && !caller.ctx.mcpReq.signal.aborted) return handle(client, awaited);
  const deadlineMs = request.syncDeadlineMs ?? door.options.syncDeadlineMs;
  return awaitTurn(door, client, awaited, caller, { deadlineMs, own: awaited.told?.deduped !== true });
}
