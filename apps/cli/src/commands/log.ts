// `parley log`: the record of requests, over all sessions, those that are gone too.

import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import { turnStates } from '@parley/schema';
import type { FindRequests, RecordedText, RequestRecord, TurnId, Usage } from '@parley/schema';
import type { Context } from '../commands.ts';
import { showAge, showDuration } from '../duration.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';
import { plainLine, plainText } from '../terminal/plain-text.ts';

interface ListOptions {
  readonly limit: number;
  readonly agent?: string;
  readonly status?: FindRequests['status'];
  readonly correlation?: string;
  readonly before?: string;
  readonly json?: true;
}

/** Records in which the end of an id is looked for. */
const searched = 500;

export function define(command: Command, { io }: Context): void {
  command
    .description(
      'List what was asked, newest first: each request has one row, which stays when its session is deleted. Secrets are taken out before anything is kept.',
    )
    .option('-n, --limit <count>', 'how many', limitArgument, 20)
    .option('-a, --agent <agent>', 'only those of this agent')
    .addOption(new Option('--status <status>', 'only those with this status').choices([...turnStates, 'deduped']))
    .option('--correlation <id>', 'only those that their caller named so')
    .option('--before <request>', 'only those before this one, by its id or the end of it')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley log', 'the last 20 requests'],
        ['parley log --agent codex --status failed', 'what went wrong with Codex'],
        ['parley log show 9T3V', 'one of them with prompt and answer, by the end of its id'],
      ),
    )
    .action(async ({ limit, agent, status, correlation, before, json }: ListOptions) => {
      const client = await openClient(io);
      const find: FindRequests = {
        limit,
        ...(agent === undefined ? {} : { agent }),
        ...(status === undefined ? {} : { status }),
        ...(correlation === undefined ? {} : { correlationId: correlation }),
        ...(before === undefined ? {} : { before: await findRecord(client, before) }),
      };
      const requests = await client.records(find);
      if (json === true) return void io.stdout.write(`${JSON.stringify({ requests })}\n`);
      io.stdout.write(requests.length === 0 ? 'no requests\n' : listOf(requests, io));
    });

  command
    .command('show')
    .description('Show one request with its prompt and answer.')
    .argument('<request>', 'its id, or the end of it')
    .option('--json', 'print it as JSON')
    .action(async (given: string, { json }: { readonly json?: true }) => {
      const client = await openClient(io);
      const record = await client.record(await findRecord(client, given));
      io.stdout.write(json === true ? `${JSON.stringify(record)}\n` : details(record));
    });
}

async function findRecord(client: Client, given: string): Promise<TurnId> {
  const wanted = given.toLowerCase();
  if (/^trn_[0-9a-z]{26}$/.test(wanted)) return `trn_${given.slice(4).toUpperCase()}` as TurnId;
  const found = (await client.records({ limit: searched })).filter(({ id }) => id.toLowerCase().endsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw await failure(
    'unknown_turn',
    `${found.length === 0 ? `None of the last ${searched} requests matches` : `${found.length} requests match`} "${given}".`,
  );
}

function listOf(requests: readonly RequestRecord[], io: Io): string {
  const now = Date.now();
  const rows = requests.map((record) => [
    record.id,
    record.agent,
    statusOf(record),
    showAge(record.queuedAt, now),
    tookOf(record),
    tokensOf(record.usage),
    record.prompt.text ?? '',
  ]);
  const head = ['ID', 'AGENT', 'STATUS', 'AGE', 'TOOK', 'TOKENS', 'PROMPT'];
  return showTable(head, rows, io.stdoutIsTerminal ? io.columns : Infinity);
}

function statusOf({ status, errorCode, dedupedOf }: RequestRecord): string {
  if (dedupedOf !== undefined) return 'deduped';
  return errorCode === undefined ? status : `${status} ${errorCode}`;
}

function tookOf({ startedAt, endedAt, dedupedOf }: RequestRecord): string {
  return startedAt === undefined || endedAt === undefined || dedupedOf !== undefined
    ? '-'
    : showDuration(endedAt - startedAt);
}

/** In and out; `?` is unknown, which is not zero. */
function tokensOf(usage: Usage = {}): string {
  const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage;
  const parts = [inputUncached, cacheRead, cacheWrite5m, cacheWrite1h].filter((part) => part !== undefined);
  if (parts.length === 0 && output === undefined) return '-';
  return `${parts.length === 0 ? '?' : parts.reduce((a, b) => a + b)}/${output ?? '?'}`;
}

function details(record: RequestRecord): string {
  const { usage = {}, approvals = {}, retries, queuedAt, startedAt, firstOutputAt, endedAt } = record;
  const time = (at: number | undefined): string | undefined =>
    at === undefined ? undefined : new Date(at).toISOString();
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', record.id],
    ['correlation', record.correlationId],
    ['agent', `${record.agent} (${record.mode})`],
    ['model', record.model],
    ['model server', record.backend],
    ['session', record.sessionId],
    ['made by', record.origin],
    ['folder', record.cwd],
    ['policy', record.policy],
    ['status', record.status],
    ['taken into', record.into],
    ['answered by', record.dedupedOf],
    ['error', record.errorCode === undefined ? undefined : `${record.errorCode}: ${record.error ?? ''}`],
    ['accepted', time(queuedAt)],
    ['started', time(startedAt)],
    [
      'first output',
      startedAt === undefined || firstOutputAt === undefined
        ? undefined
        : `after ${showDuration(firstOutputAt - startedAt)}`,
    ],
    ['ended', time(endedAt)],
    ['took', tookOf(record)],
    ['retries', retries === 0 ? undefined : String(retries)],
    [
      'approvals',
      Object.entries(approvals)
        .map(([how, count]) => `${count} ${how}`)
        .join(', ') || undefined,
    ],
    [
      'usage',
      Object.entries(usage)
        .map(([bucket, count]) => `${bucket} ${count}`)
        .join(', ') || undefined,
    ],
  ];
  const known = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(14)}${plainLine(value)}\n`],
  );
  return `${known.join('')}\n${spoken('Prompt', record.prompt)}${record.answer === undefined ? '' : spoken('Answer', record.answer)}`;
}

function spoken(name: string, { text, length, redactions }: RecordedText): string {
  const notes = [`${length} characters`, ...(redactions === 0 ? [] : [`${redactions} redacted`])].join(', ');
  return `${name} (${notes})\n${text === undefined ? '' : `${plainText(text)}\n`}\n`;
}

function limitArgument(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > 500)
    throw new InvalidArgumentError('Write a number from 1 to 500.');
  return limit;
}
