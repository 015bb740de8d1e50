// What agents ask, for callers whose MCP client shows no forms.

import { ApprovalSchema } from '@parley/schema';
import type { Approval, ApprovalId } from '@parley/schema';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { agentOfCli, cliOfAgent } from './agents.ts';
import type { Door } from './door.ts';
import { cliParameter } from './parameters.ts';
import { ErrorSchema, failed, structured } from './reply.ts';

const error = ErrorSchema.exactOptional();

const ApprovalEntrySchema = z.object({
  ...ApprovalSchema.shape,
  jobId: z.string(),
  cli: z.string().nullable(),
  status: z.enum(['pending', 'allowed', 'denied', 'cancelled', 'expired', 'withdrawn']),
});

export function addApprovalTools(server: McpServer, door: Door): void {
  server.registerTool(
    'approval_list',
    {
      title: 'What agents ask',
      description:
        'Approvals, newest first: those that wait for an answer, with the ids of their options, and those of the past.',
      inputSchema: z.strictObject({
        limit: z.int().min(1).max(500).default(50),
        cli: cliParameter.exactOptional(),
        pending: z.boolean().describe('Only those that wait for an answer.').default(false),
      }),
      outputSchema: z.object({
        success: z.boolean(),
        count: z.number().int().exactOptional(),
        approvals: z.array(ApprovalEntrySchema).exactOptional(),
        error,
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ limit, cli, pending }) => {
      try {
        const client = await door.client();
        const [all, sessions] = await Promise.all([client.approvals({ pending }), client.sessions()]);
        const agents = new Map(sessions.map(({ id, agent }) => [id, agent]));
        const approvals = all
          .filter(({ sessionId }) => cli === undefined || agents.get(sessionId) === agentOfCli(cli))
          .toSorted((a, b) => b.requestedAt - a.requestedAt)
          .slice(0, limit)
          .map((approval) => entryOf(approval, agents.get(approval.sessionId)));
        return structured({ success: true, count: approvals.length, approvals });
      } catch (caught) {
        return failed(caught);
      }
    },
  );

  server.registerTool(
    'approval_answer',
    {
      title: 'Answer an agent',
      description:
        'Answers an approval that waits, with one of its options. Ask the person before you allow what an agent may not do by itself.',
      inputSchema: z.strictObject({
        approvalId: z.string().min(1).max(200),
        optionId: z.string().min(1).max(200).describe('`id` of one of its options.'),
        message: z.string().max(10_000).describe('Words for the agent.').exactOptional(),
        answers: z
          .record(z.string(), z.array(z.string()))
          .describe('Of a question: by the id of each question, the labels chosen or own words.')
          .exactOptional(),
      }),
      outputSchema: z.object({ success: z.boolean(), approvalId: z.string(), error }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async ({ approvalId, ...answer }) => {
      try {
        await (await door.client()).answerApproval(approvalId as ApprovalId, answer);
        return structured({ success: true, approvalId });
      } catch (caught) {
        return failed(caught, { approvalId });
      }
    },
  );
}

function entryOf(approval: Approval, agent: string | undefined): Record<string, unknown> {
  const status = approval.resolution?.outcome ?? 'pending';
  return { ...approval, jobId: approval.turnId, cli: agent === undefined ? null : cliOfAgent(agent), status };
}
