// `parley fork <session>`: a new session that goes on from the same conversation.

import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Policy, Session } from '@parley/schema';
import type { Client } from '@parley/client';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import { findSession } from '../find-session.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { UsageError } from '../usage-error.ts';

/** As in the schema, whose code is not loaded for this. */
const policies = ['read-only', 'ask', 'edit', 'full'] as const satisfies readonly Policy[];

interface ForkOptions {
  readonly title?: string;
  readonly model?: string;
  readonly policy?: Policy;
  readonly agent?: string;
  readonly cwd?: string;
  readonly json?: true;
}

export function define(command: Command, { io }: Context): void {
  command
    .description(
      'Make a new session that goes on from the same conversation, and print its id. The old one stays as it is.\n' +
        'The agent copies its conversation when the first words come; `parley agents show <agent>` tells whether it can.',
    )
    .argument('<session>', "its id, or the end of it; with --agent: the agent's own id of a conversation")
    .option('-t, --title <title>', 'a name for the new session')
    .option('-m, --model <model>', 'another model')
    .addOption(new Option('-p, --policy <policy>', 'what it may do without asking').choices(policies))
    .option('--agent <agent>', 'copy a conversation that only this agent knows')
    .option('-C, --cwd <folder>', 'with --agent: its folder (default: the current one)')
    .option('--json', 'print the new session as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley fork 9T3V', 'prints the id of the copy'],
        ["parley run codex --session 9T3V --fork 'try it the other way'", 'copy and ask in one step'],
      ),
    )
    .action(async (given: string, options: ForkOptions) => {
      if (options.cwd !== undefined && options.agent === undefined)
        throw new UsageError('--cwd is for --agent: a session stays in its folder.');
      const session = await fork(await openClient(io), given, options, io);
      io.stdout.write(`${options.json === true ? JSON.stringify(session) : session.id}\n`);
    });
}

async function fork(client: Client, given: string, options: ForkOptions, io: Io): Promise<Session> {
  const { title, model, policy, agent, cwd = '.' } = options;
  const change = {
    ...(title !== undefined && { title }),
    ...(model !== undefined && { model }),
    ...(policy !== undefined && { policy }),
  };
  if (agent === undefined) return client.forkSession(await findSession(client, given), change);
  return client.createSession({ agent, cwd: resolve(io.cwd, cwd), threadId: given, fork: true, ...change });
}
