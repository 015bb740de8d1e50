// `parley config show`: each value and where it comes from.

import type { Command } from 'commander';
import { placesOf } from '@parley/client/node';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description(
      'The configuration. Order: flag, PARLEY_* in the environment, project file, your config.toml, default.',
    )
    .addHelpText(
      'after',
      `\nYour file: ${placesOf(io.env).configFile}\n${examples(['parley config show', 'each value with its origin'])}`,
    );
  command
    .command('show', { isDefault: true })
    .description('Print the values that hold, each with its origin.')
    .option('--json', 'print {"entries":[{"key","value","origin"}]}')
    .action(async ({ json }: { readonly json?: true }) => {
      const entries = await (await openClient(io)).config();
      if (json === true) return void io.stdout.write(`${JSON.stringify({ entries })}\n`);
      const rows = entries.map(({ key, value, origin }) => [key, JSON.stringify(value), origin]);
      io.stdout.write(showTable(['KEY', 'VALUE', 'FROM'], rows));
    });
}
