// `parley models`: which models the agents know, by what names, and what a name becomes.

import type { Command } from 'commander';
import { describeModels, describeResolution, listOfModels } from '../agents/describe-models.ts';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { openClient } from '../open-client.ts';
import { plainLine } from '../terminal/plain-text.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description(
      "List the models that agents are known to know. From the strongest source: your configuration, the environment, the agent's own settings, names that Parley brings along. An agent may know more; a name that is not listed is passed on as it is.",
    )
    .argument('[agent]', 'codex, claude, …')
    .argument('[name]', 'tell what this name becomes')
    .option('--json', 'print {"agents":[…]}, with a name also "resolution"')
    .addHelpText(
      'after',
      examples(
        ['parley models', 'each agent with what it takes when no model is named'],
        ['parley models claude', 'its models and aliases, each with its source'],
        ['parley models claude fast', 'what the alias agents.claude.aliases.fast stands for'],
      ),
    )
    .action(async (agent: string | undefined, name: string | undefined, { json }: { readonly json?: true }) => {
      const page = await (
        await openClient(io)
      ).models({
        ...(agent === undefined ? {} : { agent: agent.trim().toLowerCase() }),
        ...(name === undefined ? {} : { name }),
      });
      if (json === true) return void io.stdout.write(`${JSON.stringify(page)}\n`);
      const width = io.stdoutIsTerminal ? io.columns : Infinity;
      const [only] = page.agents;
      if (page.resolution !== undefined) io.stdout.write(describeResolution(page.resolution));
      else if (agent === undefined || only === undefined) io.stdout.write(listOfModels(page.agents, width));
      else io.stdout.write(describeModels(only, width));
      const unlisted = page.resolution?.warning;
      const warnings = page.agents.flatMap((each) => each.warnings);
      for (const warning of unlisted === undefined ? warnings : [...warnings, unlisted])
        io.stderr.write(`parley: ${plainLine(warning)}\n`);
    });
}
