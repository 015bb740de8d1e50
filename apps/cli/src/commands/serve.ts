// `parley serve`: the daemon in the foreground.

import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';

interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
  readonly install: boolean;
  readonly tcp: boolean;
  readonly detached?: true;
}

export function define(command: Command, _context: Context): void {
  command
    .description(
      'Run the daemon here and open the page on a TCP port. When no agent is installed, Codex is installed first. Ctrl-C stops it.',
    )
    .option('--port <port>', 'the port of the page (default: 7337, or the configuration)', portArgument)
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1, or the configuration)')
    .option('--no-install', 'install no agent')
    .option('--no-tcp', 'only the unix socket: no page')
    .addOption(new Option('--detached', 'started by another command, in the background').hideHelp())
    .addHelpText(
      'after',
      examples(
        ['parley serve', 'the page is at the address that is printed'],
        ['parley serve --port 0', 'on any free port'],
      ),
    )
    .action(async ({ port, host, install, tcp, detached }: ServeOptions) => {
      // A daemon lives long and is idle most of the time: its young heap stays at the size that it has now, instead of growing with the first
      // busy moment and never shrinking again. 5 MB less, for 5 % of the speed of a flood of events (Node 24.21; as an argument of Node it
      // has no effect).
      process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
      const { serve } = await import('@parley/daemon');
      await serve({
        install: install && detached !== true,
        tcp,
        ...(port !== undefined && { port }),
        ...(host !== undefined && { host }),
      });
    });
}

function portArgument(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('Write a number from 0 to 65535.');
  return port;
}
