// Completions for bash, zsh and fish: names and options from the commands themselves, agents and sessions from the daemon.

import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { AgentView, Session } from '@parley/schema';
import { findDaemon, placesOf } from '@parley/client/node';
import { optionNames } from './agent-options.ts';
import { completionCommands } from './commands.ts';
import type { Io } from './io.ts';
import { plainLine } from './terminal/plain-text.ts';

/** Milliseconds that a person waits for names without noticing. */
const patienceMs = 500;

interface Names {
  readonly agents: readonly AgentView[];
  readonly sessions: readonly Session[];
}

/** Adds `completion <shell>` and the hidden command that its scripts call. */
export async function addCompletions(program: Command, io: Io): Promise<void> {
  const { agents, sessions } = await namesOf(io);
  const completions = tab(program, { completionCommandName: completionCommands.script });
  for (const command of completions.commands.values()) {
    const own = command.options.get('option');
    if (own !== undefined) own.handler = (complete) => optionNames.forEach((name) => complete(`${name}=`, ''));
    for (const argument of command.arguments.values()) {
      if (argument.name === 'agent') {
        argument.handler = (complete) => {
          for (const { name, title } of agents) complete(name, title);
        };
      }
      if (argument.name === 'session') {
        argument.handler = (complete) => {
          for (const { id, agent, title } of sessions) complete(id, `${agent}: ${plainLine(title, 60)}`);
        };
      }
    }
  }
}

/** Nothing when no daemon runs: completing a word is no reason to start one. */
async function namesOf(io: Io): Promise<Names> {
  const none: Names = { agents: [], sessions: [] };
  const asked = findDaemon(placesOf(io.env))
    .then(async (client) => {
      if (client === undefined) return none;
      const [agents, sessions] = await Promise.all([client.agents(), client.sessions()]);
      return { agents, sessions };
    })
    .catch(() => none);
  return Promise.race([asked, new Promise<Names>((resolve) => setTimeout(resolve, patienceMs, none).unref())]);
}
