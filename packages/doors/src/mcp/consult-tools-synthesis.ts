// `synthesize_validation`: a judge brings results together that the caller holds, or those of a consultation.

import type { ConsultReport } from '@parley/schema';
import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Asking } from './consult-tools-parameters.ts';
import { asking, choiceOf, judgeParameter, words } from './consult-tools-parameters.ts';
import { ReportSchema } from './consult-tools-result.ts';
import type { Synthesis } from './consult-tools-result.ts';
import { consult } from './consult-tools-run.ts';
import type { Door } from './door.ts';
import { consultationIdOf } from './known-ids.ts';
import { failed, structured } from './reply.ts';

/** As a validation tool has given it; nothing but this is read of it. */
const GivenResultSchema = z.looseObject({
  provider: z.string().min(1).max(200),
  status: z.enum(['running', 'completed', 'failed', 'canceled', 'orphaned', 'skipped']),
  verdict: z.string().max(10_000).exactOptional(),
  rationale: z.string().max(1_000_000).exactOptional(),
  risks: z.array(z.string()).max(200).exactOptional(),
});

interface Input extends Asking {
  readonly question: string;
  readonly providerResults?: readonly z.output<typeof GivenResultSchema>[];
  readonly validationId?: string;
  readonly judgeModel?: string;
}

/** What there is to judge. */
interface Results {
  readonly pending: number;
  readonly completed: readonly string[];
  readonly missing: number;
}

export function addSynthesisTool(server: McpServer, door: Door): void {
  server.registerTool(
    'synthesize_validation',
    {
      title: 'Let a judge bring results together',
      description:
        'Give the results of a validation (or its validationId): a judge that sees only the completed ones says what they agree on. While one is pending it waits for you to come again; with none completed it is skipped.',
      inputSchema: z.strictObject({
        question: words('What was asked.'),
        providerResults: z
          .array(GivenResultSchema)
          .min(1)
          .max(26)
          .describe('`results` of an earlier reply.')
          .exactOptional(),
        validationId: z.string().min(1).max(200).describe('Instead of providerResults.').exactOptional(),
        judgeModel: judgeParameter
          .describe('Who judges, named as in models. Default: the first usable agent.')
          .exactOptional(),
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    },
    (input, ctx) => synthesize(door, ctx, input),
  );
}

async function synthesize(door: Door, ctx: ServerContext, input: Input): Promise<CallToolResult> {
  const { question, providerResults, validationId, judgeModel, ...rest } = input;
  try {
    if ((providerResults === undefined) === (validationId === undefined)) {
      const { failure } = await import('@parley/client');
      throw await failure('invalid_request', 'Give providerResults or validationId, one of them.');
    }
    const { pending, completed, missing } =
      validationId === undefined
        ? givenResults(providerResults ?? [])
        : resultsOf(await (await door.client()).consultation(consultationIdOf(validationId)));
    if (pending > 0) {
      return notBegun('waiting_for_provider_results', judgeModel, `${pending} have not ended yet: come again then.`);
    }
    if (completed.length === 0)
      return notBegun('skipped', judgeModel, 'None has completed: there is nothing to judge.');
    return await consult(door, ctx, rest, {
      kind: 'synthesis',
      question,
      answers: completed,
      missing,
      ...(judgeModel !== undefined && { judge: choiceOf(judgeModel) }),
    });
  } catch (error) {
    return failed(error, { validationId: null, status: 'not_started' });
  }
}

function givenResults(results: NonNullable<Input['providerResults']>): Results {
  const of = (...wanted: readonly string[]) => results.filter(({ status }) => wanted.includes(status));
  const completed = of('completed');
  return {
    pending: of('running').length,
    // Without names: judges favour them.
    completed: completed.map(({ verdict, rationale, risks }) => JSON.stringify({ verdict, rationale, risks })),
    missing: results.length - completed.length,
  };
}

function resultsOf({ reviewers }: ConsultReport): Results {
  const completed = reviewers.flatMap(({ state, answer }) => (state === 'answered' ? (answer ?? []) : []));
  return {
    pending: reviewers.filter(({ state }) => state === 'waiting' || state === 'working').length,
    completed,
    missing: reviewers.length - completed.length,
  };
}

function notBegun(status: Synthesis['status'], judgeModel: string | undefined, note: string): CallToolResult {
  const synthesis: Synthesis = { status, judgeModel: judgeModel ?? null, rawJobReference: null, note };
  return structured({ success: true, validationId: null, status: 'not_started', synthesis });
}
