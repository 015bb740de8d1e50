// `parley steer <session> <text>`: words into a running turn.

import type { Command } from 'commander';
import type { SubmitResult } from '@parley/schema';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import { openClient } from '../open-client.ts';
import { readPrompt } from '../prompt.ts';
import { UsageError } from '../usage-error.ts';

interface SteerOptions {
  readonly queue?: true;
  readonly only?: true;
  readonly interrupt?: true;
  readonly json?: true;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Send words into the running turn of a session. Where the agent cannot take them, they are queued; where nothing runs, they start a turn.',
    )
    .argument('<session>', 'its id, or the end of it')
    .argument('[text...]', 'the words; `-` reads standard input')
    .option('--queue', 'queue them behind what is queued already')
    .option('--only', 'into the running turn or not at all')
    .option('--interrupt', 'stop the running turn and run them next')
    .option('--json', 'print what became of them as JSON')
    .addHelpText(
      'after',
      examples(
        ["parley steer 9T3V 'leave the tests alone'", 'while it works'],
        ["parley steer 9T3V --interrupt 'stop, do this instead: …'", 'without waiting for it'],
      ),
    )
    .action(async (given: string, words: readonly string[], options: SteerOptions) => {
      const text = await readPrompt(words, io, () => {});
      const client = await openClient(io);
      const ways = [options.queue && 'queue', options.interrupt && 'interrupt', options.only && 'steer-only'] as const;
      const [when = 'steer', other] = ways.filter((way) => way !== undefined);
      if (other !== undefined) throw new UsageError('--queue, --interrupt and --only say different things.');
      const result = await client.submit(await findSession(client, given), { text, when });
      io.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : `${describe(result)}\n`);
      if (result.outcome === 'returned') end(1);
    });
}

function describe({ outcome, turnId, into, position }: SubmitResult): string {
  switch (outcome) {
    case 'started':
      return `started ${turnId}`;
    case 'steered':
      return `sent into ${into ?? 'the running turn'}`;
    case 'queued':
      return `queued as number ${position ?? 1}: ${turnId}`;
    case 'interrupting':
      return `interrupting; next is ${turnId}`;
    case 'returned':
      return 'given back: no running turn can take them. Without --only they are queued, or start a turn.';
  }
}
