// Reaches a daemon over its unix socket, with as little loaded code as possible: this is on the way of every short command.

import type { IncomingMessage } from 'node:http';
import type { Socket, SocketHandlers, Transport, TransportAnswer, TransportRequest } from './transport.ts';

/** The gate wants a name that it knows; what protects the socket is its mode. */
const host = 'localhost';

/** TLS's, but worked out for every request: compiling the pattern of an IPv6 address for it takes 2.6 ms (Node 24.21). */
const noServerName = { servername: '' };

export function socketTransport(socketPath: string): Transport {
  return {
    place: socketPath,
    send: (request) => send(socketPath, request),
    connect: (path, handlers) => connect(`ws+unix://${socketPath}:${path}`, handlers),
  };
}

function send(socketPath: string, { method, path, body, signal }: TransportRequest): Promise<TransportAnswer> {
  // Not `import`: that makes Node evaluate http's lazy exports, undici among them, and takes 20 ms instead of 3 (Node 24.21).
  const { request } = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const outgoing = request(
      {
        socketPath,
        method,
        path,
        // Connections to a unix socket are cheap; a kept one would have to be retried when the daemon restarts.
        agent: false,
        ...noServerName,
        ...(signal !== undefined && { signal }),
        headers: {
          host,
          ...(bytes !== undefined && { 'content-type': 'application/json', 'content-length': bytes.length }),
        },
      },
      (incoming) => resolve(answerOf(incoming)),
    );
    outgoing.once('error', reject);
    outgoing.end(bytes);
  });
}

function answerOf(incoming: IncomingMessage): TransportAnswer {
  return {
    status: incoming.statusCode ?? 0,
    async text() {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    chunks: () => incoming as AsyncIterable<Buffer>,
  };
}

function connect(url: string, handlers: SocketHandlers): Socket {
  let wanted = true;
  let closed = false;
  let end = () => {};
  let send = (_text: string) => {};
  const close = (reason: string) => {
    if (closed) return;
    closed = true;
    handlers.closed(reason);
  };
  const begin = async () => {
    // Loaded here because it takes 10 ms, which pass while the daemon starts the agent.
    const { WebSocket } = await import('ws');
    if (!wanted) return;
    const socket = new WebSocket(url, { perMessageDeflate: false, headers: { host }, maxPayload: 512 * 1024 * 1024 });
    let reason = '';
    send = (text) => socket.send(text);
    end = () => socket.terminate();
    socket.on('open', () => closed || handlers.opened());
    socket.on('message', (data: Buffer) => closed || handlers.received(data.toString()));
    socket.on('error', (error) => (reason = error.message));
    socket.on('close', (code) => close(reason || `closed with ${code}`));
  };
  begin().catch((error: unknown) => close(String(error)));
  return {
    send: (text) => send(text),
    close() {
      wanted = false;
      end();
      queueMicrotask(() => close('closed by this side'));
    },
  };
}
