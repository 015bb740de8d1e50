// The marker: one variable in the environment of every process of a run, inherited by all that the agent starts. It is the proof of
// ownership that survives `setsid`, double forks and the death of the process that started it.

import type { RunId } from '@parley/schema';

export const markerName = 'PARLEY_RUN';

export function markerOf(instance: string, runId: RunId): string {
  return `${markerPrefix(instance)}${runId}`;
}

/** What the markers of all runs of one state directory begin with. */
export function markerPrefix(instance: string): string {
  return `${instance}/`;
}
