// Which processes of a state directory live, for somebody who only looks.

import { markerPrefix } from './marker.ts';
import { processTable } from './process-table.ts';

/** Ids of the living processes that carry a marker of one of these instances; never this process itself. */
export async function findMarked(instances: readonly string[]): Promise<readonly number[]> {
  const prefixes = instances.map((instance) => markerPrefix(instance));
  return (await processTable.living())
    .filter(({ pid, marker }) => pid !== process.pid && prefixes.some((prefix) => marker?.startsWith(prefix) === true))
    .map(({ pid }) => pid);
}
