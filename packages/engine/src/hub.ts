// Delivers a session's events: replay from the store and the live stream in one step, each subscriber with its own bounded buffer.
// A slow one is told to read again from its last `seq`; nobody waits for it.

import type { SessionId, Store, StoredEvent } from '@parley/schema';

/** Events of one commit. Its frame is encoded once, for all subscribers. */
export class EventBatch {
  readonly sessionId: SessionId;
  readonly events: readonly StoredEvent[];
  #frame: Buffer | undefined;

  constructor(sessionId: SessionId, events: readonly StoredEvent[]) {
    this.sessionId = sessionId;
    this.events = events;
  }

  /** The WebSocket frame `{type: "events", …}` as UTF-8. */
  get frame(): Buffer {
    if (this.#frame === undefined) {
      let text = `{"type":"events","sessionId":"${this.sessionId}","events":[`;
      for (let i = 0; i < this.events.length; i++) text += (i === 0 ? '' : ',') + (this.events[i]?.json ?? '');
      this.#frame = Buffer.from(text + ']}');
    }
    return this.#frame;
  }
}

/** Where a subscriber's events go. */
export interface EventSink {
  /** Take a batch; false when it is now too far behind: a live subscription ends then, one that catches up waits for `drained`. */
  send(batch: EventBatch): boolean;
  /** While catching up: wait until more can be taken. */
  drained(): Promise<void>;
  /** The subscription has ended because the sink was too slow. */
  lagged(): void;
}

const pageSize = 500;
/** Live events kept for a subscriber that still catches up. */
const maxWaiting = 20_000;

interface Subscriber {
  readonly sink: EventSink;
  /** While it catches up, live batches wait here; undefined once it is live. */
  waiting: EventBatch[] | undefined;
  waitingEvents: number;
}

export class Hub {
  readonly #sessionId: SessionId;
  readonly #store: Pick<Store, 'events'>;
  readonly #subscribers = new Set<Subscriber>();

  constructor(sessionId: SessionId, store: Pick<Store, 'events'>) {
    this.#sessionId = sessionId;
    this.#store = store;
  }

  /** Deliver committed events. Never waits. */
  publish(events: readonly StoredEvent[]): void {
    if (events.length === 0 || this.#subscribers.size === 0) return;
    const batch = new EventBatch(this.#sessionId, events);
    for (const subscriber of this.#subscribers) {
      if (subscriber.waiting === undefined) {
        if (!subscriber.sink.send(batch)) this.#drop(subscriber);
      } else {
        subscriber.waiting.push(batch);
        subscriber.waitingEvents += events.length;
        if (subscriber.waitingEvents > maxWaiting) this.#drop(subscriber);
      }
    }
  }

  /** Everything after `after` up to `head`, then the live stream. `head` is the newest committed event. Returns how to unsubscribe. */
  subscribe(after: number, head: number, sink: EventSink): () => void {
    const subscriber: Subscriber = { sink, waiting: [], waitingEvents: 0 };
    this.#subscribers.add(subscriber);
    this.#catchUp(subscriber, after, head).catch(() => this.#drop(subscriber));
    return () => void this.#subscribers.delete(subscriber);
  }

  async #catchUp(subscriber: Subscriber, after: number, head: number): Promise<void> {
    let from = after;
    while (from < head && this.#subscribers.has(subscriber)) {
      const events = await this.#store.events(this.#sessionId, { after: from, until: head, limit: pageSize });
      const last = events.at(-1);
      if (last === undefined || !this.#subscribers.has(subscriber)) break;
      from = last.seq;
      if (!subscriber.sink.send(new EventBatch(this.#sessionId, events))) await subscriber.sink.drained();
    }
    const waiting = subscriber.waiting ?? [];
    subscriber.waiting = undefined;
    for (const batch of waiting) {
      if (!this.#subscribers.has(subscriber)) return;
      if (!subscriber.sink.send(batch)) this.#drop(subscriber);
    }
  }

  #drop(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) subscriber.sink.lagged();
  }
}
