// The id of a new conversation of legacy kimi. It takes one of our choice (`--session <id>` makes what is not there), so two that begin
// at once in one folder never meet, and nobody has to look for the id on disk.

import type { RunId } from '@parley/schema';
import { uuidOf } from '../shared/uuid.ts';

/** The same for the launch and for the reducer of one run. */
export function newSessionId(runId: RunId): string {
  return uuidOf(`kimi:${runId}`);
}
