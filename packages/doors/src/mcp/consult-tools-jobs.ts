// `job_status`, `job_result` and `list_available_models`: what those need who come from a consultation.

import type { Session, Turn } from '@parley/schema';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cliOfAgent } from './agents.ts';
import { modelParameter } from './consult-tools-parameters.ts';
import { normalizedOf, ProviderResultSchema } from './consult-tools-result.ts';
import type { Door } from './door.ts';
import { turnOfJob } from './known-ids.ts';
import { ModelListSchema, modelListOf } from './model-list.ts';
import { pageOf, usualPage } from './page.ts';
import { ErrorSchema, failed, jobOf, JobSchema, structured } from './reply.ts';

const jobId = z.string().min(1).max(200).describe('jobId of a rawJobReference.');
const error = ErrorSchema.exactOptional();
const looks = { readOnlyHint: true, openWorldHint: false } as const;

export function addConsultJobTools(server: McpServer, door: Door): void {
  server.registerTool(
    'job_status',
    {
      title: 'Status of one agent in a consultation',
      description: 'Whether the job runs, has completed, failed or was canceled.',
      inputSchema: z.strictObject({ jobId }),
      outputSchema: z.object({
        success: z.boolean(),
        job: JobSchema.exactOptional(),
        jobId: z.string().exactOptional(),
        error,
      }),
      annotations: looks,
    },
    async (input) => {
      try {
        const { turn, session } = await findJob(door, input.jobId);
        return structured({ success: true, job: jobOf(turn, session) });
      } catch (caught) {
        return failed(caught, { jobId: input.jobId });
      }
    },
  );

  server.registerTool(
    'job_result',
    {
      title: 'Answer of one agent in a consultation',
      description: 'Its words as they were given, page by page; with `provider` also read as a verdict.',
      inputSchema: z.strictObject({
        jobId,
        provider: modelParameter.describe('Read the answer as the verdict of this agent.').exactOptional(),
        offset: z.int().nonnegative().describe('First character of the page.').default(0),
        maxChars: z.int().min(1000).max(2_000_000).describe('Characters of a page.').default(usualPage),
      }),
      outputSchema: z.object({
        success: z.boolean(),
        result: z
          .object({
            job: JobSchema,
            model: z.string().nullable(),
            answer: z.string().nullable(),
            offset: z.number().int(),
            totalChars: z.number().int(),
            nextOffset: z.number().int().nullable(),
          })
          .exactOptional(),
        normalized: ProviderResultSchema.nullable().exactOptional(),
        jobId: z.string().exactOptional(),
        error,
      }),
      annotations: looks,
    },
    async ({ provider, offset, maxChars, ...input }) => {
      try {
        const { turn, session } = await findJob(door, input.jobId);
        const page = pageOf(turn.answer ?? '', offset, maxChars);
        const model = session.model ?? null;
        const failure = turn.error === undefined ? null : `${turn.error.code}: ${turn.error.message}`;
        return structured({
          success: true,
          result: {
            job: jobOf(turn, session),
            model,
            answer: turn.answer === undefined ? null : page.text,
            offset: page.offset,
            totalChars: page.total,
            nextOffset: page.nextOffset,
          },
          normalized:
            provider === undefined
              ? null
              : normalizedOf({
                  provider,
                  model,
                  state: turn.state,
                  jobId: turn.id,
                  answer: turn.answer ?? '',
                  error: failure,
                }),
        });
      } catch (caught) {
        return failed(caught, { jobId: input.jobId });
      }
    },
  );

  server.registerTool(
    'list_available_models',
    {
      title: 'Models of all agents',
      description: 'As list_models, of all agents.',
      inputSchema: z.strictObject({}),
      outputSchema: z.object({
        success: z.boolean(),
        models: z.record(z.string(), ModelListSchema).exactOptional(),
        error,
      }),
      annotations: looks,
    },
    async () => {
      try {
        const { agents } = await (await door.client()).models();
        const models = Object.fromEntries(agents.map((one) => [cliOfAgent(one.agent), modelListOf(one)]));
        return structured({ success: true, models });
      } catch (caught) {
        return failed(caught);
      }
    },
  );
}

/** Throws `unknown_turn`. */
async function findJob(door: Door, id: string): Promise<{ readonly turn: Turn; readonly session: Session }> {
  const client = await door.client();
  const turn = await turnOfJob(client, id);
  return { turn, session: await client.session(turn.sessionId) };
}
