// Tells an MCP client what an agent does while a call waits for it: as progress, and what matters to its log.

import type { ParleyEvent } from '@parley/schema';
import type { LoggingLevel, ServerContext } from '@modelcontextprotocol/server';
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
    for (const event of events) this.#log(event);
    this.#text += this.#news.of(events) ?? '';
    if (performance.now() - this.#toldAt >= progressMs) this.flush();
  }

  /** What somebody should know who reads only the log: as much of it as the client's level lets through. */
  #log(event: ParleyEvent): void {
    const entry = entryOf(event);
    if (entry === undefined || this.#ctx.mcpReq.signal.aborted) return;
    const { level, ...data } = entry;
    this.#ctx.mcpReq
      .log(level, data, 'parley')
      .catch((error: unknown) => this.#door.options.note(`the client's log was not written to: ${String(error)}`));
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
      .catch((error: unknown) => this.#door.note(`progress was not told: ${String(error)}`));
  }
}

interface Entry {
  readonly level: LoggingLevel;
  readonly jobId?: string;
  readonly text: string;
}

function entryOf(event: ParleyEvent): Entry | undefined {
  switch (event.type) {
    case 'turn.started':
      return { level: 'info', jobId: event.turnId, text: 'The turn has started.' };
    case 'approval.requested':
      return {
        level: 'notice',
        jobId: event.turnId,
        text: `The agent asks (${event.approval.id}): ${event.approval.title}`,
      };
    case 'notice':
      return { level: event.level, ...('turnId' in event && { jobId: event.turnId }), text: event.text };
    case 'turn.failed':
      return { level: 'error', jobId: event.turnId, text: `${event.error.code}: ${event.error.message}` };
    default:
      return undefined;
  }
}
