// Tells an MCP client what an agent does while a call waits for it.

import type { ParleyEvent } from '@parley/schema';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Door } from './door.ts';
import { News } from './news.ts';

/** Milliseconds between two notifications of one call: agents stream word by word, and clients repaint for each. */
const progressMs = 100;

/** Progress notifications of one call, where it asked for them. */
export class Progress {
  readonly #door: Door;
  readonly #ctx: ServerContext;
  readonly #news = new News();
  #count = 0;
  #text = '';
  #toldAt = 0;

  constructor(door: Door, ctx: ServerContext) {
    this.#door = door;
    this.#ctx = ctx;
  }

  tell(events: readonly ParleyEvent[]): void {
    this.#text += this.#news.of(events) ?? '';
    if (performance.now() - this.#toldAt >= progressMs) this.flush();
  }

  /** Before the reply, after which the client knows the token no more. */
  flush(): void {
    const progressToken = this.#ctx.mcpReq._meta?.progressToken;
    const message = this.#text;
    this.#text = '';
    if (progressToken === undefined || message === '' || this.#ctx.mcpReq.signal.aborted) return;
    this.#toldAt = performance.now();
    const params = { progressToken, progress: ++this.#count, message };
    this.#ctx.mcpReq
      .notify({ method: 'notifications/progress', params })
      .catch((error: unknown) => this.#door.options.note(`progress was not told: ${String(error)}`));
  }
}
