// Makes a client of a daemon at an address, with what browsers and Node both have.

import { Client } from './client.ts';
import { fetchTransport } from './fetch-transport.ts';
import type { WebSocketConstructor } from './fetch-transport.ts';
import type { Reconnect } from './live/reconnect.ts';

export interface ClientOptions {
  /** For example `http://127.0.0.1:7337`; in a page its own origin is the default. */
  readonly baseUrl?: string;
  /** Sent as a bearer. A page has a cookie instead: browsers cannot send a token with a WebSocket. */
  readonly token?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly WebSocket?: WebSocketConstructor;
  readonly reconnect?: Partial<Reconnect>;
}

/** A client over `fetch` and `WebSocket`. No request is made yet. */
export function createClient(options: ClientOptions = {}): Client {
  const baseUrl =
    options.baseUrl ?? (globalThis as { readonly location?: { readonly origin: string } }).location?.origin;
  if (baseUrl === undefined) throw new TypeError('createClient needs a baseUrl outside of a page');
  const { token, fetch, WebSocket } = options;
  return new Client(fetchTransport({ baseUrl, token, fetch, WebSocket }), options.reconnect);
}
