// `<agent>_request` and `<agent>_request_async`, both from one definition.

import type { McpServer } from '@modelcontextprotocol/server';
import { requestTools } from './agents.ts';
import type { RequestTool } from './agents.ts';
import { elicits } from './caller.ts';
import type { AwaitedTurn, Caller, Protocol } from './caller.ts';
import type { Door } from './door.ts';
import { parametersOf } from './parameters.ts';
import type { RequestArguments } from './parameters.ts';
import { AnswerSchema, refused } from './reply.ts';
import { awaitTurn, begin, handle, takeAnswers } from './request.ts';
import type { Reply } from './request.ts';

export function addRequestTools(server: McpServer, door: Door, protocol: Protocol): void {
  for (const tool of requestTools) {
    for (const sync of [true, false]) addRequestTool(server, door, protocol, tool, sync);
  }
}

function addRequestTool(server: McpServer, door: Door, protocol: Protocol, tool: RequestTool, sync: boolean): void {
  server.registerTool(
    sync ? `${tool.name}_request` : `${tool.name}_request_async`,
    {
      title: sync ? `Ask ${tool.title}` : `Start a job of ${tool.title}`,
      description: sync
        ? `Give ${tool.title} a prompt in a folder and wait for its answer. After the deadline (45 s unless configured) it replies with a jobId while the work goes on.`
        : `Give ${tool.title} a prompt in a folder and get a jobId at once; fetch the answer with llm_job_watch or llm_job_result.`,
      inputSchema: parametersOf(tool, sync),
      outputSchema: AnswerSchema,
      // What an agent does in the folder depends on the policy: at worst it deletes.
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async (request, ctx) => {
      try {
        return await answerRequest(door, tool, request, { ...protocol, ctx, elicits: elicits(server, ctx) }, sync);
      } catch (error) {
        return refused(error);
      }
    },
  );
}

async function answerRequest(
  door: Door,
  tool: RequestTool,
  request: RequestArguments,
  caller: Caller,
  sync: boolean,
): Promise<Reply> {
  const client = await door.client();
  const before = caller.ctx.mcpReq.requestState<AwaitedTurn>();
  if (before !== undefined) await takeAnswers(client, before, caller);
  const awaited = before ?? (await begin(door, client, tool, request));
  if (!sync && !caller.ctx.mcpReq.signal.aborted) return handle(client, awaited);
  const deadlineMs = request.syncDeadlineMs ?? door.options.syncDeadlineMs;
  return awaitTurn(door, client, awaited, caller, { deadlineMs, own: true });
}
