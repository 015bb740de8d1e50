// Puts the command line together: all names for the help, and the arguments of the chosen command only.

import { Command } from 'commander';
import type { CommanderError } from 'commander';
import { commands, completionCommands } from './commands.ts';
import type { Context } from './commands.ts';
import type { Io } from './io.ts';
import { reportError } from './report-error.ts';

const exitCodes = `
Exit codes:
  0    completed
  1    failed
  2    called in a wrong way
  3    the agent is missing or not logged in
  4    out of time
  130  interrupted`;

/** Runs one command line (without the program's name) and gives its exit code. Never throws. */
export async function runProgram(args: readonly string[], io: Io, version: string): Promise<number> {
  const chosen = chosenCommand(args);
  const options = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  try {
    let code = 0;
    const program = await buildProgram(chosen, version, { io, end: (ended) => (code = ended) });
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return reportError(error, io, {
      json: options.includes('--json'),
      command: commands.some(({ name }) => name === chosen) ? (chosen ?? '') : '',
    });
  }
}

/** The program with the arguments of the chosen command; of all commands for completions. */
export async function buildProgram(chosen: string | undefined, version: string, context: Context): Promise<Command> {
  const { io } = context;
  const program = new Command('parley')
    .description('One door to every coding agent.')
    // What stands after a subcommand's name is the subcommand's.
    .enablePositionalOptions()
    .version(version, '-V, --version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride((error: CommanderError) => {
      throw error;
    })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // Errors are told by whoever catches them.
      writeErr: () => {},
      getOutHasColors: () => false,
      getOutHelpWidth: () => Math.min(io.columns, 110),
    })
    .addHelpText(
      'after',
      `${exitCodes}\n\nExamples:\n  parley serve\n  parley run codex 'why does the build fail?'\n  parley run --help`,
    );
  const completes = chosen === completionCommands.script || chosen === completionCommands.request;
  for (const { name, summary, hidden = false, load } of commands) {
    const command = program
      .command(name, { hidden })
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`);
    if (completes || name === chosen) (await load()).define(command, context);
  }
  if (completes) await (await import('./completions.ts')).addCompletions(program, io);
  else program.command(completionCommands.script).summary('print completions for bash, zsh or fish');
  return program;
}

/** The first word that is no option; after `help` the second. */
function chosenCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}
