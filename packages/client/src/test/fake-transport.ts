// A daemon in memory: it keeps the events of sessions, and a test decides when connections break, lag or are refused.

import type { ClientFrame, ErrorBody, ParleyEvent, ServerFrame, SessionId } from '@parley/schema';
import type { Socket, SocketHandlers, Transport, TransportAnswer, TransportRequest } from '../transport.ts';

export interface Connection {
  readonly frames: readonly ClientFrame[];
  send(frame: ServerFrame): void;
  sendText(text: string): void;
  /** The network breaks. */
  cut(): void;
}

export class FakeTransport implements Transport {
  readonly place = 'memory';
  readonly requests: TransportRequest[] = [];
  readonly connections: Connection[] = [];
  readonly #events = new Map<SessionId, ParleyEvent[]>();
  readonly #open = new Set<OpenConnection>();
  /** Refuses everything with this. */
  refusal: ErrorBody | undefined;
  /** Breaks off every request. */
  unreachable = false;
  /** Largest number of events in one frame. */
  batchSize = 100;
  onConnect = (_connection: Connection) => {};
  onFrame = (_frame: ClientFrame, _connection: Connection) => {};
  answer: (request: TransportRequest) => { status: number; body?: unknown } = () => ({ status: 200, body: {} });

  async send(request: TransportRequest): Promise<TransportAnswer> {
    this.requests.push(request);
    if (this.unreachable) throw new Error('connection refused');
    const { status, body } =
      this.refusal === undefined ? this.answer(request) : { status: 401, body: { error: this.refusal } };
    const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
    return {
      status,
      text: async () => text,
      chunks: async function* () {
        for (const byte of new TextEncoder().encode(text)) yield Uint8Array.of(byte);
      },
    };
  }

  connect(_path: string, handlers: SocketHandlers): Socket {
    const connection = new OpenConnection(this, handlers);
    queueMicrotask(() => {
      if (connection.gone) return;
      if (this.unreachable || this.refusal !== undefined) return connection.cut();
      this.#open.add(connection);
      this.connections.push(connection);
      handlers.opened();
      this.onConnect(connection);
    });
    return connection.socket;
  }

  stored(sessionId: SessionId): readonly ParleyEvent[] {
    return this.#events.get(sessionId) ?? [];
  }

  /** A session has these events now, and its subscribers hear of them. */
  append(sessionId: SessionId, events: readonly ParleyEvent[]): void {
    this.#events.set(sessionId, [...this.stored(sessionId), ...events]);
    for (const connection of this.#open) connection.publish(sessionId, events);
  }

  forget(connection: OpenConnection): void {
    this.#open.delete(connection);
  }
}

class OpenConnection implements Connection {
  readonly frames: ClientFrame[] = [];
  readonly socket: Socket;
  readonly #transport: FakeTransport;
  readonly #handlers: SocketHandlers;
  readonly #subscribed = new Set<SessionId>();
  gone = false;

  constructor(transport: FakeTransport, handlers: SocketHandlers) {
    this.#transport = transport;
    this.#handlers = handlers;
    this.socket = { send: (text) => this.#take(text), close: () => this.cut() };
  }

  publish(sessionId: SessionId, events: readonly ParleyEvent[]): void {
    if (!this.#subscribed.has(sessionId)) return;
    for (let at = 0; at < events.length; at += this.#transport.batchSize) {
      this.send({ type: 'events', sessionId, events: events.slice(at, at + this.#transport.batchSize) });
    }
  }

  send(frame: ServerFrame): void {
    if (frame.type === 'lagged') this.#subscribed.delete(frame.sessionId);
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    setImmediate(() => {
      if (!this.gone) this.#handlers.received(text);
    });
  }

  cut(): void {
    if (this.gone) return;
    this.gone = true;
    this.#transport.forget(this);
    queueMicrotask(() => this.#handlers.closed('cut'));
  }

  #take(text: string): void {
    if (this.gone) return;
    const frame = JSON.parse(text) as ClientFrame;
    this.frames.push(frame);
    setImmediate(() => {
      if (this.gone) return;
      if (frame.type === 'subscribe') {
        const stored = this.#transport.stored(frame.sessionId);
        this.send({ type: 'subscribed', sessionId: frame.sessionId, head: stored.at(-1)?.seq ?? 0 });
        this.#subscribed.add(frame.sessionId);
        this.publish(
          frame.sessionId,
          stored.filter(({ seq }) => seq > frame.after),
        );
      }
      if (frame.type === 'unsubscribe') this.#subscribed.delete(frame.sessionId);
      this.#transport.onFrame(frame, this);
    });
  }
}

/** Notices numbered from `first` to `last`, with holes as deltas leave them when `step` is above 1. */
export function notices(sessionId: SessionId, first: number, last: number, step = 1): readonly ParleyEvent[] {
  const events: ParleyEvent[] = [];
  for (let seq = first; seq <= last; seq += step) {
    events.push({ type: 'notice', level: 'info', code: 'test', text: `${seq}`, seq, sessionId, at: 0 });
  }
  return events;
}
