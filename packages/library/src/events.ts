// A session's events as an async iterable: replay, then live, bounded in memory; one that falls behind reads again from the store.

import type { Engine, EventBatch, EventSink } from '@parley/engine';
import type { ParleyEvent, SessionId } from '@parley/schema';

/** Events that wait for a slow consumer; what is beyond is read from the store when it gets there. */
const maxWaiting = 10_000;
const pageSize = 500;

type Source = Pick<Engine, 'subscribe' | 'events'>;

export interface EventReaderOptions {
  readonly sessionId: SessionId;
  /** The number of the last event that is known already; 0 for none. */
  readonly after: number;
  /** Stops it at once. */
  readonly signal?: AbortSignal | undefined;
  /** It is in here until it ends. */
  readonly open: Set<EventReader>;
}

/** Leaving the loop ends the subscription. `next` throws `unknown_session`. */
export class EventReader implements AsyncIterableIterator<ParleyEvent>, EventSink {
  readonly sessionId: SessionId;
  readonly #source: Source;
  readonly #options: EventReaderOptions;
  /** What waits, as JSON, from `#at` on. */
  #waiting: string[] = [];
  #at = 0;
  /** The number of the newest event that has come. */
  #last: number;
  #limit = maxWaiting;
  #subscription: Promise<() => void> | undefined;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(source: Source, options: EventReaderOptions) {
    this.sessionId = options.sessionId;
    this.#source = source;
    this.#options = options;
    this.#last = options.after;
    options.open.add(this);
    options.signal?.addEventListener('abort', this.#stop, { once: true });
    if (options.signal?.aborted === true) this.#stop();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ParleyEvent, undefined>> {
    for (;;) {
      const json = this.#waiting[this.#at];
      if (json !== undefined) {
        this.#taken();
        return { done: false, value: JSON.parse(json) as ParleyEvent };
      }
      if (this.#ended) return { done: true, value: undefined };
      const { promise } = this.#changed;
      await this.#subscribed();
      if (this.#waiting.length === 0 && !this.#ended) await promise;
    }
  }

  return(): Promise<IteratorResult<ParleyEvent, undefined>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** From now on all that comes waits in memory: the store is about to forget the session. */
  async hold(): Promise<void> {
    this.#limit = Infinity;
    this.#tell();
    await this.#unsubscribe();
    while (!this.#ended) {
      const { events } = await this.#source.events(this.sessionId, this.#last, pageSize);
      if (events.length === 0) break;
      for (const event of events) this.#take(event.seq, JSON.stringify(event));
    }
    if (!this.#ended) await this.#subscribed();
  }

  /** No more will come; what waits is still given. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#stop);
    this.#options.open.delete(this);
    void this.#unsubscribe();
    this.#tell();
  }

  send({ events }: EventBatch): boolean {
    for (const { seq, json } of events) this.#take(seq, json);
    return this.#hasRoom;
  }

  async drained(): Promise<void> {
    while (!this.#hasRoom && !this.#ended) await this.#changed.promise;
  }

  /** Too slow: what waits is still given, then it is subscribed anew. */
  lagged(): void {
    this.#subscription = undefined;
    this.#tell();
  }

  readonly #stop = (): void => {
    this.#waiting = [];
    this.#at = 0;
    this.end();
  };

  get #hasRoom(): boolean {
    return this.#waiting.length - this.#at <= this.#limit;
  }

  #take(seq: number, json: string): void {
    if (this.#ended || seq <= this.#last) return;
    this.#last = seq;
    this.#waiting.push(json);
    this.#tell();
  }

  #taken(): void {
    this.#at += 1;
    if (this.#at < this.#waiting.length && this.#at < pageSize) return;
    this.#waiting.splice(0, this.#at);
    this.#at = 0;
    this.#tell(); // There is room.
  }

  #subscribed(): Promise<unknown> {
    this.#subscription ??= this.#source.subscribe(this.sessionId, this.#last, this).then(
      ({ unsubscribe }) => unsubscribe,
      (error: unknown) => {
        this.end();
        throw error;
      },
    );
    return this.#subscription;
  }

  async #unsubscribe(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    const unsubscribe = await subscription?.catch(() => undefined); // Whoever subscribed hears of it.
    unsubscribe?.();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}
