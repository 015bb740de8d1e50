// The events of one subscription between the socket and whoever reads them: in order, each once, bounded.

import type { ParleyEvent, SessionId } from '@parley/schema';

/** Events that may wait for a slow reader. With more the subscription is let go, and taken up again when they have been read. */
const mostWaiting = 20_000;

export class EventQueue {
  readonly sessionId: SessionId;
  /** The newest event that was taken in. */
  seen: number;
  /** The queue was full: events are not taken in, and the server was told. */
  paused = false;
  #batches: (readonly ParleyEvent[])[] = [];
  #waiting = 0;
  #ended: { readonly error?: Error } | undefined;
  #wake = () => {};

  constructor(sessionId: SessionId, after: number) {
    this.sessionId = sessionId;
    this.seen = after;
  }

  /** Takes in what is new of a batch. Returns false when no more fits. */
  take(events: readonly ParleyEvent[]): boolean {
    const first = events[0];
    if (this.#ended !== undefined || first === undefined) return true;
    const fresh = first.seq > this.seen ? events : events.filter(({ seq }) => seq > this.seen);
    const last = fresh.at(-1);
    if (last === undefined) return true;
    this.seen = last.seq;
    this.#batches.push(fresh);
    this.#waiting += fresh.length;
    this.#wake();
    return this.#waiting < mostWaiting;
  }

  /** After what was taken in, readers see this end: an error, or just the end. */
  end(error?: Error): void {
    this.#ended ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** What has come, waiting for the first of it; undefined at the end. Throws the error that the queue was ended with. */
  async next(onEmpty: () => void): Promise<readonly ParleyEvent[] | undefined> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) {
        this.#waiting -= batch.length;
        return batch;
      }
      if (this.#ended?.error !== undefined) throw this.#ended.error;
      if (this.#ended !== undefined) return undefined;
      onEmpty();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
