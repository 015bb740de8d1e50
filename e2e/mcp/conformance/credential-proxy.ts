// The suites know no credential. This stands in front of a daemon and adds one to everything, and changes nothing else: Host and Origin get
// to the daemon's gate as they were sent.

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { TestContext } from 'node:test';

export interface CredentialProxy {
  readonly port: number;
  /** Where everything goes from now on. */
  forward(to: { readonly port: number; readonly token: string }): void;
}

/** Ends with the test. */
export async function openCredentialProxy(t: TestContext): Promise<CredentialProxy> {
  let target = { port: 0, token: '' };
  const server = createServer((incoming, response) => {
    const { port, token } = target;
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const outgoing = request(
      { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        // A side that leaves takes the other one with it, and is no error.
        pipeline(answer, response, () => {});
      },
    );
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, forward: (to) => (target = to) };
}
