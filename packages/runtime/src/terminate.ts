// Ending a run that still works: close stdin → TERM to the group → KILL, each with its time.

import type { RunRecord } from '@parley/schema';
import { killAll, membersOf } from './members.ts';
import { signal } from './process-table.ts';
import type { LivingProcess, ProcessTable } from './process-table.ts';

export interface TerminateTarget {
  readonly record: RunRecord;
  readonly table: ProcessTable;
  closeInput(): void;
  /** These were proven to be the run's, while its wrapper still vouched for the group: they are to be gone in the end, too. */
  remember(members: readonly LivingProcess[]): void;
  isGone(): boolean;
  /** Resolves to whether the agent is gone, after this time at the latest. */
  goneWithin(milliseconds: number): Promise<boolean>;
}

/**
 * Resolves to false if even KILL did not help (a process that hangs in the kernel). `atOnce`: no time for good manners, for a run that
 * floods the disk.
 */
export async function terminate(
  target: TerminateTarget,
  { stepMs, atOnce }: { readonly stepMs: number; readonly atOnce: boolean },
): Promise<boolean> {
  const { record, table } = target;
  const members = async () => membersOf(record, await table.living(record.startTime));

  target.closeInput();
  if (!atOnce) {
    if (await target.goneWithin(stepMs)) return true;
    target.remember(await members());
    signal(table, record, 'SIGTERM', true);
    if (await target.goneWithin(stepMs)) return true;
  }

  // All but the wrapper, which then writes down how the agent ended.
  const membersButWrapper = async () => (await members()).filter((one) => one.pid !== record.pid);
  await killAll(table, membersButWrapper, () => target.isGone());
  if (await target.goneWithin(stepMs)) return true;
  signal(table, record, 'SIGKILL', true);
  return target.goneWithin(stepMs);
}
