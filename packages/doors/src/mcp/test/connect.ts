// The real server of this door and real MCP clients of both SDKs, joined by the two pipes of stdio.

import { registerHooks } from 'node:module';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
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
const { Client, ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/client');

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
  listTools(): Promise<readonly { readonly name: string }[]>;
  readonly serverVersion: { readonly name: string; readonly version: string } | undefined;
  /** Closes the pipes, as a client that goes; resolves when the server has ended. */
  leave(): Promise<void>;
}

/** The version that the server under test says it has. */
export const version = '9.8.7';

export async function connect(t: TestContext, options: Options = {}): Promise<Connected> {
  const { kind = '2025-11-25', daemon = new FakeDaemon(), syncDeadlineMs = 60_000, fill } = options;
  const [input, output] = [new PassThrough(), new PassThrough()];
  const ending = new AbortController();
  const served = serveMcp({
    version,
    input,
    output,
    signal: ending.signal,
    openClient: () => {
      daemon.opened += 1;
      return Promise.resolve(daemon);
    },
    keepDaemon: () => Promise.resolve(() => {}),
    cwd: '/code',
    syncDeadlineMs,
    note: (text) => t.diagnostic(text),
  });
  const transport = new PipeTransport(output, input);
  const client = kind === 'sdk 1' ? await first(transport, fill) : await second(transport, kind, fill);
  const leave = async () => {
    input.end();
    await served;
  };
  t.after(async () => {
    ending.abort();
    await leave();
    await client.close();
  });
  return {
    daemon,
    leave,
    call: async (name, args = {}, callOptions = {}) =>
      (await client.callTool(name, args, { timeout: 60_000, ...callOptions })) as Called,
    listTools: () => client.listTools(),
    serverVersion: client.serverVersion(),
  };
}

interface AnyClient {
  callTool(
    name: string,
    args: Record<string, unknown>,
    options: CallOptions & { readonly timeout: number },
  ): Promise<unknown>;
  listTools(): Promise<readonly { readonly name: string }[]>;
  serverVersion(): { readonly name: string; readonly version: string } | undefined;
  close(): Promise<void>;
}

const capabilitiesOf = (fill: Options['fill']) => (fill === undefined ? {} : { elicitation: { form: {} } });

async function second(transport: Transport, kind: Kind, fill: Options['fill']): Promise<AnyClient> {
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
  await client.connect(transport);
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, options),
    listTools: async () => (await client.listTools()).tools,
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
  };
}

async function first(transport: Transport, fill: Options['fill']): Promise<AnyClient> {
  const { Client: SdkClient } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
  // As clients of before 2025-11-25 say it: nothing inside.
  const capabilities = fill === undefined ? {} : { elicitation: {} };
  const client = new SdkClient({ name: 'test', version: '1' }, { capabilities });
  if (fill !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => fill(params as unknown as Form));
  }
  await client.connect(transport);
  return {
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    listTools: async () => (await client.listTools()).tools,
    serverVersion: () => client.getServerVersion(),
    close: () => client.close(),
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

  constructor(from: PassThrough, to: PassThrough) {
    this.#from = from;
    this.#to = to;
  }

  async start(): Promise<void> {
    this.#from.on('data', (chunk: Buffer) => {
      this.#buffer.append(chunk);
      for (let message = this.#buffer.readMessage(); message !== null; message = this.#buffer.readMessage()) {
        this.onmessage?.(message);
      }
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#to.writable) this.#to.write(serializeMessage(message));
  }

  async close(): Promise<void> {
    this.onclose?.();
  }
}
