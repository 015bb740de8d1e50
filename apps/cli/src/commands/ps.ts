// `parley ps`: the processes of agents that run now.

import type { Command } from 'commander';
import type { OwnedProcess } from '@parley/schema';
import type { Context } from '../commands.ts';
import { showDuration } from '../duration.ts';
import { examples } from '../examples.ts';
import { openRunningClient } from '../open-client.ts';
import { showTable } from '../table.ts';

export function define(command: Command, { io }: Context): void {
  command
    .description(
      'List the processes of agents: what they work on, and how they are. Processor time and memory are those of a whole process group, on Linux; elsewhere only whether it lives is known.',
    )
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples(['parley ps', 'what runs now'], ["parley ps --json | jq '.processes[].health.pid'", 'their pids']),
    )
    .action(async ({ json }: { readonly json?: true }) => {
      const processes = await (await openRunningClient(io)).processes();
      if (json === true) return void io.stdout.write(`${JSON.stringify({ processes })}\n`);
      if (processes.length === 0) return void io.stdout.write('no agent runs\n');
      const head = ['PID', 'AGENT', 'STATE', 'CPU', 'MEMORY', 'FOR', 'TURN', 'SESSION'];
      io.stdout.write(showTable(head, processes.map(rowOf), io.stdoutIsTerminal ? io.columns : Infinity));
    });
}

function rowOf({ agent, sessionId, turnId, runningForMs, health }: OwnedProcess): readonly string[] {
  const { pid, alive = true, state, cpuPercent, memoryRssKb } = health ?? {};
  return [
    pid === undefined ? '-' : String(pid),
    agent,
    pid === undefined ? 'starting' : alive ? (state ?? 'alive') : 'dead',
    cpuPercent === null || cpuPercent === undefined ? '-' : `${cpuPercent} %`,
    memoryRssKb === null || memoryRssKb === undefined ? '-' : `${Math.round(memoryRssKb / 1024)} MB`,
    runningForMs === undefined ? '-' : showDuration(runningForMs),
    turnId ?? 'idle',
    sessionId,
  ];
}
