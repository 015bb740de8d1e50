// `parley pair`: a new link that lets a browser in.

import type { Command } from 'commander';
import type { Context } from '../commands.ts';
import { showDuration } from '../duration.ts';
import { examples } from '../examples.ts';
import { openClient } from '../open-client.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description('Print a link that lets one browser in, once. Needs a daemon that has its page open (`parley serve`).')
    .option('--json', 'print {"url","expiresAt"}')
    .addHelpText('after', examples(['parley pair', 'open the link within ten minutes']))
    .action(async ({ json }: { readonly json?: true }) => {
      const link = await (await openClient(io)).createPairingLink();
      if (json === true) return void io.stdout.write(`${JSON.stringify(link)}\n`);
      io.stdout.write(`${link.url}\n`);
      io.stderr.write(`works once, for ${showDuration(link.expiresAt - Date.now())}\n`);
    });
}
