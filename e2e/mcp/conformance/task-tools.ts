// What the suites of the tasks extension (SEP-2663) call by fixed names, as requests to an agent: each is begun, waited for, turned into a task,
// asked through and cancelled by what serves Parley's own `acp_request`. Only what the agent is to do is theirs.

import assert from 'node:assert/strict';
import { acceptedContent, inputRequired } from '@modelcontextprotocol/server';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { answerRequest, elicits, needTasks } from '@parley/doors/mcp/http';
import type { Extend } from '@parley/doors/mcp/http';
import { z } from 'zod';
import { nameForm } from './asking-tools.ts';
import { said } from './content.ts';

/** What the agent is to do: the words of its turn, as JSON. */
export type Job =
  | { readonly do: 'wait'; readonly seconds: number; readonly say: string }
  | { readonly do: 'fail'; readonly seconds: number }
  /** Forms that it shows at once: of one field each, by its name. */
  | { readonly do: 'ask'; readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  /** Print something and cut it off again: Parley cannot read on, which is nothing that the agent says of its work. */
  | { readonly do: 'cut' };

/** Of the configuration. */
export const taskAgent = 'acp:tasks';

/** `workingDir`: where the agent works. */
export function addTaskTools(workingDir: string, ...[server, door, protocol]: Parameters<Extend>): void {
  const request = (job: Job, ctx: ServerContext) =>
    answerRequest(
      door,
      { name: 'acp', title: 'an agent' },
      {
        agent: taskAgent,
        prompt: JSON.stringify(job),
        workingDir,
        createNewSession: true,
        forceRefresh: true,
        correlationId: crypto.randomUUID(),
      },
      { ...protocol, ctx, elicits: elicits(server, ctx) },
      true,
    );

  server.registerTool(
    'greet',
    { description: 'Never a task', inputSchema: z.object({ name: z.string() }) },
    ({ name }) => said(`Hello, ${name}!`),
  );
  server.registerTool(
    'slow_compute',
    {
      description: 'Takes its time',
      inputSchema: z.object({ seconds: z.number(), label: z.string().exactOptional() }),
    },
    ({ seconds, label = 'Done' }, ctx) => request({ do: 'wait', seconds, say: label }, ctx),
  );
  server.registerTool('failing_job', { description: 'Fails' }, (ctx) => request({ do: 'fail', seconds: 1 }, ctx));
  onlyAsTask(server, 'failing_job');
  server.registerTool('protocol_error_job', { description: 'Cannot be read to its end' }, (ctx) =>
    request({ do: 'cut' }, ctx),
  );
  server.registerTool(
    'confirm_delete',
    { description: 'Asks once', inputSchema: z.object({ filename: z.string() }) },
    ({ filename }, ctx) =>
      request({ do: 'ask', fields: { confirm: { type: 'boolean', title: `Delete ${filename}?` } } }, ctx),
  );
  server.registerTool('multi_input', { description: 'Asks two things at once' }, (ctx) =>
    request({ do: 'ask', fields: { name: { type: 'string' }, confirm: { type: 'boolean' } } }, ctx),
  );
  server.registerTool('test_tool_with_task', { description: 'Asks, then becomes a task' }, (ctx) => {
    const given = acceptedContent(ctx.mcpReq.inputResponses, 'user_name', z.object({ name: z.string() }));
    if (given !== undefined) return request({ do: 'wait', seconds: 0, say: `Hello, ${given.name}!` }, ctx);
    return inputRequired({ inputRequests: { user_name: inputRequired.elicit(nameForm) } });
  });
}

/**
 * Refuses the tool to clients that take no tasks, as nothing of Parley's own needs to. What a tool throws becomes its result in SDK 2.4.0, so this
 * stands before all tools.
 */
function onlyAsTask({ server }: McpServer, tool: string): void {
  const handlers: unknown = Reflect.get(server, '_requestHandlers');
  assert.ok(handlers instanceof Map);
  const call: unknown = handlers.get('tools/call');
  assert.ok(typeof call === 'function');
  handlers.set('tools/call', (message: { readonly params: { readonly name: string } }, ctx: ServerContext): unknown => {
    if (message.params.name === tool) needTasks(ctx);
    return call(message, ctx);
  });
}
