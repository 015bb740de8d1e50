// The options that consult, review and second-opinion share.

import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { defaultTimeoutMs } from '@parley/consult';
import type { ConsultRequest } from '@parley/schema';
import { parseDuration } from '../duration.ts';
import type { Io } from '../io.ts';

export interface SharedOptions {
  readonly cwd?: string;
  readonly focus?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly json?: true;
  readonly markdown?: true;
  readonly quiet?: true;
  readonly detach?: true;
}

export function addSharedOptions(command: Command): Command {
  return command
    .option('-C, --cwd <folder>', 'the folder to work in (default: the current one)')
    .option('--focus <words>', 'what to look at above all')
    .option('--timeout <duration>', 'for each agent: 90, 90s, 10m, 1.5h (default: 10m)', durationArgument)
    .addOption(new Option('--json', 'print the report as JSON').conflicts('markdown'))
    .option('--markdown', 'print the report with every answer as it was given')
    .option('-q, --quiet', 'no progress')
    .option('--detach', 'print the id and leave; come back with `parley consultations show`');
}

/** The end of the help of a command that asks agents for verdicts. */
export const sharedHelp =
  '\nThe report goes to stdout, progress to stderr. It is kept (`parley consultations`), and the sessions stay, so what was said can be read\n' +
  'and continued at every door. It goes on in the daemon, also when this command is gone.\n' +
  'Exit codes: 0 all that were asked have answered (whatever they say), else that of the first who has not: 1 failed, 2 usage,\n' +
  '3 agent missing or not logged in, 4 out of time; 130 interrupted. Ctrl-C stops all of them; a second one leaves at once.\n';

/** What is the same for all requests. Agents that review change nothing. */
export function sharedRequest(
  options: SharedOptions,
  io: Io,
): Pick<ConsultRequest, 'cwd' | 'policy' | 'focus' | 'timeoutMs'> {
  const { cwd = '.', focus, timeout = defaultTimeoutMs } = options;
  return {
    cwd: resolve(io.cwd, cwd),
    policy: 'read-only',
    timeoutMs: timeout,
    ...(focus !== undefined && { focus }),
  };
}

function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Write a time like 90, 90s, 10m or 1.5h.');
  return ms;
}
