// MCP over HTTP at /mcp: brings Node's requests to the door and its answers back. The door is loaded by the first request, because most
// daemons never get one.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HttpMcp } from '@parley/doors/mcp/http';
import { errorBody, maxBodyBytes } from '@parley/schema';
import type { Scope } from '../gate/gate.ts';
import { answerError } from '../http/answer-error.ts';

export const mcpPath = '/mcp';

/** What the door is to the server of HTTP. */
export interface McpDoor {
  /** Answers a request that the gate has let in. */
  handle(request: IncomingMessage, response: ServerResponse, scope: Scope): Promise<void>;
  /** Ends all streams and sessions; what was begun over them goes on. */
  close(): Promise<void>;
}

export class LazyMcpDoor implements McpDoor {
  readonly #load: () => Promise<HttpMcp>;
  #loading: Promise<HttpMcp> | undefined;

  constructor(load: () => Promise<HttpMcp>) {
    this.#load = load;
  }

  async handle(request: IncomingMessage, response: ServerResponse, scope: Scope): Promise<void> {
    // The gate lets everybody read what is not the API's, for the page's sake.
    if (scope === 'none')
      return answerError(request, response, errorBody('unauthenticated', 'No credential was sent.'));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const body = await bodyOf(request);
    if (body === undefined) {
      const message = `The body is larger than ${maxBodyBytes} bytes.`;
      return answerError(request, response, errorBody('body_too_large', message));
    }
    const answer = await (await this.#opened()).handle(requestOf(request, body), scope, gone.signal);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) {
      response.end();
      return;
    }
    // At once: a client that only listens waits for the headers.
    response.flushHeaders();
    const stream = Readable.fromWeb(answer.body);
    // A client that leaves in the middle is no error. One that had left before gets no pipe, which would have ended the stream.
    await pipeline(stream, response).catch(() => {
      stream.destroy();
      response.destroy();
    });
  }

  async close(): Promise<void> {
    await (await this.#loading?.catch(() => undefined))?.close();
  }

  #opened(): Promise<HttpMcp> {
    return (this.#loading ??= this.#load().catch((error: unknown) => {
      // The next request tries again.
      this.#loading = undefined;
      throw error;
    }));
  }
}

/** Undefined: it is too large, and not all of it has been read. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const whole = Promise.withResolvers<boolean>();
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) whole.resolve(false);
    else chunks.push(chunk);
  };
  request.on('data', take);
  request.once('end', () => whole.resolve(true));
  request.once('close', () => whole.resolve(true));
  const complete = await whole.promise;
  request.off('data', take);
  return complete ? Buffer.concat(chunks) : undefined;
}

function requestOf(request: IncomingMessage, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const method = request.method ?? 'GET';
  // Only the path counts: Host was the gate's business.
  const url = new URL(mcpPath, 'http://localhost');
  return new Request(url, { method, headers, ...(body.length > 0 && method === 'POST' && { body }) });
}
