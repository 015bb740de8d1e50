// `parley rehearsal`: the offline model server, in the foreground.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';

interface RehearsalCommandOptions {
  readonly port?: number;
  readonly host?: string;
  readonly scenario?: string;
  readonly pace?: number;
  readonly json?: true;
  readonly quiet?: true;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description(
      'Run the offline model server: scripted answers in the wire formats of real ones, no key, no intelligence. Ctrl-C stops it.',
    )
    .option('--port <port>', 'the port (default: any free one)', numberArgument(65_535))
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--scenario <file>', 'a script in YAML or JSON (default: the built-in persona)')
    .option('--pace <ms>', 'milliseconds before each piece of an answer', numberArgument(60_000))
    .option('--json', 'print the addresses as JSON')
    .option('-q, --quiet', 'do not print requests')
    .addHelpText('after', examples(['parley rehearsal --port 8080', 'prints how to point agents at it']))
    .action(async ({ port, host, scenario, pace, json, quiet }: RehearsalCommandOptions) => {
      const { runRehearsal } = await import('@parley/rehearsal');
      const stopped = new Promise<void>((resolve) => {
        const stopListening = io.onInterrupt(() => {
          stopListening();
          resolve();
        });
      });
      const server = await runRehearsal({
        ...(port !== undefined && { port }),
        ...(host !== undefined && { host }),
        ...(scenario !== undefined && { scenario }),
        ...(pace !== undefined && { pace }),
        ...(json === true && { json }),
        print: (text) => void io.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
        ...(quiet !== true && { log: (line: string) => void io.stderr.write(`${line}\n`) }),
      });
      await stopped;
      await server.close();
      end(130);
    });
}

function numberArgument(most: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,6}$/.test(text) || Number(text) > most)
      throw new InvalidArgumentError(`Write a number from 0 to ${most}.`);
    return Number(text);
  };
}
