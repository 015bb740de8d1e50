// A policy for a Codex that cannot ask: whatever would need a question is refused.

import type { Policy } from '@parley/schema';
import { limitsOf } from '../policy.ts';

/** The sandbox that goes with `-a never`; undefined: none, by the one flag that also means that nothing asks. */
export function execSandbox(policy: Policy): 'read-only' | 'workspace-write' | undefined {
  switch (policy) {
    case 'read-only':
    // Without anybody to ask, only what needs no question is left: looking.
    case 'ask':
      return 'read-only';
    case 'edit':
      return 'workspace-write';
    case 'full':
      return undefined;
  }
}

const asksNobody =
  'Codex cannot ask in this mode: what would need an approval is refused, and Codex may not report the attempt.';

/** For people: where Codex is looser or stricter than the policy's name says. */
export function execLimits(policy: Policy, ownHome: boolean): readonly string[] {
  switch (policy) {
    case 'read-only':
      return limitsOf('read-only', ownHome);
    case 'ask':
      return [asksNobody, 'So nothing can be changed.', ...limitsOf('read-only', ownHome)];
    case 'edit':
      return [asksNobody, ...limitsOf('edit', ownHome)];
    case 'full':
      return [];
  }
}
