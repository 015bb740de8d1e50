// `parley daemon status|stop|logs`.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { DaemonView } from '@parley/schema';
import { failure } from '@parley/client';
import { findDaemon, placesOf } from '@parley/client/node';
import type { Context } from '../commands.ts';
import { showAge } from '../duration.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { showLog } from '../log-file.ts';
import { openClient, openRunningClient } from '../open-client.ts';

/** Milliseconds that a daemon may take to stop, and between two looks whether it has. */
const stopMs = 30_000;
const lookMs = 20;

export function define(command: Command, { io, end }: Context): void {
  command
    .description('The daemon that owns the sessions: its state, stopping it, its log.')
    .addHelpText(
      'after',
      examples(
        ['parley daemon status --json', 'pid, socket, address, version, memory'],
        ['parley daemon status --start', 'start it when it does not run'],
        ['parley daemon stop', 'working turns go on, the next daemon takes them up'],
        ['parley daemon logs -f', 'follow its log'],
      ),
    );

  command
    .command('status', { isDefault: true })
    .description('Tell whether the daemon runs. Exit code 1 when it does not.')
    .option('--start', 'start it when it does not run')
    .option('--json', 'print it as JSON')
    .action(async ({ start, json }: { readonly start?: true; readonly json?: true }) => {
      const client = await (start === true ? openClient(io) : openRunningClient(io));
      const view = await client.daemon();
      io.stdout.write(json === true ? `${JSON.stringify(view)}\n` : describe(view));
    });

  command
    .command('stop')
    .description('Stop the daemon and wait until it has stopped.')
    .option('--end-runs', 'end working agents too, instead of leaving them to the next daemon')
    .action(async ({ endRuns }: { readonly endRuns?: true }) => {
      io.stdout.write(`${await stop(io, endRuns === true)}\n`);
    });

  command
    .command('logs')
    .description("Print the end of the daemon's log.")
    .option('-n, --lines <count>', 'how many lines', countArgument, 50)
    .option('-f, --follow', 'and what comes')
    .action(async ({ lines, follow }: { readonly lines: number; readonly follow?: true }) => {
      end(await showLog(placesOf(io.env).logFile, { lines, follow: follow === true }, io));
    });
}

function describe({
  pid,
  version,
  socket,
  address,
  stateDir,
  memory,
  startedAt,
  sessions,
  workingTurns,
}: DaemonView): string {
  const facts: readonly (readonly [string, string])[] = [
    ['pid', `${pid}, for ${showAge(startedAt, Date.now()).replace('now', 'less than a minute')}`],
    ['version', version],
    ['socket', socket],
    ['address', address ?? 'none (only `parley serve` opens a port)'],
    ['state', stateDir],
    ['memory', `${Math.round(memory / 1024 / 1024)} MB`],
    ['sessions', `${sessions}, ${workingTurns} working`],
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join('');
}

async function stop(io: Io, endRuns: boolean): Promise<string> {
  const places = placesOf(io.env);
  // Only a daemon knows which agents of an earlier one still work.
  const client = (await findDaemon(places)) ?? (endRuns ? await openClient(io) : undefined);
  if (client === undefined) return 'no daemon runs';
  const { pid, workingTurns } = await client.daemon();
  await client.stopDaemon({ runs: endRuns ? 'end' : 'keep' });
  const deadline = Date.now() + stopMs;
  while (lives(pid)) {
    if (Date.now() > deadline)
      throw await failure('timeout', `The daemon (pid ${pid}) has not stopped after ${stopMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return workingTurns > 0 && !endRuns
    ? `stopped; ${workingTurns === 1 ? 'a turn goes' : `${workingTurns} turns go`} on without it`
    : 'stopped';
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function countArgument(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Write a number.');
  return Number(text);
}
