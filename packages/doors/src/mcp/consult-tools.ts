// Consultation: one question to several agents, their verdicts and what they agree on, under the tools' names of llm-cli-gateway.

import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { addConsultJobTools } from './consult-tools-jobs.ts';
import {
  asking,
  choiceOf,
  choicesOf,
  judgeParameter,
  modelParameter,
  modelsParameter,
  words,
} from './consult-tools-parameters.ts';
import { ReportSchema } from './consult-tools-result.ts';
import { consult, reply, waitForReport } from './consult-tools-run.ts';
import { addSynthesisTool } from './consult-tools-synthesis.ts';
import type { Door } from './door.ts';
import { consultationIdOf } from './known-ids.ts';
import { failed } from './reply.ts';

// Reviewers read the folder and change nothing, yet each call costs what agents cost.
const asks = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true } as const;

const comesBack =
  'Agents read the folder and change nothing. After the deadline (45 s unless configured) it replies with what there is; the work goes on, see validation_report.';

export function addConsultTools(server: McpServer, door: Door): void {
  server.registerTool(
    'validate_with_models',
    {
      title: 'Ask several agents whether something is right',
      description: `Each agent gives a verdict on the question, alone; then what they agree on. ${comesBack}`,
      inputSchema: z.strictObject({
        question: words('What is to be checked.'),
        models: modelsParameter,
        focus: z
          .string()
          .min(1)
          .max(10_000)
          .default('Correctness, hidden assumptions, and what should be done next.')
          .describe('What to look at above all.'),
        judgeModel: judgeParameter.exactOptional(),
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ question, models, focus, judgeModel, ...input }, ctx) =>
      consult(door, ctx, input, {
        kind: 'validate',
        question,
        focus,
        ...choicesOf(models),
        ...(judgeModel !== undefined && { judge: choiceOf(judgeModel) }),
      }),
  );

  server.registerTool(
    'second_opinion',
    {
      title: 'Ask another agent about an answer',
      description: `Another agent forms its own view, then says whether it comes to the same as the answer. ${comesBack}`,
      inputSchema: z.strictObject({
        answer: words('The answer that there is already.'),
        question: words('What was asked.').exactOptional(),
        model: modelParameter
          .describe('Who is asked, as in models. Default: codex where it is usable.')
          .exactOptional(),
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ answer, question = 'Is the answer below right and complete?', model, ...input }, ctx) =>
      consult(door, ctx, input, {
        kind: 'second-opinion',
        question,
        answers: [answer],
        ...choicesOf(model === undefined ? undefined : [model]),
      }),
  );

  server.registerTool(
    'red_team_review',
    {
      title: 'Let agents attack something',
      description: `Each agent looks for what fails, can be abused or was forgotten. ${comesBack}`,
      inputSchema: z.strictObject({
        content: words('A plan, a design, code, a diff.'),
        riskLevel: z.enum(['normal', 'high']).default('normal').describe('high: failure would be grave.'),
        models: modelsParameter,
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ content, riskLevel, models, ...input }, ctx) =>
      consult(door, ctx, input, {
        kind: 'red-team',
        question: 'What is wrong with the material below, and how could it fail or be abused?',
        material: content,
        ...(riskLevel === 'high' && {
          focus:
            'Failure here would be grave: look for rare cases, deliberate abuse, loss of data and what cannot be undone.',
        }),
        ...choicesOf(models),
      }),
  );

  server.registerTool(
    'consensus_check',
    {
      title: 'Ask several agents whether a claim is true',
      description: `approve: true, reject: false, mixed: it depends, unsure: it cannot be known. ${comesBack}`,
      inputSchema: z.strictObject({ claim: words('The claim.'), models: modelsParameter, ...asking }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ claim, models, ...input }, ctx) =>
      consult(door, ctx, input, { kind: 'consensus', question: claim, ...choicesOf(models) }),
  );

  server.registerTool(
    'ask_model',
    {
      title: 'Ask one agent',
      description: `The agent gets the question as it stands, and its answer is given as it is. ${comesBack}`,
      inputSchema: z.strictObject({
        question: words('The question.'),
        model: modelParameter
          .describe('Who is asked, as in models. Default: claude where it is usable.')
          .exactOptional(),
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ question, model, ...input }, ctx) =>
      consult(door, ctx, input, { kind: 'ask', question, ...choicesOf(model === undefined ? undefined : [model]) }),
  );

  server.registerTool(
    'compare_answers',
    {
      title: 'Let an agent compare answers',
      description: `An agent that does not know whose they are ranks the answers and says what each gets right and wrong. ${comesBack}`,
      inputSchema: z.strictObject({
        question: words('What was asked.'),
        answers: z.array(words('An answer.')).min(2).max(26).describe('The answers; A is the first.'),
        judgeModel: judgeParameter
          .describe('Who compares, as in models. Default: the first usable agent.')
          .exactOptional(),
        ...asking,
      }),
      outputSchema: ReportSchema,
      annotations: asks,
    },
    ({ question, answers, judgeModel, ...input }, ctx) =>
      consult(door, ctx, input, {
        kind: 'compare',
        question,
        answers,
        ...(judgeModel !== undefined && { judge: choiceOf(judgeModel) }),
      }),
  );

  server.registerTool(
    'validation_report',
    {
      title: 'The report of a consultation',
      description: 'The report as it stands now, rebuilt from what has ended since. It stays, also after restarts.',
      inputSchema: z.strictObject({
        validationId: z.string().min(1).max(200).describe('validationId of an earlier reply.'),
        wait: z.boolean().describe('Wait until all have ended, at most until the deadline.').default(false),
        syncDeadlineMs: asking.syncDeadlineMs,
      }),
      outputSchema: ReportSchema,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ validationId, wait, syncDeadlineMs }, ctx) => {
      try {
        const client = await door.client();
        const id = consultationIdOf(validationId);
        const report = await client.consultation(id);
        if (!wait || report.status !== 'running') return reply(report);
        const deadlineMs = syncDeadlineMs ?? door.options.syncDeadlineMs;
        return reply((await waitForReport(door, client, ctx, { id, deadlineMs })) ?? report);
      } catch (error) {
        return failed(error, { validationId, status: 'not_started' });
      }
    },
  );

  addSynthesisTool(server, door);
  addConsultJobTools(server, door);
}
