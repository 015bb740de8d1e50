// Sessions as people name them: by the whole id, or by its end or beginning where that is enough.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import type { SessionId } from '@parley/schema';

const wholeId = /^ses_[0-9A-Z]{26}$/;

/** Throws `unknown_session` when none or more than one is meant. */
export async function findSession(client: Client, given: string): Promise<SessionId> {
  if (wholeId.test(given)) return given as SessionId;
  const wanted = given.toLowerCase();
  const ids = (await client.sessions()).map(({ id }) => id);
  const meant = ids.filter((id) => id.toLowerCase().startsWith(wanted) || id.toLowerCase().endsWith(wanted));
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only;
  throw await failure(
    'unknown_session',
    meant.length === 0
      ? `No session matches "${given}".`
      : `${meant.length} sessions match "${given}": give more of the id.`,
  );
}
