// `codex_fork_session`: a prompt to a copy of a conversation with Codex, which itself stays as it is.

import type { McpServer } from '@modelcontextprotocol/server';
import { failure } from '@parley/client';
import { z } from 'zod';
import { elicits } from './caller.ts';
import type { AwaitedTurn, Caller, Protocol } from './caller.ts';
import type { Daemon, Door } from './door.ts';
import { namedSession, newestSession } from './known-session.ts';
import { codexApprovals, codexSandboxes, codexWords, permissionOf } from './permission.ts';
import { AnswerSchema, refused } from './reply.ts';
import { awaitTurn, takeAnswers } from './request.ts';
import type { Reply } from './request.ts';

const word = () => z.string().min(1).max(200).regex(/^[^-]/, 'must not begin with "-"');

const parameters = z.strictObject({
  prompt: z
    .string()
    .max(100_000)
    .refine((text) => text.trim() !== '', 'must contain words')
    .describe('What Codex is to do or answer, knowing all that was said.'),
  sessionId: word()
    .describe("The session to copy: Parley's id (ses_…) or Codex's own id of the conversation. Or give forkLast.")
    .exactOptional(),
  forkLast: z.boolean().describe('Copy the newest session of Codex in this folder. Or give sessionId.').exactOptional(),
  workingDir: z
    .string()
    .min(1)
    .max(4096)
    .describe('The folder of the conversation; relative to the folder of this server, which is the default.')
    .exactOptional(),
  model: word().describe('Model of the copy; absent: that of the original.').exactOptional(),
  sandboxMode: z
    .enum(codexSandboxes)
    .describe('The policy in the words of Codex: read-only, workspace-write = edit, danger-full-access = full.')
    .exactOptional(),
  askForApproval: z
    .enum(codexApprovals)
    .describe('With sandboxMode the nearest policy that is not above both: untrusted = ask, on-request = edit.')
    .exactOptional(),
  correlationId: z.string().min(1).max(200).describe('Your own name for it, kept with the turn.').exactOptional(),
  idleTimeoutMs: z
    .int()
    .min(30_000)
    .max(3_600_000)
    .describe('Milliseconds of silence after which the turn fails with `idle_timeout`.')
    .exactOptional(),
  syncDeadlineMs: z
    .int()
    .nonnegative()
    .max(3_600_000)
    .describe('Wait so long, then answer with a handle while the work goes on; 0: as long as it takes.')
    .exactOptional(),
});
type Arguments = z.output<typeof parameters>;

export function addForkTools(server: McpServer, door: Door, protocol: Protocol): void {
  server.registerTool(
    'codex_fork_session',
    {
      title: 'Go on with a copy of a Codex conversation',
      description:
        'Give Codex a prompt in a copy of an earlier conversation and wait for its answer; the original stays as it was, so several ways can be tried from one point. Give exactly one of sessionId and forkLast. After the deadline it replies with a jobId while the work goes on. A conversation in which a turn runs cannot be copied.',
      inputSchema: parameters,
      outputSchema: AnswerSchema,
      // What an agent does in the folder depends on the policy: at worst it deletes.
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    },
    async (request, ctx) => {
      const before = ctx.mcpReq.requestState<AwaitedTurn>();
      const correlationId = request.correlationId ?? before?.told?.correlationId ?? crypto.randomUUID();
      try {
        const caller: Caller = { ...protocol, ctx, elicits: elicits(server, ctx) };
        const client = await door.client();
        if (before !== undefined) await takeAnswers(client, before, caller);
        const awaited = before ?? (await begin(door, client, { ...request, correlationId }));
        return await reply(door, client, awaited, caller, request);
      } catch (error) {
        return refused(error, { cli: 'codex', correlationId });
      }
    },
  );
}

function reply(door: Door, client: Daemon, awaited: AwaitedTurn, caller: Caller, request: Arguments): Promise<Reply> {
  const deadlineMs = request.syncDeadlineMs ?? door.options.syncDeadlineMs;
  return awaitTurn(door, client, awaited, caller, { deadlineMs, own: true });
}

async function begin(
  door: Door,
  client: Daemon,
  request: Arguments & { readonly correlationId: string },
): Promise<AwaitedTurn> {
  const { prompt, sessionId, forkLast = false, model, correlationId, idleTimeoutMs } = request;
  if ((sessionId === undefined) !== forkLast)
    throw await failure('invalid_request', 'sessionId, forkLast: give exactly one of the two.');
  const { policy, warnings } = await permissionOf({ permission: codexWords }, request);
  const cwd = () => door.folder(request.workingDir);
  const origin =
    sessionId === undefined
      ? await newestSession(client, 'codex', cwd())
      : ((await namedSession(client, 'codex', sessionId)) ?? { agent: 'codex', cwd: cwd(), threadId: sessionId });
  if (request.workingDir !== undefined && origin.cwd !== cwd())
    // In the wrong folder an agent would read and change the wrong files.
    throw await failure(
      'invalid_request',
      `workingDir: ${cwd()} is not the folder of the conversation: ${origin.cwd}.`,
    );
  const change = {
    ...(model !== undefined && { model }),
    ...(policy !== undefined && { policy }),
    ...(idleTimeoutMs !== undefined && { idleMs: idleTimeoutMs }),
  };
  const { session, turnId } = await client.request({
    session: 'id' in origin ? { fork: origin.id, ...change } : { ...origin, fork: true, ...change },
    text: prompt,
    correlationId,
  });
  door.created.add(session.id);
  return {
    sessionId: session.id,
    turnId,
    after: session.head,
    warnings,
    told: { correlationId },
    asked: [],
    isNew: true,
  };
}
