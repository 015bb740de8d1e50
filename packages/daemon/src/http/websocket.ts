// /api/ws: several sessions on one socket, one frame for each batch of events, encoded once for all sockets.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { ClientFrameSchema, errorBody, ParleyError } from '@parley/schema';
import type { ServerFrame, SessionId } from '@parley/schema';
import type { Engine, EventBatch, EventSink } from '@parley/engine';

/** Bytes that may wait in a socket before its subscriptions are cut. */
const maxWaiting = 16 * 1024 * 1024;
/** Bytes of one frame from a client: they only subscribe. */
const maxPayload = 64 * 1024;
const maxSubscriptions = 200;
const pingMs = 30_000;
/** Milliseconds that a client gets to say goodbye when the daemon stops. */
const goodbyeMs = 500;

export class WebSocketDoor {
  readonly #engine: Engine;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Take over an upgrade that the gate has let through. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (connection) => new Connection(this.#engine, connection));
  }

  close(): void {
    for (const connection of this.#server.clients) {
      connection.close(1001, 'the daemon is stopping');
      // One that hangs would hold the process for 30 s.
      setTimeout(() => connection.terminate(), goodbyeMs).unref();
    }
    this.#server.close();
  }
}

class Connection {
  readonly #engine: Engine;
  readonly #socket: WebSocket;
  readonly #subscriptions = new Map<SessionId, () => void>();
  #unwatch: (() => void) | undefined;
  #alive = true;
  /** Frames are obeyed one after the other: a second subscription has to find the first one to replace it. */
  #obeyed: Promise<void> = Promise.resolve();

  constructor(engine: Engine, socket: WebSocket) {
    this.#engine = engine;
    this.#socket = socket;
    socket.on('message', (data, binary) => {
      this.#obeyed = this.#obeyed.then(() => this.#take(data, binary));
    });
    socket.on('error', () => socket.terminate());
    const ping = setInterval(() => {
      if (!this.#alive) return socket.terminate();
      this.#alive = false;
      socket.ping();
    }, pingMs);
    socket.on('pong', () => (this.#alive = true));
    socket.once('close', () => {
      clearInterval(ping);
      this.#unwatch?.();
      for (const unsubscribe of this.#subscriptions.values()) unsubscribe();
      this.#subscriptions.clear();
    });
  }

  async #take(data: RawData, binary: boolean): Promise<void> {
    try {
      await this.#obey(binary || !Buffer.isBuffer(data) ? '' : data.toString());
    } catch (error) {
      const body = ParleyError.is(error) ? error.body : errorBody('internal', 'The frame could not be handled.');
      this.#send({ type: 'error', error: body });
    }
  }

  async #obey(text: string): Promise<void> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ParleyError('malformed_json', 'A frame must be one JSON object as text.');
    }
    const frame = ClientFrameSchema.safeParse(value);
    if (!frame.success)
      throw new ParleyError(
        'invalid_request',
        `Not a frame that Parley knows: ${frame.error.issues[0]?.message ?? ''}`,
      );
    switch (frame.data.type) {
      case 'ping':
        this.#send({ type: 'pong' });
        return;
      case 'watch':
        this.#watch();
        return;
      case 'unsubscribe':
        this.#unsubscribe(frame.data.sessionId);
        return;
      case 'subscribe':
        await this.#subscribe(frame.data.sessionId, frame.data.after);
        return;
    }
  }

  #watch(): void {
    this.#unwatch?.();
    this.#unwatch = this.#engine.watch((change) => {
      this.#send(
        'session' in change
          ? { type: 'session', session: change.session }
          : { type: 'session-deleted', sessionId: change.deleted },
      );
    });
    this.#send({ type: 'sessions', sessions: this.#engine.sessions() });
  }

  #unsubscribe(sessionId: SessionId): void {
    this.#subscriptions.get(sessionId)?.();
    this.#subscriptions.delete(sessionId);
  }

  async #subscribe(sessionId: SessionId, after: number): Promise<void> {
    this.#unsubscribe(sessionId);
    if (this.#subscriptions.size >= maxSubscriptions) {
      throw new ParleyError('invalid_request', `One socket takes ${maxSubscriptions} subscriptions.`);
    }
    try {
      const { head } = this.#engine.session(sessionId);
      this.#send({ type: 'subscribed', sessionId, head });
      const sink = new SocketSink(this.#socket, () => {
        this.#subscriptions.delete(sessionId);
        this.#send({ type: 'lagged', sessionId });
      });
      const { unsubscribe } = await this.#engine.subscribe(sessionId, after, sink);
      const end = (): void => {
        sink.close();
        unsubscribe();
      };
      if (this.#socket.readyState !== this.#socket.OPEN) end();
      else if (!sink.closed) this.#subscriptions.set(sessionId, end);
    } catch (error) {
      if (!ParleyError.is(error)) throw error;
      this.#send({ type: 'error', sessionId, error: error.body });
    }
  }

  #send(frame: ServerFrame): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

class SocketSink implements EventSink {
  readonly #socket: WebSocket;
  readonly #onLagged: () => void;
  #sent: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(socket: WebSocket, onLagged: () => void) {
    this.#socket = socket;
    this.#onLagged = onLagged;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(batch: EventBatch): boolean {
    if (this.#closed) return false;
    if (this.#socket.bufferedAmount + batch.frame.length < maxWaiting / 2) {
      this.#socket.send(batch.frame, { binary: false });
    } else {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#sent = promise;
      this.#socket.send(batch.frame, { binary: false }, () => resolve());
    }
    return this.#socket.bufferedAmount < maxWaiting;
  }

  drained(): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#sent;
  }

  lagged(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onLagged();
  }

  /** Nothing of this subscription is sent any more, not even what was being read from the store for it. */
  close(): void {
    this.#closed = true;
  }
}
