// Opening the sockets: the unix socket (0600) always, the TCP port when serving.

import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo, Server as SocketServer } from 'node:net';
import { ParleyError } from '@parley/schema';

/** Listen on a unix socket. The caller owns the state directory, so a file that lies there is a dead daemon's. */
export async function listenUnix(server: Server, path: string): Promise<void> {
  await rm(path, { force: true });
  await listening(server, () => {
    // No moment in which others could connect. The socket is bound before `listen` returns, and the mask is the whole process's: an agent
    // that is started a moment later must not inherit it.
    const umask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
  });
  await chmod(path, 0o600);
}

/** Listen on TCP. Port 0 takes a free one. Returns the port. Throws `port_in_use`. */
export async function listenTcp(server: Server, host: string, port: number): Promise<number> {
  await listening(server, () => server.listen(port, host));
  return (server.address() as AddressInfo).port;
}

/** Throws `port_in_use` when nobody could listen there now: for whoever wants to know before there is something to lose. */
export async function tryTcp(host: string, port: number): Promise<void> {
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer();
  await listening(server, () => server.listen(port, host));
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** Taken, not allowed, no address of this machine, no such name. */
const notThere = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);

function listening(server: SocketServer, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code !== undefined && notThere.has(error.code);
      reject(taken ? new ParleyError('port_in_use', `Parley cannot listen there: ${error.message}.`) : error);
    });
    server.once('listening', resolve);
    listen();
  });
}
