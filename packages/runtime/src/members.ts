// Which processes belong to a run, and ending them. Membership is decided on values, so that the rule can be read and tested.

import { setTimeout } from 'node:timers/promises';
import type { RunRecord } from '@parley/schema';
import { lives, signal } from './process-table.ts';
import type { LivingProcess, ProcessTable } from './process-table.ts';

/**
 * All that carry the run's marker, wherever they went; and those that hide their environment but never left the run's session, as long
 * as somebody marked in that session proves that it still is the run's (the system gives no pid twice while a session bears its number).
 * Never this process itself: a daemon that an agent started carries the marker too.
 */
export function membersOf(record: RunRecord, living: readonly LivingProcess[]): readonly LivingProcess[] {
  const marked = (one: LivingProcess): boolean => one.marker === record.marker;
  const sessionIsOurs = living.some((one) => one.leader === record.pid && marked(one));
  return living.filter(
    (one) =>
      one.pid !== process.pid &&
      (marked(one) || (sessionIsOurs && one.leader === record.pid && one.marker === undefined)),
  );
}

export type FindProcesses = () => Promise<readonly LivingProcess[]>;

/** How often new members may turn up (a process that forks faster than it is killed) before we give up. */
const maxRounds = 20;

/** TERM to all that `find` finds, KILL to what is left of them after `stepMs` and to whoever turns up then. Resolves to how many were found. */
export async function endAll(table: ProcessTable, find: FindProcesses, stepMs: number): Promise<number> {
  const ended = new Set<string>();
  for (let round = 0; round < maxRounds; round++) {
    const found = await find();
    if (found.length === 0) break;
    for (const one of found) {
      ended.add(`${one.pid} ${one.startTime}`);
      signal(table, one, round === 0 ? 'SIGTERM' : 'SIGKILL');
    }
    await goneWithin(table, found, stepMs);
  }
  return ended.size;
}

/** KILL to all that `find` finds, until `done`. */
export async function killAll(table: ProcessTable, find: FindProcesses, done: () => boolean): Promise<void> {
  for (let round = 0; round < maxRounds && !done(); round++) {
    const found = await find();
    for (const one of found) signal(table, one, 'SIGKILL');
    await goneWithin(table, found, 100);
  }
}

/** Wait until none of these lives, at most so many milliseconds. */
export async function goneWithin(
  table: ProcessTable,
  processes: readonly LivingProcess[],
  milliseconds: number,
): Promise<void> {
  const until = performance.now() + milliseconds;
  let wait = 1;
  while (processes.some((one) => lives(table, one)) && performance.now() < until) {
    await setTimeout(wait);
    wait = Math.min(wait * 2, 20);
  }
}
