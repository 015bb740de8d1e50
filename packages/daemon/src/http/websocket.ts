// /api/ws: several sessions on one socket, one frame for each batch of events, encoded once for all sockets.

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { ClientFrameSchema, errorBody, ParleyError, shownSession } from '@parley/schema';
import type { ConsultationId, ConsultReport, ServerFrame, SessionId } from '@parley/schema';
import type { Engine, EventBatch, EventSink } from '@parley/engine';
import type { Consultations } from '../consultations/consultations.ts';

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
  readonly #consultations: Pick<Consultations, 'watch'>;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });

  constructor(engine: Engine, consultations: Pick<Consultations, 'watch'>) {
    this.#engine = engine;
    this.#consultations = consultations;
  }

  /** Take over an upgrade that the gate has let through. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(
      request,
      socket,
      head,
      (connection) => new Connection(this.#engine, this.#consultations, connection),
    );
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
  readonly #consultations: Pick<Consultations, 'watch'>;
  readonly #socket: WebSocket;
  readonly #subscriptions = new Map<SessionId, () => void>();
  readonly #unwatchOf = new Map<ConsultationId, () => void>();
  #unwatch: (() => void) | undefined;
  #alive = true;
  /** Frames are obeyed one after the other: a second subscription has to find the first one to replace it. */
  #obeyed: Promise<void> = Promise.resolve();

  constructor(engine: Engine, consultations: Pick<Consultations, 'watch'>, socket: WebSocket) {
    this.#engine = engine;
    this.#consultations = consultations;
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
      for (const unwatch of this.#unwatchOf.values()) unwatch();
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
      case 'watch-consultation':
        await this.#watchConsultation(frame.data.consultationId);
        return;
      case 'unwatch-consultation':
        this.#unwatchConsultation(frame.data.consultationId);
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
          ? { type: 'session', session: shownSession(change.session) }
          : { type: 'session-deleted', sessionId: change.deleted },
      );
    });
    this.#send({ type: 'sessions', sessions: this.#engine.sessions().map(shownSession) });
  }

  async #watchConsultation(consultationId: ConsultationId): Promise<void> {
    this.#unwatchConsultation(consultationId);
    if (this.#unwatchOf.size >= maxSubscriptions) {
      throw new ParleyError('invalid_request', `One socket follows ${maxSubscriptions} consultations.`);
    }
    try {
      const unwatch = await this.#consultations.watch(consultationId, {
        changed: newestOnly(this.#socket, (report: ConsultReport) => ({ type: 'consultation', report })),
        deleted: () => {
          this.#unwatchConsultation(consultationId);
          const error = errorBody('unknown_consultation', `The consultation ${consultationId} was deleted.`);
          this.#send({ type: 'error', consultationId, error });
        },
      });
      if (this.#socket.readyState === this.#socket.OPEN) this.#unwatchOf.set(consultationId, unwatch);
      else unwatch();
    } catch (error) {
      if (!ParleyError.is(error)) throw error;
      this.#send({ type: 'error', consultationId, error: error.body });
    }
  }

  #unwatchConsultation(consultationId: ConsultationId): void {
    this.#unwatchOf.get(consultationId)?.();
    this.#unwatchOf.delete(consultationId);
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

/** Sends a value as a frame, and while an earlier one is still on its way only the newest of those that come. */
function newestOnly<Value>(socket: WebSocket, frameOf: (value: Value) => ServerFrame): (value: Value) => void {
  let next: { readonly value: Value } | undefined;
  let isBusy = false;
  const send = (): void => {
    if (next === undefined || isBusy || socket.readyState !== socket.OPEN) return;
    const text = JSON.stringify(frameOf(next.value));
    next = undefined;
    isBusy = true;
    socket.send(text, () => {
      isBusy = false;
      send();
    });
  };
  return (value) => {
    next = { value };
    send();
  };
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
