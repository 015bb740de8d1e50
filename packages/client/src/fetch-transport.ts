// Reaches a daemon with `fetch` and `WebSocket`: in browsers, and in Node for an address.

import type { Socket, SocketHandlers, Transport, TransportAnswer, TransportRequest } from './transport.ts';

/** What is used of a WebSocket: the browser's, Node's and the one of `ws` all have it. */
export interface WebSocketLike {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export type WebSocketConstructor = new (url: string, options?: WebSocketOptions) => WebSocketLike;

interface WebSocketOptions {
  readonly headers: Readonly<Record<string, string>>;
}

export interface FetchTransportOptions {
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly WebSocket?: WebSocketConstructor | undefined;
}

export function fetchTransport(options: FetchTransportOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, '');
  const send = options.fetch ?? globalThis.fetch;
  const credential = options.token === undefined ? undefined : { authorization: `Bearer ${options.token}` };
  return {
    place: base,
    async send({ method, path, body, signal }: TransportRequest): Promise<TransportAnswer> {
      const answer = await send(base + path, {
        method,
        headers: { ...credential, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
      });
      return { status: answer.status, text: () => answer.text(), chunks: () => chunksOf(answer) };
    },
    connect(path: string, handlers: SocketHandlers): Socket {
      const Constructor = options.WebSocket ?? platformWebSocket();
      const url = base.replace(/^http/, 'ws') + path;
      // Browsers allow no headers here: a page authenticates by its cookie and has no token.
      return adapt(
        credential === undefined ? new Constructor(url) : new Constructor(url, { headers: credential }),
        handlers,
      );
    },
  };
}

/** The platform's types know protocols as the second argument and nothing else; it gets one only where the caller gave a token. */
function platformWebSocket(): WebSocketConstructor {
  const platform: unknown = globalThis.WebSocket;
  return platform as WebSocketConstructor;
}

function adapt(socket: WebSocketLike, handlers: SocketHandlers): Socket {
  let open = false;
  let closed = false;
  const close = (reason: string) => {
    if (closed) return;
    closed = true;
    handlers.closed(reason);
  };
  socket.addEventListener('open', () => {
    open = true;
    if (!closed) handlers.opened();
  });
  socket.addEventListener('message', ({ data }) => {
    if (!closed && typeof data === 'string') handlers.received(data);
  });
  // An error is always followed by a close, which says more.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code, reason }) =>
    close(reason || (open ? `closed with ${code}` : 'no connection')),
  );
  return {
    send: (text) => socket.send(text),
    close() {
      socket.close();
      // On a dead network the closing handshake takes minutes; nobody here waits for it.
      queueMicrotask(() => close('closed by this side'));
    },
  };
}

async function* chunksOf(answer: Response): AsyncGenerator<Uint8Array> {
  if (answer.body === null) return;
  // Not `for await`: Safari's streams are not iterable.
  const reader = answer.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
