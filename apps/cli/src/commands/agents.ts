// `parley agents`: which there are, and installing one.

import type { Command } from 'commander';
import type { AgentView } from '@parley/schema';
import type { Context } from '../commands.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { openClient } from '../open-client.ts';
import { showTable } from '../table.ts';
import { plainText } from '../terminal/plain-text.ts';

interface AgentsOptions {
  readonly json?: true;
}

export function define(command: Command, { io }: Context): void {
  command
    .description('List the agents: which are installed, in which version, and which model server they would talk to.')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(['parley agents', 'all of them'], ['parley agents install codex', 'into the data folder of Parley']),
    )
    .action(async ({ json }: AgentsOptions) => {
      const agents = await (await openClient(io)).agents();
      io.stdout.write(json === true ? `${JSON.stringify({ agents })}\n` : listOf(agents, io));
    });

  command
    .command('install')
    .description(
      "Install an agent's command from npm, in the version that Parley was proven on, into Parley's own data folder.",
    )
    .argument('<agent>', 'codex, claude, …')
    .option('--json', 'print progress, one JSON object a line')
    .action(async (name: string, { json }: AgentsOptions) => {
      const client = await openClient(io);
      for await (const progress of client.installAgent(name)) {
        if (json === true) io.stdout.write(`${JSON.stringify(progress)}\n`);
        else if (progress.text !== '') io.stderr.write(`${plainText(progress.text).trimEnd()}\n`);
      }
    });
}

function listOf(agents: readonly AgentView[], io: Io): string {
  const rows = agents.map(({ name, installed, version, backend, problem, installable, installHint }) => [
    name,
    installed ? (version ?? 'unknown version') : '-',
    `${backend.kind} (${backend.detail})`,
    problem ??
      (installed
        ? 'ready'
        : `not installed: ${installable === undefined ? (installHint ?? '') : `parley agents install ${name} brings ${installable.version}`}`),
  ]);
  return showTable(['AGENT', 'VERSION', 'MODEL SERVER', 'STATE'], rows, io.stdoutIsTerminal ? io.columns : Infinity);
}
