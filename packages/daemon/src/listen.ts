// Opening the sockets: the unix socket (0600) always, the TCP port when serving.

import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ParleyError } from '@parley/schema';

/** Listen on a unix socket. The caller owns the state directory, so a file that lies there is a dead daemon's. */
export async function listenUnix(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  const umask = process.umask(0o177); // No moment in which others could connect.
  try {
    await listening(server, () => server.listen(path));
  } finally {
    process.umask(umask);
  }
  await chmod(path, 0o600);
}

/** Listen on TCP. Port 0 takes a free one. Returns the port. Throws `port_in_use`. */
export async function listenTcp(server: Server, host: string, port: number): Promise<number> {
  await listening(server, () => server.listen(port, host));
  return (server.address() as AddressInfo).port;
}

function listening(server: Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(taken ? new ParleyError('port_in_use', `Parley cannot listen there: ${error.message}.`) : error);
    });
    server.once('listening', resolve);
    listen();
  });
}
