// `parley consultations`: list, show, export, delete.

import { Option } from 'commander';
import type { Command } from 'commander';
import { markdownOf } from '@parley/consult';
import type { ConsultSummary } from '@parley/schema';
import type { Context } from '../commands.ts';
import { findConsultation } from '../consult/find-consultation.ts';
import { showAge } from '../duration.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';
import { plainLine, plainText } from '../terminal/plain-text.ts';

interface ListOptions {
  readonly limit: number;
  readonly json?: true;
}

export function define(command: Command, { io }: Context): void {
  const list = async ({ limit, json }: ListOptions): Promise<void> => {
    const consultations = await (await openClient(io)).consultations({ limit });
    if (json === true) return void io.stdout.write(`${JSON.stringify({ consultations })}\n`);
    io.stdout.write(consultations.length === 0 ? 'no consultations\n' : tableOf(consultations, io));
  };

  command
    .description('List the consultations, newest first.')
    .addOption(limitOption())
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley consultations show 9T3V', 'the report, by the end of its id'],
        ['parley consultations export 9T3V > report.md', 'with every answer as it was given'],
        ['parley consultations export 9T3V --format json', 'as data'],
      ),
    )
    .action(list);

  command
    .command('list')
    .description('The same.')
    .addOption(limitOption())
    .option('--json', 'print them as JSON')
    .action(list);

  command
    .command('show')
    .description('Show the report of a consultation as it stands.')
    .argument('<consultation>', 'its id, or the end of it')
    .action(async (given: string) => {
      const client = await openClient(io);
      const report = await client.consultation(await findConsultation(client, given));
      const text = markdownOf(report, { answers: 'unread' });
      io.stdout.write(io.stdoutIsTerminal ? plainText(text) : text);
    });

  command
    .command('export')
    .description('Print the whole report, with every answer as it was given.')
    .argument('<consultation>', 'its id, or the end of it')
    .addOption(new Option('--format <format>').choices(['md', 'json']).default('md'))
    .action(async (given: string, { format }: { readonly format: 'md' | 'json' }) => {
      const client = await openClient(io);
      const id = await findConsultation(client, given);
      if (format === 'json') io.stdout.write(`${JSON.stringify(await client.consultation(id), undefined, 2)}\n`);
      else io.stdout.write(await client.consultationMarkdown(id));
    });

  command
    .command('delete')
    .description('Interrupt a consultation and forget its report. Its sessions stay.')
    .argument('<consultation>', 'its id, or the end of it')
    .action(async (given: string) => {
      const client = await openClient(io);
      const id = await findConsultation(client, given);
      await client.deleteConsultation(id);
      io.stdout.write(`deleted ${id}\n`);
    });
}

function limitOption(): Option {
  return new Option('--limit <count>', 'at most so many').argParser(Number).default(50);
}

function tableOf(consultations: readonly ConsultSummary[], io: Io): string {
  const rows = consultations.map(({ id, kind, status, startedAt, reviewers, question, ...rest }) => [
    id,
    kind,
    status,
    rest.agreement ?? '-',
    showAge(startedAt, Date.now()),
    reviewers.map(({ agent, verdict, state }) => `${agent}:${verdict ?? state}`).join(' ') || '-',
    plainLine(question),
  ]);
  return showTable(
    ['ID', 'KIND', 'STATUS', 'AGREEMENT', 'AGE', 'AGENTS', 'QUESTION'],
    rows,
    io.stdoutIsTerminal ? io.columns : Infinity,
  );
}
