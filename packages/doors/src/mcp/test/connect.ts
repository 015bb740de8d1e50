// The real server of this door and real MCP clients of both SDKs, joined by the two pipes of stdio or by HTTP without sockets.

import { registerHooks } from 'node:module';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { DoorOptions } from '../door.ts';
import { HttpMcp } from '../http/http-mcp.ts';
import type { HttpMcpOptions } from '../http/http-mcp.ts';
import { serveMcp } from '../serve.ts';
import { FakeDaemon } from './fake-daemon.ts';

// The clients' packages `eventsource` (3.0.7) and `eventsource-parser` (3.1.1) point the condition `source`, with which our tests run, at
// TypeScript, which Node does not strip there.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('eventsource')
      ? next(specifier, { ...context, conditions: context.conditions.filter((one) => one !== 'source') })
      : next(specifier, context),
});
const { Client, ReadBuffer, serializeMessage, StreamableHTTPClientTransport } =
  await import('@modelcontextprotocol/client');
const { StreamableHTTPClientTransport: FirstHttpTransport } =
  await import('@modelcontextprotocol/sdk/client/streamableHttp.js');

/** Client of SDK 2 in either revision of the protocol, or of SDK 1. */
export type Kind = '2026-07-28' | '2025-11-25' | 'sdk 1';
export const kinds: readonly Kind[] = ['2026-07-28', '2025-11-25', 'sdk 1'];

export interface Form {
  readonly message: string;
  readonly requestedSchema: { readonly properties: Readonly<Record<string, unknown>> };
}
export type Filled = {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Record<string, string | number | boolean | string[]>;
};

export interface Options {
  readonly kind?: Kind;
  /** Default: stdio. */
  readonly over?: 'stdio' | 'http';
  /** Of the door over HTTP, when there is one already. */
  readonly http?: HttpMcp;
  readonly daemon?: FakeDaemon;
  readonly syncDeadlineMs?: number;
  /** Absent: the client shows no forms. */
  readonly fill?: (form: Form) => Filled | Promise<Filled>;
}

export interface Called {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { readonly progress: number; readonly message?: string | undefined }) => void;
}

export interface Connected {
  readonly daemon: FakeDaemon;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Called>;
  readonly told: Told;
  listTools(): Promise<readonly { readonly name: string }[]>;
  /** Any request, with its bare result. */
  request(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** A request of revision 2026-07-28 as it stands, past the client: with results that it does not know. */
  rawRequest(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** As the revision has it: subscribes to each, or listens for all. */
  listen(uris: readonly string[]): Promise<void>;
  readonly serverVersion: { readonly name: string; readonly version: string } | undefined;
  /** Closes the pipes, as a client that goes; resolves when the server has ended. */
  leave(): Promise<void>;
}

/** The version that the server under test says it has. */
export const version = '9.8.7';

export async function connect(t: TestContext, options: Options = {}): Promise<Connected> {
  const { kind = '2025-11-25', daemon = new FakeDaemon(), fill } = options;
  const wire = options.over === 'http' ? overHttp(t, daemon, kind, options) : overStdio(t, daemon, options);
  const told: Told = { logs: [], updated: [], tasks: [], listChanged: 0, wake: Promise.withResolvers() };
  const client =
    kind === 'sdk 1' ? await first(wire.transport, fill, told) : await second(wire.transport, kind, fill, told);
  t.after(async () => {
    await client.close();
    await wire.leave();
  });
  return {
    daemon,
    told,
    leave: wire.leave,
    call: async (name, args = {}, callOptions = {}) =>
      (await client.callTool(name, args, { timeout: 60_000, ...callOptions })) as Called,
    listTools: () => client.listTools(),
    request: (method, params = {}) => client.request(method, params),
    rawRequest: async (method, params = {}) => {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...(params['_meta'] as object | undefined),
      };
      const answer = await wire.raw({ jsonrpc: '2.0', id: rawId(), method, params: { ...params, _meta } });
      if ('error' in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      return answer.result;
    },
    listen: (uris) => client.listen(uris),
    serverVersion: client.serverVersion(),
  };
}

/** What the client was told without asking. */
export interface Told {
  readonly logs: { readonly level: string; readonly data?: unknown }[];
  readonly updated: string[];
  readonly tasks: object[];
  listChanged: number;
  /** Resolved by the next of them. */
  wake: PromiseWithResolvers<void>;
}

export async function until(told: Told, fits: () => boolean): Promise<void> {
  while (!fits()) await told.wake.promise;
}

interface RawRequest {
  readonly jsonrpc: '2.0';
  readonly id: string;
  readonly method: string;
  readonly params: Record<string, unknown>;
}
type RawAnswer =
  | { readonly result: Record<string, unknown> }
  | { readonly error: { readonly code: number; readonly message: string } };

let rawIds = 0;
const rawId = () => `raw ${++rawIds}`;

interface Wire {
  readonly transport: Transport;
  readonly raw: (request: RawRequest) => Promise<RawAnswer>;
  readonly leave: () => Promise<void>;
}

function doorOptions(
  t: TestContext,
  daemon: FakeDaemon,
  { syncDeadlineMs = 60_000 }: Options,
): Omit<DoorOptions, 'cwd'> {
  return {
    openClient: () => {
      daemon.opened += 1;
      return Promise.resolve(daemon);
    },
    findClient: () => Promise.resolve(daemon),
    keepDaemon: () => Promise.resolve(() => {}),
    syncDeadlineMs,
    note: (text) => t.diagnostic(text),
  };
}

function overStdio(t: TestContext, daemon: FakeDaemon, options: Options): Wire {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ending = new AbortController();
  const shared = doorOptions(t, daemon, options);
  const served = serveMcp({ ...shared, version, input, output, signal: ending.signal, cwd: '/code' });
  const leave = async () => {
    input.end();
    await served;
  };
  t.after(() => ending.abort());
  const transport = new PipeTransport(output, input);
  return { transport, leave, raw: (request) => transport.raw(request) };
}

export function openHttp(t: TestContext, daemon: FakeDaemon, more: Partial<HttpMcpOptions> = {}): HttpMcp {
  const shared = doorOptions(t, daemon, {});
  const http = new HttpMcp({ ...shared, version, maxSessions: 10, idleMs: 60_000, ...more });
  t.after(() => http.close());
  return http;
}

function overHttp(t: TestContext, daemon: FakeDaemon, kind: Kind, options: Options): Wire {
  const { syncDeadlineMs } = options;
  const http =
    options.http ?? openHttp(t, daemon, { cwd: '/code', ...(syncDeadlineMs !== undefined && { syncDeadlineMs }) });
  const stays = () => new AbortController().signal;
  const fetch = (url: string | URL, init?: RequestInit) =>
    http.handle(new Request(url, init), 'admin', init?.signal ?? stays());
  const url = new URL('http://localhost/mcp');
  const raw = async (request: RawRequest): Promise<RawAnswer> => {
    const name = request.params['taskId'] ?? request.params['name'];
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': request.method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    };
    const answer = await http.handle(
      new Request(url, { method: 'POST', headers, body: JSON.stringify(request) }),
      'admin',
      stays(),
    );
    return JSON.parse((await answer.text()).replace(/^event:.*\ndata: /, '')) as RawAnswer;
  };
  const transport =
    kind === 'sdk 1' ? new FirstHttpTransport(url, { fetch }) : new StreamableHTTPClientTransport(url, { fetch });
  return { transport, leave: () => http.close(), raw };
}

interface AnyClient {
  callTool(
    name: string,
    args: Record<string, unknown>,
    options: CallOptions & { readonly timeout: number },
  ): Promise<unknown>;
  listTools(): Promise<readonly { readonly name: string }[]>;
  request(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>>;
  listen(uris: readonly string[]): Promise<void>;
  serverVersion(): { readonly name: string; readonly version: string } | undefined;
  close(): Promise<void>;
}

const capabilitiesOf = (fill: Options['fill']) => (fill === undefined ? {} : { elicitation: { form: {} } });

async function second(transport: Transport, kind: Kind, fill: Options['fill'], told: Told): Promise<AnyClient> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: capabilitiesOf(fill),
      ...(kind === '2026-07-28' && { versionNegotiation: { mode: 'auto' as const } }),
    },
  );
  if (fill !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => fill(params as unknown as Form));
  }
  const hear = hearing(told);
  client.setNotificationHandler('notifications/message', ({ params }) => hear.log(params));
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => hear.updated(params));
  client.setNotificationHandler('notifications/resources/list_changed', () => hear.listChanged());
  client.setNotificationHandler('notifications/tasks/status', { params: z.looseObject({}) }, (task) => hear.task(task));
  await client.connect(transport);
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, options),
    listTools: async () => (await client.listTools()).tools,
    request: (method, params) => client.request({ method, params }, z.looseObject({})),
    listen: async (uris) => {
      if (kind === '2026-07-28') {
        await client.listen({ resourceSubscriptions: [...uris], resourcesListChanged: true });
      } else {
        for (const uri of uris) await client.subscribeResource({ uri });
      }
    },
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
  };
}

async function first(transport: Transport, fill: Options['fill'], told: Told): Promise<AnyClient> {
  const { Client: SdkClient } = await import('@modelcontextprotocol/sdk/client/index.js');
  const sdk = await import('@modelcontextprotocol/sdk/types.js');
  // As clients of before 2025-11-25 say it: nothing inside.
  const capabilities = fill === undefined ? {} : { elicitation: {} };
  const client = new SdkClient({ name: 'test', version: '1' }, { capabilities });
  if (fill !== undefined) {
    client.setRequestHandler(sdk.ElicitRequestSchema, async ({ params }) => fill(params as unknown as Form));
  }
  const hear = hearing(told);
  client.setNotificationHandler(sdk.LoggingMessageNotificationSchema, ({ params }) => hear.log(params));
  client.setNotificationHandler(sdk.ResourceUpdatedNotificationSchema, ({ params }) => hear.updated(params));
  client.setNotificationHandler(sdk.ResourceListChangedNotificationSchema, () => hear.listChanged());
  client.setNotificationHandler(sdk.TaskStatusNotificationSchema, ({ params }) => hear.task(params));
  await client.connect(transport);
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    listTools: async () => (await client.listTools()).tools,
    request: (method, params) => client.request({ method, params }, z.looseObject({})),
    listen: async (uris) => {
      for (const uri of uris) await client.subscribeResource({ uri });
    },
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
  };
}

function hearing(told: Told): {
  readonly log: (message: { readonly level: string; readonly data?: unknown }) => void;
  readonly updated: (message: { readonly uri: string }) => void;
  readonly listChanged: () => void;
  readonly task: (task: object) => void;
} {
  const wake = () => {
    told.wake.resolve();
    told.wake = Promise.withResolvers();
  };
  return {
    log: (message) => {
      told.logs.push(message);
      wake();
    },
    updated: ({ uri }) => {
      told.updated.push(uri);
      wake();
    },
    listChanged: () => {
      told.listChanged += 1;
      wake();
    },
    task: (task) => {
      told.tasks.push(task);
      wake();
    },
  };
}

/** The client's end of stdio, without a process. */
class PipeTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #from: PassThrough;
  readonly #to: PassThrough;
  readonly #buffer = new ReadBuffer();
  readonly #raw = new Map<unknown, (answer: RawAnswer) => void>();

  constructor(from: PassThrough, to: PassThrough) {
    this.#from = from;
    this.#to = to;
  }

  async start(): Promise<void> {
    this.#from.on('data', (chunk: Buffer) => {
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        const waiting = 'id' in message ? this.#raw.get(message.id) : undefined;
        if (waiting === undefined) this.onmessage?.(message);
        else waiting(message as RawAnswer);
      }
    });
  }

  raw(request: RawRequest): Promise<RawAnswer> {
    return new Promise((resolve) => {
      this.#raw.set(request.id, resolve);
      this.#to.write(`${JSON.stringify(request)}\n`);
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#to.writable) this.#to.write(serializeMessage(message));
  }

  async close(): Promise<void> {
    this.onclose?.();
  }
}
