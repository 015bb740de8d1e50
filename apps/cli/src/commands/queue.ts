// `parley queue <session>`: what waits in a session, in the order in which it runs.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { QueuedTurn, SessionId, TurnId } from '@parley/schema';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { readPrompt } from '../prompt.ts';
import { plainLine } from '../terminal/plain-text.ts';

interface Queued {
  readonly client: Client;
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
}

export function define(command: Command, { io }: Context): void {
  command
    .description(
      'See what waits in a session, and change it. A turn is named by its number in the queue or the end of its id.',
    )
    .argument('<session>', 'its id, or the end of it')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley queue 9T3V', 'what runs next'],
        ['parley queue move 9T3V 3 1', 'the third becomes the next'],
        ["parley queue edit 9T3V 1 'and run the tests'", 'other words'],
        ['parley queue cancel 9T3V 2', 'take one back'],
      ),
    )
    .action(async (given: string, options: { readonly json?: true }) => {
      const client = await openClient(io);
      const { queue } = await client.session(await findSession(client, given));
      print(queue, options.json === true, io);
    });
  command
    .command('move')
    .description('Give a queued turn another place.')
    .argument('<session>', 'its id, or the end of it')
    .argument('<turn>', 'its number in the queue, or the end of its id')
    .argument('<place>', '1 is next', place)
    .action(async (session: string, turn: string, position: number) => {
      const { client, sessionId, turnId } = await find(session, turn, io);
      print(await client.changeQueued(sessionId, turnId, { position }), false, io);
    });
  command
    .command('edit')
    .description('Give a queued turn other words.')
    .argument('<session>', 'its id, or the end of it')
    .argument('<turn>', 'its number in the queue, or the end of its id')
    .argument('[text...]', 'the words; `-` reads standard input')
    .action(async (session: string, turn: string, words: readonly string[]) => {
      const text = await readPrompt(words, io, () => {});
      const { client, sessionId, turnId } = await find(session, turn, io);
      print(await client.changeQueued(sessionId, turnId, { text }), false, io);
    });
  command
    .command('cancel')
    .description('Take a queued turn back; it never runs.')
    .argument('<session>', 'its id, or the end of it')
    .argument('<turn>', 'its number in the queue, or the end of its id')
    .action(async (session: string, turn: string) => {
      const { client, sessionId, turnId } = await find(session, turn, io);
      await client.cancelQueued(sessionId, turnId);
      io.stdout.write(`cancelled ${turnId}\n`);
    });
}

async function find(session: string, turn: string, io: Io): Promise<Queued> {
  const client = await openClient(io);
  const sessionId = await findSession(client, session);
  const { queue } = await client.session(sessionId);
  const wanted = turn.toLowerCase();
  const found = /^\d{1,3}$/.test(turn)
    ? queue.slice(Number(turn) - 1, Number(turn))
    : queue.filter(({ turnId }) => turnId.toLowerCase().endsWith(wanted));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return { client, sessionId, turnId: only.turnId };
  throw await failure(
    'turn_not_queued',
    `${found.length === 0 ? 'Nothing' : `${found.length} turns`} in the queue of ${sessionId} (${queue.length} long) is "${turn}".`,
  );
}

function print(queue: readonly QueuedTurn[], asJson: boolean, io: Io): void {
  if (asJson) return void io.stdout.write(`${JSON.stringify({ queue })}\n`);
  if (queue.length === 0) return void io.stdout.write('nothing is queued\n');
  for (const [index, { turnId, text }] of queue.entries())
    io.stdout.write(`${index + 1}. ${turnId}  ${plainLine(text)}\n`);
}

function place(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a number; 1 is next.');
  return Number(text);
}
