// `parley approvals`: what waits for an answer, and the answers.

import type { Command } from 'commander';
import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { Approval, ApprovalAnswer, ApprovalOption } from '@parley/schema';
import type { Context } from '../commands.ts';
import { showDuration } from '../duration.ts';
import { examples } from '../examples.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';
import { UsageError } from '../usage-error.ts';

interface AnswerOptions {
  readonly message?: string;
  readonly always?: true;
  readonly stop?: true;
  readonly answer?: readonly string[];
}

export function define(command: Command, { io }: Context): void {
  command
    .description('List what agents ask, and answer it. What nobody answers in time is denied.')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley approvals', 'what is waiting'],
        ['parley approvals allow 4Q7Z', 'by the end of its id'],
        ["parley approvals deny 4Q7Z -m 'use npm test instead'", 'with words for the agent'],
      ),
    )
    .action(async (options: { readonly json?: true }) => {
      const approvals = await (await openClient(io)).approvals({ pending: true });
      if (options.json === true) return void io.stdout.write(`${JSON.stringify({ approvals })}\n`);
      if (approvals.length === 0) return void io.stdout.write('nothing is waiting\n');
      const rows = approvals.map(({ id, sessionId, kind, deadlineAt, title }) => [
        id,
        sessionId,
        kind,
        showDuration(Math.max(0, deadlineAt - Date.now())),
        title,
      ]);
      io.stdout.write(
        showTable(['ID', 'SESSION', 'KIND', 'LEFT', 'ASKS'], rows, io.stdoutIsTerminal ? io.columns : Infinity),
      );
    });

  const answerer = (name: 'allow' | 'deny', description: string) =>
    command
      .command(name)
      .description(description)
      .argument('<approval>', 'its id, or the end of it')
      .option('-m, --message <text>', 'words for the agent')
      .action(async (given: string, options: AnswerOptions) => {
        const client = await openClient(io);
        const approval = await findApproval(client, given);
        await client.answerApproval(approval.id, answerFor(approval, name, options));
        io.stdout.write(`${name === 'allow' ? 'allowed' : 'denied'} ${approval.id}\n`);
      });
  answerer('allow', 'Allow it.')
    .option('--always', 'and whatever is like it, for the rest of the session')
    .option('--answer <text...>', 'for a question: one answer to each, in their order');
  answerer('deny', 'Deny it; the turn goes on, or is not started at all where that was asked.').option(
    '--stop',
    'and end the turn',
  );
}

async function findApproval(client: Client, given: string): Promise<Approval> {
  const wanted = given.toLowerCase();
  const found = (await client.approvals({ pending: true })).filter(({ id }) => id.toLowerCase().endsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw await failure(
    'unknown_approval',
    `${found.length === 0 ? 'No approval' : `${found.length} approvals`} match "${given}".`,
  );
}

function answerFor(approval: Approval, name: 'allow' | 'deny', options: AnswerOptions): ApprovalAnswer {
  const effect =
    name === 'allow' ? (options.always === true ? 'allow-always' : 'allow') : options.stop === true ? 'cancel' : 'deny';
  const option = approval.options.find((one) => one.effect === effect);
  if (option === undefined)
    throw new UsageError(`This approval cannot be answered so; it offers: ${offered(approval.options)}.`);
  const { questions = [] } = approval;
  const { answer = [], message } = options;
  if (name === 'allow' && answer.length !== questions.length) {
    const asked = questions.map(({ text }) => `\n  ${text}`).join('');
    throw new UsageError(`Give ${questions.length} answers with --answer, not ${answer.length}:${asked}`);
  }
  return {
    optionId: option.id,
    ...(message !== undefined && { message }),
    ...(answer.length > 0 && {
      answers: Object.fromEntries(questions.map(({ id }, index) => [id, [answer[index] ?? '']])),
    }),
  };
}

function offered(options: readonly ApprovalOption[]): string {
  const flags = { allow: 'allow', 'allow-always': 'allow --always', deny: 'deny', cancel: 'deny --stop' } as const;
  return options.map(({ effect }) => flags[effect]).join(', ');
}
