// Sessions of MCP over HTTP, as clients of the revisions up to 2025-11-25 have them: one server for each, until the client ends it, or until
// nobody has used it for a while. They hold no work: what was begun in one goes on in the daemon and can be collected in another.

import { randomUUID } from 'node:crypto';
import { isInitializeRequest, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { McpServer } from '@modelcontextprotocol/server';
import type { Door } from '../door.ts';
import { refuse, rpcCodes } from './refuse.ts';
import { ToldEvents } from './told-events.ts';
import { whenDone } from './when-done.ts';

export interface SessionLimits {
  readonly maxSessions: number;
  /** Milliseconds without a request and without an open stream after which a session is ended. */
  readonly idleMs: number;
}

/** Milliseconds after which a client whose stream has broken comes back for the rest. */
const retryInterval = 1000;

/** One server for one client. */
export interface Connected {
  readonly server: McpServer;
  readonly door: Door;
}

interface Kept extends Connected {
  /** Whose it is: nobody else learns that it is there. */
  readonly principal: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Answers under way. */
  open: number;
  idle?: ReturnType<typeof setTimeout>;
}

export class HttpSessions {
  readonly #limits: SessionLimits;
  readonly #connect: () => Connected;
  readonly #kept = new Map<string, Kept>();

  constructor(limits: SessionLimits, connect: () => Connected) {
    this.#limits = limits;
    this.#connect = connect;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** `body`: the parsed JSON of a POST. */
  async handle(request: Request, body: unknown, principal: string): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return this.#begin(request, body, principal);
    const kept = this.#kept.get(id);
    if (kept?.principal !== principal) {
      return refuse(
        404,
        rpcCodes.unknownSession,
        'There is no such MCP session, or not any more. Initialize a new one.',
      );
    }
    return this.#pass(id, kept, request, body);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.keys()].map((id) => this.#end(id)));
  }

  async #begin(request: Request, body: unknown, principal: string): Promise<Response> {
    if (request.method === 'GET') {
      return refuse(405, rpcCodes.refused, 'A stream needs the Mcp-Session-Id of a session.', { allow: 'POST' });
    }
    if (!isInitializeRequest(body)) {
      const message =
        'Initialize first: this request names no Mcp-Session-Id and no protocol revision that needs none.';
      return refuse(400, rpcCodes.refused, message);
    }
    if (this.#kept.size >= this.#limits.maxSessions) {
      const message = `There are ${this.#kept.size} MCP sessions already (mcp.max_sessions). End one, or wait.`;
      return refuse(429, rpcCodes.refused, message, { 'retry-after': '30' });
    }
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: new ToldEvents(),
      retryInterval,
      // By DELETE, and before anything is aborted.
      onsessionclosed: () => this.#end(id),
    });
    const kept: Kept = { principal, transport, open: 0, ...this.#connect() };
    // Before anything is awaited, so that the limit holds for those who come at once.
    this.#kept.set(id, kept);
    let begun = false;
    try {
      await kept.server.connect(transport);
      const response = await this.#pass(id, kept, request, body);
      begun = response.ok;
      return response;
    } finally {
      if (!begun) await this.#end(id);
    }
  }

  async #pass(id: string, kept: Kept, request: Request, body: unknown): Promise<Response> {
    kept.open += 1;
    clearTimeout(kept.idle);
    const { askedTasks } = kept.door;
    const asked = askedTasks.hear(body);
    const done = () => {
      askedTasks.forget(asked);
      kept.open -= 1;
      if (kept.open > 0 || !this.#kept.has(id)) return;
      kept.idle = setTimeout(() => void this.#end(id), this.#limits.idleMs);
      kept.idle.unref();
    };
    try {
      const response = await kept.transport.handleRequest(request, body === undefined ? {} : { parsedBody: body });
      return whenDone(response, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  async #end(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    clearTimeout(kept.idle);
    kept.door.leave();
    await kept.server.close();
  }
}
