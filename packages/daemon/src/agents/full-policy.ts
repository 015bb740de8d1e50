// The policy `full` holds only below folders for which the operator has opted in.

import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { Session } from '@parley/schema';

/** Throws `policy_not_allowed`. `folders`: those of `policy.full`. */
export function checkFullPolicy(folders: readonly string[], { policy, cwd }: Pick<Session, 'policy' | 'cwd'>): void {
  if (policy !== 'full') return;
  const allowed = folders.some((folder) => {
    const way = relative(realFolder(folder), cwd);
    return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !way.startsWith(sep));
  });
  if (!allowed) throw new ParleyError('policy_not_allowed', `The policy "full" is not allowed in ${cwd}.`, { cwd });
}

/** Sessions have real paths, so what they are compared with needs one too. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder; // It does not exist yet: then no session is in it either.
  }
}
