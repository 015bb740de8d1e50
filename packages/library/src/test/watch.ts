// Reads the events of a conversation, for tests that wait for one.

import type { ParleyEvent } from '@parley/schema';

export class Watch {
  readonly seen: ParleyEvent[] = [];
  /** Resolves when the events have ended. */
  readonly ended: Promise<void>;
  #waiting: (() => void)[] = [];
  #over = false;

  constructor(events: AsyncIterable<ParleyEvent>) {
    this.ended = this.#read(events);
  }

  /** The first event that fits, from the beginning. */
  async first(fits: (event: ParleyEvent) => boolean): Promise<ParleyEvent> {
    for (;;) {
      const found = this.seen.find(fits);
      if (found !== undefined) return found;
      if (this.#over)
        throw new Error(`It did not come before the end: ${this.seen.map(({ type }) => type).join(', ')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The types of a turn's start and end events, in order. */
  ofTurn(turnId: string): readonly string[] {
    return this.seen.flatMap((event) =>
      /^turn\.(?!queued)/.test(event.type) && 'turnId' in event && event.turnId === turnId ? [event.type.slice(5)] : [],
    );
  }

  end(turnId: string): Promise<ParleyEvent> {
    return this.first(
      (event) =>
        /^turn\.(completed|interrupted|failed|lost)$/.test(event.type) && 'turnId' in event && event.turnId === turnId,
    );
  }

  async #read(events: AsyncIterable<ParleyEvent>): Promise<void> {
    for await (const event of events) {
      this.seen.push(event);
      this.#wake();
    }
    this.#over = true;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
