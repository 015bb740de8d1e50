// What is said about the files that a turn changed, where its agent does not say it: only what nobody else can have done.

import { resolve } from 'node:path';
import { newId } from '@parley/schema';
import type { EventBody, FileChange, Snapshot, TurnId } from '@parley/schema';

/** A look at the files to compare the next one with. */
export interface Baseline {
  readonly snapshot: Snapshot;
  /** No other turn was at work in these folders when it was taken. */
  readonly alone: boolean;
  /** How many others had come by then. */
  readonly arrivals: number;
}

/** Why a turn's changes cannot be told. */
export type Unclear = 'shared' | 'restarted' | 'unreadable';

export type Finding = { readonly changes: readonly FileChange[] } | { readonly unclear: Unclear };

/** Code of the notice that says so. */
export const filesUnclearCode = 'file_changes_unclear';

/** Events at most that a finding makes. */
export const fileFindings = 1;

/** Whether nobody else was at work since the baseline, so that what differs is this turn's doing. `arrivals`: those up to now. */
export function isAllItsOwn(baseline: Baseline, arrivals: number): boolean {
  return baseline.alone && baseline.arrivals === arrivals;
}

/** What differs between two looks, as it can be told; undefined where there is nothing to tell. */
export function findingOf(
  changes: readonly FileChange[],
  known: { readonly own: boolean; readonly reported: ReadonlySet<string>; readonly cwd: string },
): Finding | undefined {
  const told = changes.filter((change) => !pathsOf(change, known.cwd).some((path) => known.reported.has(path)));
  if (told.length === 0) return undefined;
  return known.own ? { changes: told } : { unclear: 'shared' };
}

/** Absolute paths that a change is about. */
export function pathsOf({ path, movedTo }: FileChange, cwd: string): readonly string[] {
  return [path, ...(movedTo === undefined ? [] : [movedTo])].map((one) => resolve(cwd, one));
}

/** The event that tells it. `now` is in milliseconds since the epoch. */
export function eventOf(finding: Finding, turnId: TurnId, now: number): EventBody {
  if ('changes' in finding) {
    const { changes } = finding;
    const item = { id: newId('item', now), type: 'file_change', status: 'completed', changes } as const;
    return { type: 'item.completed', turnId, item };
  }
  return { type: 'notice', turnId, level: 'info', code: filesUnclearCode, text: reasons[finding.unclear] };
}

const reasons: Readonly<Record<Unclear, string>> = {
  shared:
    'Another turn was at work in the same folder, so Parley does not say which files this one changed in that time.',
  restarted: 'Parley was restarted during this turn, so it does not say which files the turn changed.',
  unreadable:
    'Too many files differ, or git was too slow or failed, so Parley does not say which files this turn changed.',
};
