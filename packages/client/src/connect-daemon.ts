// Finds the daemon of a state directory.

import { Client } from './client.ts';
import { createClient } from './create-client.ts';
import type { WebSocketConstructor } from './fetch-transport.ts';
import type { Reconnect } from './live/reconnect.ts';
import type { Places } from './places.ts';
import { isPrivateFolder } from './private-folder.ts';
import { socketTransport } from './socket-transport.ts';

/** A program waits for a daemon that comes back, but not for ever. */
const reconnect: Partial<Reconnect> = { giveUpMs: 30_000 };

/** Where a daemon is: its unix socket, or an address and a token. */
export type DaemonPlace = { readonly socket: string } | { readonly address: string; readonly token?: string };

/** A client of the daemon there. No request is made yet. */
export async function connectDaemon(place: DaemonPlace): Promise<Client> {
  if ('socket' in place) return new Client(socketTransport(place.socket), reconnect);
  // The one that is documented to send headers, which the token needs.
  const { WebSocket } = await import('ws');
  return createClient({
    baseUrl: place.address,
    reconnect,
    WebSocket: WebSocket as unknown as WebSocketConstructor,
    ...(place.token !== undefined && { token: place.token }),
  });
}

/** A client of the daemon that owns these places, or undefined when none listens. Takes less than a millisecond. */
export async function findDaemon(places: Places): Promise<Client | undefined> {
  return (await listens(places)) ? connectDaemon({ socket: places.socket }) : undefined;
}

/** Whether somebody listens on the socket, who is us. */
export function listens(places: Places): Promise<boolean> {
  if (places.socketDir !== places.stateDir && !isPrivateFolder(places.socketDir)) return Promise.resolve(false);
  // Not `import`: as in socket-transport.ts.
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve) => {
    const socket = connect(places.socket);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
