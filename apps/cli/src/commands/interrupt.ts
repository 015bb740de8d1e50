// `parley interrupt <session>`.

import type { Command } from 'commander';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import { openClient } from '../open-client.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description('Stop the running turn of a session. Queued turns run next, unless they are dropped.')
    .argument('<session>', 'its id, or the end of it')
    .option('--drop-queue', 'drop what is queued too')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', examples(['parley interrupt 9T3V', 'stop it']))
    .action(async (given: string, options: { readonly dropQueue?: true; readonly json?: true }) => {
      const client = await openClient(io);
      const id = await findSession(client, given);
      const result = await client.interrupt(id, options.dropQueue === true ? { queue: 'drop' } : {});
      const told = result.turnId === undefined ? 'nothing is running' : `interrupting ${result.turnId}`;
      io.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : `${told}\n`);
    });
}
