// A transport that also tells what its client listens for. Since revision 2026-07-28 a client asks for changes in a request that the SDK
// answers by itself, before any server of ours sees it.

import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/server';
import { listenedUris } from './listened-uris.ts';

type Follow = (uris: readonly string[]) => () => void;

/** What is told of each message before the server gets it. */
interface Listener {
  readonly follow: Follow;
  readonly hear: (message: unknown) => void;
  /** The request has its reply, or its client takes it back. */
  readonly settled: (id: unknown) => void;
}

export class ListenedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #inner: Transport;
  readonly #listener: Listener;
  readonly #following = new Map<unknown, () => void>();

  constructor(inner: Transport, listener: Listener) {
    this.#inner = inner;
    this.#listener = listener;
  }

  start(): Promise<void> {
    this.#inner.onmessage = (message) => {
      this.#hear(message);
      this.onmessage?.(message);
    };
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => {
      for (const stop of this.#following.values()) stop();
      this.#following.clear();
      this.onclose?.();
    };
    return this.#inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message)) this.#listener.settled(message.id);
    return this.#inner.send(message, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #hear(message: JSONRPCMessage): void {
    this.#listener.hear(message);
    if (!('method' in message)) return;
    const uris = listenedUris(message);
    if (uris !== undefined && 'id' in message) {
      this.#following.get(message.id)?.();
      this.#following.set(message.id, this.#listener.follow(uris));
    }
    if (message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      this.#listener.settled(id);
      this.#following.get(id)?.();
      this.#following.delete(id);
    }
  }
}
