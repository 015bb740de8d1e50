// MCP over Streamable HTTP, in both eras: up to 2025-11-25 in sessions, since 2026-07-28 with everything in each request. Who may enter has
// been decided before; this speaks the protocol.

import { createMcpHandler, isJsonContentType, isLegacyRequest } from '@modelcontextprotocol/server';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { createStateCodec } from '../caller.ts';
import type { Protocol } from '../caller.ts';
import { Changes } from '../changes.ts';
import { Door } from '../door.ts';
import type { DoorOptions } from '../door.ts';
import { createServer } from '../server.ts';
import type { Extend } from '../server.ts';
import { refuse, rpcCodes } from './refuse.ts';
import { HttpSessions } from './sessions.ts';
import type { Connected, SessionLimits } from './sessions.ts';
import { Subscriptions } from './subscriptions.ts';

export interface HttpMcpOptions extends DoorOptions, SessionLimits {
  /** Of Parley. */
  readonly version: string;
  /** More tools, resources and prompts on each server. */
  readonly extend?: Extend;
}

const methods = 'GET, POST, DELETE';

export class HttpMcp {
  readonly #options: HttpMcpOptions;
  /** One for all: any request may bring back what another one sent out. */
  readonly #codec = createStateCodec();
  readonly #sessions: HttpSessions;
  readonly #stateless: McpHttpHandler;
  readonly #subscriptions: Subscriptions;
  readonly #closing = new AbortController();
  /** A Request's own signal fires only while the Request is there (undici 7), and what answers it may keep the signal alone. */
  readonly #requests = new WeakMap<AbortSignal, Request>();

  constructor(options: HttpMcpOptions) {
    this.#options = options;
    this.#sessions = new HttpSessions(options, () => this.#connect('legacy'));
    this.#subscriptions = new Subscriptions(options);
    this.#stateless = createMcpHandler(() => this.#connect('modern').server, {
      legacy: 'reject',
      bus: this.#subscriptions,
      onerror: ({ message }) => options.note(message),
    });
  }

  /** MCP sessions that are held. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /**
   * Answers one request of somebody who may use this; `principal` tells one such from another: sessions are seen by their own only.
   * Never rejects; the answer may be a stream. `gone` fires when the client has gone, or has its whole answer; whoever can fire it holds it.
   */
  async handle(request: Request, principal: string, gone: AbortSignal): Promise<Response> {
    try {
      return await this.#answer(request, principal, gone);
    } catch (error) {
      this.#options.note(`a request failed: ${String(error)}`);
      return refuse(500, rpcCodes.refused, 'Something unexpected happened.');
    }
  }

  /** Ends all streams and sessions. What was begun goes on in the daemon. */
  async close(): Promise<void> {
    // First of all: what is aborted now must not be taken for a wish to stop it.
    this.#closing.abort();
    await this.#subscriptions.close();
    await this.#stateless.close();
    await this.#sessions.close();
  }

  async #answer(request: Request, principal: string, gone: AbortSignal): Promise<Response> {
    switch (request.method) {
      case 'GET':
      case 'DELETE':
        return this.#sessions.handle(request, undefined, principal);
      case 'POST':
        break;
      default:
        return refuse(405, rpcCodes.refused, `${request.method} is not for MCP.`, { allow: methods });
    }
    if (!isJsonContentType(request.headers.get('content-type'))) {
      return refuse(415, rpcCodes.refused, 'Content-Type must be application/json.');
    }
    const text = await request.text();
    const body = parsed(text);
    if (body === undefined) return refuse(400, rpcCodes.parse, 'The body is not JSON.');
    // Read already: the same request, for those who look at its headers, and at its signal.
    const again = new Request(request.url, { method: 'POST', headers: request.headers, signal: gone, body: text });
    if (await isLegacyRequest(again, body)) return this.#sessions.handle(again, body, principal);
    this.#requests.set(gone, again);
    this.#subscriptions.expect(body, gone);
    return this.#stateless.fetch(again, { parsedBody: body });
  }

  #connect(era: Protocol['era']): Connected {
    const { version, extend } = this.#options;
    const door = new Door(this.#options, { remembers: era === 'legacy', closing: this.#closing.signal });
    const changes = new Changes(door, {
      updated: (uri) => door.onUpdated?.(uri),
      listChanged: () => server.sendResourceListChanged(),
    });
    const server = createServer(
      door,
      { era, codec: this.#codec },
      { version, follow: (uris) => changes.follow(uris), ...(extend !== undefined && { extend }) },
    );
    return { server, door };
  }
}

/** Undefined: not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
