// The system's table of processes, reduced to what proves that a process is ours. A pid alone never does: pids are used again.

import { linuxProcessTable } from './process-table-linux.ts';
import { psProcessTable } from './process-table-ps.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** As the system tells it; together with the pid it names one process for all time. */
  readonly startTime: string;
}

export interface LivingProcess extends ProcessIdentity {
  /** The session's id (the group's, where the system does not tell sessions): the pid of the wrapper for all that did not leave it. */
  readonly leader: number;
  /** Value of `PARLEY_RUN`; absent where there is none, or where it may not be read. */
  readonly marker?: string;
}

export interface ProcessTable {
  /** Absent when there is no such process. One that has ended and waits to be collected counts as gone. */
  startTime(pid: number): string | undefined;
  marker(pid: number): string | undefined;
  /** All living processes that were started at `since` or later. Gives other work a turn now and then. */
  living(since?: string): Promise<readonly LivingProcess[]>;
}

export const processTable: ProcessTable = process.platform === 'linux' ? linuxProcessTable : psProcessTable;

/** Whether exactly this process lives. */
export function lives(table: ProcessTable, { pid, startTime }: ProcessIdentity): boolean {
  return table.startTime(pid) === startTime;
}

/** Send a signal if exactly this process still lives, and say whether it was sent. `group`: to the whole group that it leads. */
export function signal(table: ProcessTable, target: ProcessIdentity, name: NodeJS.Signals, group = false): boolean {
  if (!lives(table, target)) return false;
  try {
    process.kill(group ? -target.pid : target.pid, name);
    return true;
  } catch (error) {
    // ESRCH: it went just now. EPERM: it took another user's identity (sudo); it is out of our reach.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}
