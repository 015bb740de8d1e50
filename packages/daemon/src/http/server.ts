// The HTTP server: the gate first, then Fastify's router over the route table, for every listener alike.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance } from 'fastify';
import { errorBody, errorCatalogue, maxBodyBytes, ParleyError } from '@parley/schema';
import type { ErrorBody } from '@parley/schema';
import { admit } from '../gate/gate.ts';
import type { GateRules, Knock, Scope } from '../gate/gate.ts';
import { mcpPath } from '../mcp/mcp-door.ts';
import type { McpDoor } from '../mcp/mcp-door.ts';
import { answerError } from './answer-error.ts';
import { withDocument } from './openapi.ts';
import { pageFile, safetyHeaders } from './page.ts';
import { requestPath } from './request-path.ts';
import { checked, streamed } from './route.ts';
import type { Route } from './route.ts';
import type { WebSocketDoor } from './websocket.ts';

export interface HttpOptions {
  readonly routes: readonly Route[];
  readonly version: string;
  /** Folder of the built page; undefined when it has not been built. */
  readonly page: string | undefined;
  readonly webSocket: WebSocketDoor;
  readonly mcp: McpDoor;
  readonly report: (text: string, error: unknown) => void;
}

const scopeOf = new WeakMap<IncomingMessage, Scope>();

/** Everything behind the gate, ready to be listened with. */
export class HttpDoor {
  readonly #app: FastifyInstance;
  readonly #options: HttpOptions;

  private constructor(app: FastifyInstance, options: HttpOptions) {
    this.#app = app;
    this.#options = options;
  }

  static async open(options: HttpOptions): Promise<HttpDoor> {
    const app = Fastify({
      logger: false,
      bodyLimit: maxBodyBytes,
      routerOptions: { maxParamLength: 500 },
      // Fastify's own compilers (Ajv and a serializer) are for JSON Schema. Ours is Zod, in `route.ts`: they would only take memory.
      schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
      // What fails before there is a route: a path that cannot be decoded.
      frameworkErrors: (error, request, reply) => answerError(request.raw, reply.raw, errorOf(error)),
    });
    // JSON is all that is taken; Fastify would take text as well, which a page of any site may send without being asked for leave.
    app.removeContentTypeParser('text/plain');
    for (const each of withDocument(options.routes, options.version)) addRoute(app, each);
    app.get('/*', async (request, reply) => {
      const path = requestPath(request.raw.url ?? '/');
      if (path.startsWith('/api/') || options.page === undefined)
        throw new ParleyError('unknown_route', missing(path, options.page));
      const file = await pageFile(options.page, path);
      if (file === undefined) throw new ParleyError('unknown_route', `There is nothing at ${path}.`);
      return reply.headers({ 'content-type': file.type, 'cache-control': file.cache }).send(file.bytes);
    });
    app.setNotFoundHandler((request, reply) =>
      answerError(
        request.raw,
        reply.raw,
        errorBody('unknown_route', `There is nothing at ${request.method} ${requestPath(request.raw.url ?? '/')}.`),
      ),
    );
    app.setErrorHandler((error: FastifyError | ParleyError, request, reply) => {
      if (reply.raw.headersSent) {
        reply.raw.destroy();
        return;
      }
      const body = errorOf(error);
      if (body.code === 'internal') options.report('a request failed', error);
      reply.hijack();
      answerError(request.raw, reply.raw, body);
    });
    await app.ready();
    return new HttpDoor(app, options);
  }

  /** A server whose every request and upgrade passes the gate. */
  listenerFor(transport: Knock['transport'], rules: GateRules): Server {
    // Not `import`: that makes Node evaluate http's lazy exports, undici among them, for 14 MB and 20 ms (Node 24.21).
    const { createServer } = process.getBuiltinModule('node:http');
    const server = createServer((request, response) => this.#request(request, response, transport, rules));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head, transport, rules));
    server.headersTimeout = 20_000;
    return server;
  }

  #request(request: IncomingMessage, response: ServerResponse, transport: Knock['transport'], rules: GateRules): void {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const scope = admit(knockOf(request, transport, false), rules);
    if (typeof scope !== 'string') return answerError(request, response, scope.body);
    if (requestPath(request.url ?? '/') === mcpPath) {
      this.#options.mcp.handle(request, response, scope).catch((error: unknown) => {
        this.#options.report('a request of MCP failed', error);
        if (response.headersSent) response.destroy();
        else answerError(request, response, errorBody('internal', 'Something unexpected happened.'));
      });
      return;
    }
    scopeOf.set(request, scope);
    this.#app.routing(request, response);
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    transport: Knock['transport'],
    rules: GateRules,
  ): void {
    socket.on('error', () => socket.destroy());
    const scope = admit(knockOf(request, transport, true), rules);
    const error =
      typeof scope === 'string'
        ? requestPath(request.url ?? '/') === '/api/ws'
          ? undefined
          : errorBody('unknown_route', 'WebSockets are at /api/ws.')
        : scope.body;
    if (error === undefined) return this.#options.webSocket.accept(request, socket, head);
    const { status } = errorCatalogue[error.code];
    const body = JSON.stringify({ error });
    socket.end(
      `HTTP/1.1 ${status} ${error.code}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
}

function unused(): never {
  throw new ParleyError('internal', 'No route has a JSON schema.');
}

function addRoute(app: FastifyInstance, each: Route): void {
  app.route({
    method: each.method,
    url: each.path,
    // A HEAD would do what the GET does: use up a pairing code, open a stream.
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const scope = scopeOf.get(request.raw) ?? 'none';
      // The gate knows what is open by its path, the router by its own reading of it: should they ever differ, this door is shut too.
      if (scope === 'none' && each.scope !== 'none')
        throw new ParleyError('unauthenticated', 'No credential was sent.');
      if (!mayCall(scope, each.scope))
        throw new ParleyError('forbidden', `This credential may not ${each.method} ${each.path}.`);
      const result = await each.handle({
        params: checked(each.params, request.params, 'params'),
        query: checked(each.query, request.query, 'query'),
        body: each.body === undefined ? undefined : checked(each.body, request.body ?? undefined, 'body'),
        headers: request.headers,
        response: reply.raw,
      });
      if (result === streamed) return reply.hijack();
      return each.answer === undefined ? reply.code(each.status).send() : reply.code(each.status).send(result);
    },
  });
}

function mayCall(has: Scope, needs: Route['scope']): boolean {
  const rank: Readonly<Record<Scope, number>> = { none: 0, use: 1, admin: 2 };
  return rank[has] >= rank[needs];
}

function knockOf(request: IncomingMessage, transport: Knock['transport'], upgrade: boolean): Knock {
  const { headers } = request;
  const fetchSite = headers['sec-fetch-site'];
  return {
    transport,
    upgrade,
    method: request.method ?? 'GET',
    path: requestPath(request.url ?? '/'),
    host: headers.host,
    origin: headers.origin,
    fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
    authorization: headers.authorization,
    cookie: headers.cookie,
  };
}

function missing(path: string, page: string | undefined): string {
  return page === undefined && !path.startsWith('/api/')
    ? 'The page has not been built: run `npm start`.'
    : `There is nothing at ${path}.`;
}

function errorOf(error: FastifyError | ParleyError): ErrorBody {
  if (ParleyError.is(error)) return error.body;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return errorBody('body_too_large', `The body is larger than ${maxBodyBytes} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return errorBody('unsupported_media_type', error.message);
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return errorBody('malformed_json', error.message);
  }
  if (error instanceof SyntaxError) return errorBody('malformed_json', error.message);
  if (error.statusCode === 400) return errorBody('invalid_request', error.message);
  return errorBody('internal', 'Something unexpected happened.');
}
