// Gets a command its daemon, and keeps it while the command follows something.

import { existsSync } from 'node:fs';

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

/** Undefined where none runs. */
export function findClient(io: Io): Promise<Client | undefined> {
  return findDaemon(placesOf(io.env));
}

/** Milliseconds without a connection after which it is looked whether there is a daemon at all. */
const lookAfterMs = 500;

/**
 * Starts the daemon again when it dies while the client follows something. A daemon that was stopped on purpose takes its socket away
 * and is left alone; one that was killed leaves it behind. Returns what ends the watch.
 */
export function keepDaemon(client: Pick<Client, 'onConnection'>, io: Io, note: (text: string) => void): () => void {
  const places = placesOf(io.env);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const revive = async () => {
    if (!existsSync(places.socket) || (await findDaemon(places)) !== undefined) return;
    note('the daemon is gone: starting it again');
    await openClient(io);
  };
  const stop = client.onConnection((state) => {
    clearTimeout(timer);
    if (state !== 'connecting') return;
    // What keeps it from starting is told by the connection that is given up.
    timer = setTimeout(() => void revive().catch((error: unknown) => note(String(error))), lookAfterMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Only one that runs already. Throws `daemon_unreachable`. */
export async function openRunningClient(io: Io): Promise<Client> {
  const places = placesOf(io.env);
  const found = await findDaemon(places);
  if (found === undefined) throw await failure('daemon_unreachable', `No daemon runs for ${places.stateDir}.`);
  return found;
}
