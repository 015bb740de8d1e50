// Server-sent events of one session: replay and live stream, each event with its number as `id`, so that a browser resumes by itself.

import type { ServerResponse } from 'node:http';
import type { EventBatch, EventSink } from '@parley/engine';

/** Bytes that may wait in the socket before a live reader counts as too slow. */
const maxWaiting = 8 * 1024 * 1024;
const heartbeatMs = 15_000;

export class SseSink implements EventSink {
  readonly #response: ServerResponse;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    this.#heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
    response.once('close', () => clearInterval(this.#heartbeat));
  }

  send({ events }: EventBatch): boolean {
    let text = '';
    for (const { seq, json } of events) text += `id: ${seq}\ndata: ${json}\n\n`;
    this.#response.write(text);
    return this.#response.writableLength < maxWaiting;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#response.once('drain', resolve);
      this.#response.once('close', resolve);
    });
  }

  lagged(): void {
    this.#response.end('event: lagged\ndata: {}\n\n');
  }
}
