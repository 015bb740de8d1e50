// Server-sent events of one session: replay and live stream, each event with its number as `id`, so that a browser resumes by itself.

import type { ServerResponse } from 'node:http';
import type { EventBatch, EventSink } from '@parley/engine';

/** Bytes that may wait in the socket before a live reader counts as too slow. */
const maxWaiting = 8 * 1024 * 1024;
const heartbeatMs = 15_000;

export class SseSink implements EventSink {
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;
  #closed = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
    response.on('drain', () => this.#goOn());
    response.once('close', () => this.#close());
  }

  send({ events }: EventBatch): boolean {
    if (this.#closed) return false;
    let text = '';
    for (const { seq, json } of events) text += `id: ${seq}\ndata: ${json}\n\n`;
    this.#response.write(text);
    return this.#response.writableLength < maxWaiting;
  }

  drained(): Promise<void> {
    if (this.#closed || !this.#response.writableNeedDrain) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers<void>();
    return this.#waiting.promise;
  }

  lagged(): void {
    if (this.#closed) return;
    this.#close();
    this.#response.end('event: lagged\ndata: {}\n\n');
  }

  /** From here on nothing is written: an ended answer that is written to raises an error, and its reader may take long to read the rest. */
  #close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#goOn();
  }

  #goOn(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
