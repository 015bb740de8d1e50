// `parley attach <session>`: the whole conversation, then what comes.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Client } from '@parley/client';
import type { Approval, ApprovalId, ErrorBody, ParleyEvent, SessionId } from '@parley/schema';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import { Asker } from '../follow/asker.ts';
import { offer } from '../follow/follow-turn.ts';
import { humanPrinter, jsonPrinter } from '../follow/printer.ts';
import type { Io } from '../io.ts';
import { keepDaemon, openClient } from '../open-client.ts';
import { exitCodeOf, reportTurnError } from '../report-error.ts';

interface AttachOptions {
  readonly after: number;
  readonly untilIdle?: true;
  readonly json?: true;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description('Show a session from its beginning and follow it. Ctrl-C leaves; the session goes on.')
    .argument('<session>', 'its id, or the end of it')
    .option('--after <seq>', 'begin after the event with this number', seqArgument, 0)
    .option('--until-idle', 'end when nothing runs and nothing is queued')
    .option('--json', 'print events, one JSON object a line')
    .addHelpText(
      'after',
      '\nExit codes with --until-idle: those of the last turn (0 completed, 1 failed, 3 agent missing or not logged in, 4 out of time,\n' +
        '130 interrupted).\n' +
        examples(
          ['parley attach ses_01KAJ…', 'watch and answer approvals'],
          ['parley attach 9T3V --until-idle', 'wait for a turn begun with --no-wait'],
          ['parley attach 9T3V --after 120 --json', 'events from number 121 on'],
        ),
    )
    .action(async (session: string, options: AttachOptions) => end(await attach(session, options, io)));
}

async function attach(given: string, options: AttachOptions, io: Io): Promise<number> {
  const client = await openClient(io);
  const { id } = await client.session(await findSession(client, given));
  const json = options.json === true;
  const printer = json ? jsonPrinter(io) : humanPrinter(io, { stdout: 'messages', hidesPrompt: false, quiet: false });
  const asker = !json && io.stdinKind === 'terminal' && io.stderrIsTerminal ? new Asker(client, io) : undefined;
  const leaving = new AbortController();
  const stopListening = io.onInterrupt(() => leaving.abort());
  const stopKeeping = keepDaemon(client, io, (text) => printer.note(text));
  const waiting = new Map<ApprovalId, Approval>();
  let last: ParleyEvent | undefined;
  let failure: ErrorBody | undefined;
  try {
    const batches = client.eventBatches(id, { after: options.after, signal: leaving.signal });
    if (options.untilIdle === true && (await isIdleAt(client, id, options.after))) return 0;
    for await (const batch of batches) {
      for (const event of batch) {
        printer.print(event);
        if (event.type === 'approval.requested') waiting.set(event.approval.id, event.approval);
        if (event.type === 'approval.resolved') {
          waiting.delete(event.approvalId);
          asker?.settle(event.approvalId);
        }
        if (!endsTurn(event)) continue;
        last = event;
        printer.finish();
        failure = 'error' in event ? event.error : undefined;
        if (failure !== undefined && !json) await reportTurnError(failure, io);
      }
      const end = batch.at(-1)?.seq ?? 0;
      // What was answered long ago comes resolved in a later batch: only the newest events can hold a question.
      if (waiting.size > 0 && (await client.session(id)).head <= end) {
        for (const approval of waiting.values()) offer(approval, printer, asker);
        waiting.clear();
      }
      if (options.untilIdle === true && (await isIdleAt(client, id, end))) {
        return last?.type === 'turn.interrupted' ? 130 : failure === undefined ? 0 : await exitCodeOf(failure);
      }
    }
    return 130;
  } finally {
    stopListening();
    stopKeeping();
    leaving.abort();
    asker?.close();
  }
}

/** Whether nothing runs, nothing is queued, and there is no event after this one. */
async function isIdleAt(client: Client, id: SessionId, seq: number): Promise<boolean> {
  const { activeTurnId, queue, head } = await client.session(id);
  return activeTurnId === undefined && queue.length === 0 && head <= seq;
}

function endsTurn(event: ParleyEvent): boolean {
  return ['turn.completed', 'turn.interrupted', 'turn.failed', 'turn.lost'].includes(event.type);
}

function seqArgument(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Write the number of an event.');
  return Number(text);
}
