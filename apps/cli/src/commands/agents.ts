// `parley agents`: which there are, one of them, and installing one after a look at the plan.

import type { Command } from 'commander';
import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { InstallPlan } from '@parley/schema';
import { describeAgent, listOfAgents } from '../agents/describe-agents.ts';
import { describePlan } from '../agents/describe-plan.ts';
import type { Context } from '../commands.ts';
import { canAsk, confirm } from '../confirm.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { plainText } from '../terminal/plain-text.ts';
import { UsageError } from '../usage-error.ts';

interface ShowOptions {
  readonly json?: true;
}
interface InstallOptions {
  readonly yes?: true;
  readonly json?: true;
}

export function define(command: Command, { io, end }: Context): void {
  command
    .description('List the agents: which are installed, in which version, and which model server they would talk to.')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(
        ['parley agents', 'all of them'],
        ['parley agents show codex', 'path, login, modes, what it can do, how to install it and log in'],
        ['parley agents install codex', 'the proven version, after a look at the plan'],
        ['parley agents install codex 0.166.0 --yes', 'another version, without a question'],
        ['parley agents upgrade codex latest', 'to what npm calls the latest'],
      ),
    )
    .action(async ({ json }: ShowOptions) => {
      const agents = await (await openClient(io)).agents();
      const width = io.stdoutIsTerminal ? io.columns : Infinity;
      io.stdout.write(json === true ? `${JSON.stringify({ agents })}\n` : listOfAgents(agents, width));
    });

  command
    .command('show')
    .description('Show all that is known of one agent.')
    .argument('<agent>', 'codex, claude, …')
    .option('--json', 'print it as JSON')
    .action(async (given: string, { json }: ShowOptions) => {
      const agents = await (await openClient(io)).agents();
      const wanted = given.trim().toLowerCase();
      const agent = agents.find(({ name }) => name.toLowerCase() === wanted);
      if (agent === undefined) {
        const known = agents.map(({ name }) => name).join(', ');
        throw await failure('unknown_agent', `There is no agent "${given}"; the known ones are ${known}.`);
      }
      io.stdout.write(json === true ? `${JSON.stringify({ agent })}\n` : describeAgent(agent));
    });

  command
    .command('install')
    .description(
      "Install an agent's program from npm into Parley's own data folder, in the version that Parley was proven on or in another one. Shows the plan first.",
    )
    .argument('<agent>', 'codex, claude, …')
    .argument('[version]', 'a version (1.2.3) or a tag (latest)')
    .option('-y, --yes', 'do it without a question')
    .option('--json', 'print the plan and the progress, one JSON object a line')
    .action(async (name: string, version: string | undefined, options: InstallOptions) => {
      const client = await openClient(io);
      const plan = await client.planInstallation(name, version === undefined ? {} : { version });
      if (!(await act(client, plan, options, io))) end(1);
    });

  command
    .command('upgrade')
    .description(
      'Bring an agent that Parley has installed to the proven version, or to another one. Shows the plan first.',
    )
    .argument('<agent>', 'codex, claude, …')
    .argument('[version]', 'a version (1.2.3) or a tag (latest)')
    .option('-y, --yes', 'do it without a question')
    .option('--json', 'print the plan and the progress, one JSON object a line')
    .action(async (name: string, version: string | undefined, options: InstallOptions) => {
      const client = await openClient(io);
      const plan = await client.planInstallation(name, version === undefined ? {} : { version });
      await checkIsParleys(plan);
      if (plan.current === plan.version && plan.found !== undefined) {
        const text = `nothing to do: ${plan.title} ${plan.version} is installed`;
        io.stdout.write(options.json === true ? `${JSON.stringify({ plan, text, done: true })}\n` : `${text}\n`);
      } else if (!(await act(client, plan, options, io))) end(1);
    });
}

/** What somebody else has installed stays theirs. */
async function checkIsParleys({ agent, title, current, found }: InstallPlan): Promise<void> {
  if (current !== undefined) return;
  const message =
    found === undefined
      ? `${title} is not installed.`
      : `${title} at ${found.path} is not of Parley's installing, so it is yours to upgrade; \`parley agents install ${agent}\` puts one beside it that comes first.`;
  throw await failure('agent_not_installed', message);
}

/** Shows the plan, asks, and does it. False when a person said no. */
async function act(client: Client, plan: InstallPlan, { yes, json }: InstallOptions, io: Io): Promise<boolean> {
  if (json === true) io.stdout.write(`${JSON.stringify({ plan })}\n`);
  else (yes === true ? io.stderr : io.stdout).write(describePlan(plan));
  if (yes !== true) {
    if (json === true || !canAsk(io)) throw new UsageError('Nothing was done. With --yes it is.');
    if (!(await confirm('Go ahead?', io))) {
      io.stderr.write('Nothing was done.\n');
      return false;
    }
  }
  // The version of the plan, not the tag that was asked for: that may mean another one by now.
  for await (const progress of client.installAgent(plan.agent, { version: plan.version })) {
    if (json === true) io.stdout.write(`${JSON.stringify(progress)}\n`);
    else if (progress.text !== '') io.stderr.write(`${plainText(progress.text).trimEnd()}\n`);
  }
  return true;
}
