// The session's policy against what an agent asks: which questions Parley answers by itself.

import type { DriverContext } from '@parley/schema';
import { isEditKind } from './decode.ts';
import { isInside } from '../shared/paths.ts';
import type { ToolCall } from './state.ts';

export type Decision = 'allow' | 'deny' | 'ask';

// Kinds of ACP that change nothing. What is none of these, or has no kind at all, may change something.
const harmless: ReadonlySet<string> = new Set(['read', 'search', 'think', 'fetch']);

/**
 * - `full`: yes.
 * - `edit`: yes to edits, deletions and moves whose every path lies inside the folders of the session; the rest is asked.
 * - `ask`: asked.
 * - `read-only`: no. What changes nothing is put to the session all the same, which says no to it too, so that the refusal can be seen.
 */
export function decide(call: ToolCall, context: DriverContext): Decision {
  switch (context.policy) {
    case 'full':
      return 'allow';
    case 'edit': {
      const folders = [context.cwd, ...(context.addedFolders ?? [])];
      const isLocal = call.paths.length > 0 && call.paths.every((path) => isInside(path, folders));
      return isEditKind(call.kind) && isLocal ? 'allow' : 'ask';
    }
    case 'ask':
      return 'ask';
    case 'read-only':
      return call.kind !== undefined && harmless.has(call.kind) ? 'ask' : 'deny';
  }
}
