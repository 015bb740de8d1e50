// What agents ask, for callers whose MCP client shows no forms.

import type { Approval, RequestApproval } from '@parley/schema';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { agentOfCli, cliOfAgent } from './agents.ts';
import type { Door } from './door.ts';
import { approvalIdOf } from './known-ids.ts';
import { cliParameter } from './parameters.ts';
import { ErrorSchema, failed, structured } from './reply.ts';

const error = ErrorSchema.exactOptional();

const EntrySchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  status: z.enum(['pending', 'approved', 'allowed', 'denied', 'cancelled', 'expired', 'withdrawn']),
  cli: z.string().nullable(),
  jobId: z.string().nullable(),
  sessionId: z.string().nullable(),
  /** Milliseconds since the epoch. */
  requestedAt: z.number(),
  /** How it can be answered; nothing where nobody was asked. */
  options: z.array(z.object({ id: z.string(), label: z.string(), effect: z.string() })).readonly(),
});
type Entry = z.output<typeof EntrySchema>;

export function addApprovalTools(server: McpServer, door: Door): void {
  server.registerTool(
    'approval_list',
    {
      title: 'What was asked and decided',
      description:
        'Approvals, newest first: what agents ask, with the ids of the options of what still waits, and what was decided about requests before anything was started (kind `launch`, with the score and its reasons).',
      inputSchema: z.strictObject({
        limit: z.int().min(1).max(500).default(50),
        cli: cliParameter.exactOptional(),
        pending: z.boolean().describe('Only those that wait for an answer.').default(false),
      }),
      outputSchema: z.object({
        success: z.boolean(),
        count: z.number().int().exactOptional(),
        approvals: z.array(EntrySchema).exactOptional(),
        error,
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ limit, cli, pending }) => {
      try {
        const client = await door.client();
        const agent = cli === undefined ? undefined : agentOfCli(cli);
        const [asked, decided, sessions] = await Promise.all([
          client.approvals({ pending, limit, ...(agent !== undefined && { agent }) }),
          client.requestApprovals({ limit: 500, ...(agent !== undefined && { agent }) }),
          client.sessions(),
        ]);
        const agents = new Map(sessions.map(({ id, agent: name }) => [id, name]));
        const records = new Map(decided.map((record) => [record.approvalId, record]));
        const entries = asked
          .filter(({ sessionId }) => agent === undefined || agents.get(sessionId) === agent)
          .map((approval) => questionEntry(approval, agents.get(approval.sessionId), records.get(approval.id)));
        const listed = new Set(entries.map(({ id }) => id));
        const unasked = pending ? [] : decided.filter(({ approvalId }) => !listed.has(approvalId ?? ''));
        const approvals = [...entries, ...unasked.map(decisionEntry)]
          .toSorted((a, b) => b.requestedAt - a.requestedAt)
          .slice(0, limit);
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
        await (await door.client()).answerApproval(approvalIdOf(approvalId), answer);
        return structured({ success: true, approvalId });
      } catch (caught) {
        return failed(caught, { approvalId });
      }
    },
  );
}

/** A question. That of a launch shows the plan, and in it the prompt, to whom it is put; a list is no place for that. */
function questionEntry(approval: Approval, agent: string | undefined, record: RequestApproval | undefined): Entry {
  const { input, resolution, ...question } = approval;
  const outcome = resolution?.outcome ?? 'pending';
  return {
    ...(approval.kind !== 'launch' && input !== undefined && { input }),
    ...(record && factsOf(record)),
    ...question,
    ...(resolution && { resolution }),
    jobId: approval.turnId,
    cli: agent === undefined ? null : cliOfAgent(agent),
    status: approval.kind === 'launch' && outcome === 'allowed' ? 'approved' : outcome,
  };
}

/** What was decided without asking anybody. */
function decisionEntry(record: RequestApproval): Entry {
  const { id, at, status, agent, score, threshold, turnId, sessionId } = record;
  return {
    ...factsOf(record),
    id,
    kind: 'launch',
    title: `Start ${agent}: ${score} points, where ${threshold} go through`,
    status: status === 'asked' ? 'pending' : status,
    cli: cliOfAgent(agent),
    jobId: turnId ?? null,
    sessionId: sessionId ?? null,
    requestedAt: at,
    options: [],
  };
}

function factsOf(record: RequestApproval): Record<string, unknown> {
  const {
    id,
    at: _at,
    status: _status,
    agent: _agent,
    turnId: _turn,
    sessionId: _session,
    approvalId: _asked,
    ...facts
  } = record;
  return { record: id, ...facts };
}
