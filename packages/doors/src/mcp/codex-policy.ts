// What Codex's own two words for permissions, sandbox and approvals, are in Parley's one.

import { failure } from '@parley/client';
import type { Policy } from '@parley/schema';

export const sandboxModes = ['read-only', 'workspace-write', 'danger-full-access'] as const;
export const approvalModes = ['untrusted', 'on-request', 'never'] as const;

export interface CodexPermissions {
  readonly sandboxMode?: (typeof sandboxModes)[number];
  readonly askForApproval?: (typeof approvalModes)[number];
}

/** The pairs that Codex is really started with, each for one policy (packages/drivers/src/codex/README.md). */
const pairs: readonly (readonly [Policy, CodexPermissions])[] = [
  ['read-only', { sandboxMode: 'read-only', askForApproval: 'never' }],
  ['ask', { sandboxMode: 'workspace-write', askForApproval: 'untrusted' }],
  ['edit', { sandboxMode: 'workspace-write', askForApproval: 'on-request' }],
  ['full', { sandboxMode: 'danger-full-access', askForApproval: 'never' }],
];

/**
 * Undefined where nothing was said. `workspace-write` alone is `edit`. Throws `invalid_request` for a pair that no policy stands for, for example
 * commands that nobody is asked about in a folder that may be written.
 */
export async function codexPolicy({ sandboxMode, askForApproval }: CodexPermissions): Promise<Policy | undefined> {
  if (sandboxMode === undefined && askForApproval === undefined) return undefined;
  const fits = pairs.filter(
    ([, pair]) =>
      (sandboxMode === undefined || pair.sandboxMode === sandboxMode) &&
      (askForApproval === undefined || pair.askForApproval === askForApproval),
  );
  const found = fits.find(([policy]) => fits.length === 1 || (policy === 'edit' && askForApproval === undefined));
  if (found !== undefined) return found[0];
  const known = pairs.map(
    ([policy, pair]) => `${policy} is sandboxMode ${pair.sandboxMode} with askForApproval ${pair.askForApproval}`,
  );
  const given = [sandboxMode && `sandboxMode ${sandboxMode}`, askForApproval && `askForApproval ${askForApproval}`];
  throw await failure(
    'invalid_request',
    `askForApproval: no policy stands for ${given.filter(Boolean).join(' with ')}: ${known.join(', ')}.`,
  );
}
