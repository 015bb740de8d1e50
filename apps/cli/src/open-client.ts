// Gets a command its daemon.

import { failure } from '@parley/client';
import type { Client } from '@parley/client';
import { findDaemon, placesOf, startDaemon } from '@parley/client/node';
import type { Io } from './io.ts';

/** The daemon of this state directory; one is started, detached, where none runs. Throws `daemon_unreachable`. */
export async function openClient(io: Io): Promise<Client> {
  const places = placesOf(io.env);
  const found = await findDaemon(places);
  if (found !== undefined) return found;
  return startDaemon({ places, env: io.env, command: [...io.self, 'serve', '--no-tcp', '--detached'] });
}

/** Only one that runs already. Throws `daemon_unreachable`. */
export async function openRunningClient(io: Io): Promise<Client> {
  const places = placesOf(io.env);
  const found = await findDaemon(places);
  if (found === undefined) throw await failure('daemon_unreachable', `No daemon runs for ${places.stateDir}.`);
  return found;
}
