// The MCP door over stdio.

import type { Readable, Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { McpServer } from '@modelcontextprotocol/server';
import { createStateCodec } from './caller.ts';
import { Changes } from './changes.ts';
import { Door } from './door.ts';
import type { DoorOptions } from './door.ts';
import { ListenedTransport } from './listened-transport.ts';
import { createServer } from './server.ts';

export interface ServeOptions extends DoorOptions {
  /** Of Parley. */
  readonly version: string;
  readonly input: Readable;
  /** Nothing but protocol messages is written to it. */
  readonly output: Writable;
  /** Ends it from outside. */
  readonly signal: AbortSignal;
}

/** Serves one MCP client; resolves when it has gone or the signal fires. What runs by then runs on in the daemon. */
export async function serveMcp({ version, input, output, signal, ...options }: ServeOptions): Promise<void> {
  const door = new Door(options);
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  // Before the transport listens: it aborts what is under way, and that must not be taken for the caller's wish to stop it.
  const leave = () => {
    door.leave();
    resolve();
  };
  input.once('end', leave).once('close', leave);
  output.once('close', leave);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  const codec = createStateCodec();
  let server: McpServer | undefined;
  const changes = new Changes(door, {
    updated: (uri) => {
      if (door.onUpdated === undefined) void server?.server.sendResourceUpdated({ uri }).catch(() => {});
      else door.onUpdated(uri);
    },
    listChanged: () => server?.sendResourceListChanged(),
  });
  const follow = (uris: readonly string[]) => changes.follow(uris);
  const handle = serveStdio(({ era }) => (server = createServer(door, { era, codec }, { version, follow })), {
    transport: new ListenedTransport(new StdioServerTransport(input, output), {
      follow,
      hear: (message) => door.askedTasks.hear(message),
      settled: (id) => door.askedTasks.forget(id),
    }),
    onerror: (error) => options.note(error.message),
  });
  await gone;
  signal.removeEventListener('abort', leave);
  await handle.close();
  await changes.close();
}
