// The MCP door over stdio.

import type { Readable, Writable } from 'node:stream';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { Door } from './door.ts';
import type { DoorOptions } from './door.ts';
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
    door.leaving = true;
    resolve();
  };
  input.once('end', leave).once('close', leave);
  output.once('close', leave);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  const handle = serveStdio(({ era }) => createServer(door, era, version), {
    transport: new StdioServerTransport(input, output),
    onerror: (error) => options.note(error.message),
  });
  await gone;
  signal.removeEventListener('abort', leave);
  await handle.close();
}
