// What the client needs of a platform: requests and WebSockets to one daemon. One implementation each for browsers and for Node.

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface TransportAnswer {
  readonly status: number;
  text(): Promise<string>;
  /** The body as it comes. */
  chunks(): AsyncIterable<Uint8Array>;
}

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Called once, also when it never opened, with a reason for people. */
  closed(reason: string): void;
}

export interface Socket {
  send(text: string): void;
  /** Ends it without waiting for the other side; `closed` follows. */
  close(): void;
}

export interface Transport {
  /** Where the daemon is, for messages. */
  readonly place: string;
  /** Rejects with the platform's own error when no answer came. */
  send(request: TransportRequest): Promise<TransportAnswer>;
  /** Begins to connect; the handlers tell how it goes, never before this returns. */
  connect(path: string, handlers: SocketHandlers): Socket;
}
