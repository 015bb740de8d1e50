// `parley adapter …`: what the daemon puts before agents that do not speak in lines. It is part of the agent's run.

import type { Command } from 'commander';
import type { Context } from '../commands.ts';

export function define(command: Command, { end }: Context): void {
  command
    .argument('[args...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: readonly string[]) => {
      const { runAdapter } = await import('@parley/runtime');
      end(await runAdapter(args));
    });
}
