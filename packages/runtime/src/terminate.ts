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
 * `gentle`: each step gets its time. `hurried`: no time to see the end of stdin, for an agent that does not read it. `at once`: KILL, for
 * a run that floods the disk.
 */
export type Manners = 'gentle' | 'hurried' | 'at once';

/** Resolves to false if even KILL did not help (a process that hangs in the kernel). */
export async function terminate(
  target: TerminateTarget,
  { stepMs, manners }: { readonly stepMs: number; readonly manners: Manners },
): Promise<boolean> {
  const { record, table } = target;
  const members = async () => membersOf(record, await table.living(record.startTime));

  target.closeInput();
  if (manners !== 'at once') {
    if (manners === 'gentle' && (await target.goneWithin(stepMs))) return true;
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
