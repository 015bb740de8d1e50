// Sends turns as spans. The OpenTelemetry SDK is loaded only where a collector is configured (`load.ts`); here is what the daemon holds of it.

import type { ParleyEvent, RequestRecord } from '@parley/schema';
import { spansOf } from './spans.ts';
import type { TurnSpans } from './spans.ts';

/** Takes the spans of a turn; never throws, never waits. */
export interface SpanSink {
  readonly send: (spans: TurnSpans) => void;
  /** Sends what is left, for at most so many milliseconds. Never rejects. */
  readonly close: (ms: number) => Promise<void>;
}

export interface TelemetryOptions {
  readonly sink: SpanSink;
  /** Spans hold what was said. */
  readonly content: boolean;
  readonly report: (text: string, error: unknown) => void;
}

type Events = (record: RequestRecord) => AsyncIterable<ParleyEvent>;

/** Milliseconds that the daemon waits for the collector when it stops. */
const closeMs = 3000;
/** Events of a turn that are looked at: one with more has more tool calls than any trace is read for. */
const maxEvents = 20_000;

export class Telemetry {
  readonly #options: TelemetryOptions;
  readonly #reader = Promise.withResolvers<Events>();
  /** One turn after the other, so that many that end together do not read the store at once. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  /** Where the events of turns are read. Until it is told, what has ended waits. */
  readFrom(events: Events): void {
    this.#reader.resolve(events);
  }

  /** Rows that were just written: those of turns that have ended become spans. */
  recorded(records: readonly RequestRecord[]): void {
    for (const record of records) {
      if (record.endedAt === undefined || record.startedAt === undefined) continue;
      this.#work = this.#work
        .then(() => this.#send(record))
        .catch((error: unknown) => {
          this.#options.report(`the spans of ${record.id}`, error);
        });
    }
  }

  async #send(record: RequestRecord): Promise<void> {
    const { sink, content } = this.#options;
    const read = await this.#reader.promise;
    const events: ParleyEvent[] = [];
    for await (const event of read(record)) {
      if (events.length === maxEvents) break;
      if (event.type !== 'item.delta') events.push(event);
    }
    sink.send(spansOf(record, events, content));
  }

  /** Sends what is left, within its deadline. */
  async close(): Promise<void> {
    const deadline = Date.now() + closeMs;
    this.#reader.resolve(nothing);
    await Promise.race([this.#work, new Promise((resolve) => setTimeout(resolve, closeMs).unref())]);
    await this.#options.sink.close(Math.max(0, deadline - Date.now()));
  }
}

async function* nothing(): AsyncGenerator<ParleyEvent> {}
