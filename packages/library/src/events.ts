// A session's events as an async iterable: replay, then live, bounded in memory; one that falls behind reads again from the store.

import type { Engine, EventBatch, EventSink } from '@parley/engine';
import type { ParleyEvent, SessionId } from '@parley/schema';

/** Events that wait for a slow consumer; what is beyond is read from the store when it gets there. */
const maxWaiting = 10_000;

/** All events after number `after`, until `signal` aborts. Leaving the loop ends the subscription. Throws `unknown_session`. */
export async function* eventsOf(
  engine: Engine,
  id: SessionId,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<ParleyEvent, void, undefined> {
  let last = after;
  while (!signal.aborted) {
    const sink = new QueueSink();
    const { unsubscribe } = await engine.subscribe(id, last, sink);
    const stop = (): void => sink.end();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const batch of sink) {
        for (const { seq, json } of batch.events) {
          if (signal.aborted) return;
          last = seq;
          yield JSON.parse(json) as ParleyEvent;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      unsubscribe();
    }
  }
}

class QueueSink implements EventSink, AsyncIterable<EventBatch> {
  #batches: EventBatch[] = [];
  #waiting = 0;
  #ended = false;
  #wake = Promise.withResolvers<void>();
  #roomy = Promise.withResolvers<void>();

  send(batch: EventBatch): boolean {
    this.#batches.push(batch);
    this.#waiting += batch.events.length;
    this.#wake.resolve();
    return this.#waiting <= maxWaiting;
  }

  drained(): Promise<void> {
    return this.#waiting <= maxWaiting ? Promise.resolve() : this.#roomy.promise;
  }

  /** Too slow: what waits is still given, then whoever reads subscribes anew. */
  lagged(): void {
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#wake.resolve();
    this.#roomy.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventBatch, void, undefined> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        this.#waiting -= batch.events.length;
        if (this.#waiting <= maxWaiting) {
          this.#roomy.resolve();
          this.#roomy = Promise.withResolvers<void>();
        }
        yield batch;
        continue;
      }
      if (this.#ended) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers<void>();
    }
  }
}
