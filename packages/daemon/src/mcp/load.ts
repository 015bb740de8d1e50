// The daemon's own MCP door. It is a client of the daemon over its unix socket, as `parley mcp` is: what it may do, every client may.

import { connectDaemon } from '@parley/client/node';
import type { Extend } from '@parley/doors/mcp/http';
import type { Config } from '@parley/schema';
import { LazyMcpDoor } from './mcp-door.ts';

export interface McpDoorOptions {
  /** The daemon's unix socket. */
  readonly socket: string;
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly extend?: Extend;
  readonly log: (text: string) => void;
}

/** Nothing is loaded and nothing is connected before the first request. */
export function mcpDoor({ socket, config, env, version, extend, log }: McpDoorOptions): LazyMcpDoor {
  return new LazyMcpDoor(async () => {
    const { HttpMcp, syncDeadlineOf } = await import('@parley/doors/mcp/http');
    const client = await connectDaemon({ socket });
    const { max_sessions, idle_timeout, folder } = config.mcp;
    return new HttpMcp({
      version,
      openClient: () => Promise.resolve(client),
      findClient: () => Promise.resolve(client),
      // When this daemon dies, so does its door.
      keepDaemon: () => Promise.resolve(() => {}),
      syncDeadlineMs: syncDeadlineOf(env),
      note: (text) => log(`mcp: ${text}`),
      maxSessions: max_sessions,
      idleMs: idle_timeout * 1000,
      ...(folder !== undefined && { cwd: folder }),
      ...(extend !== undefined && { extend }),
    });
  });
}
