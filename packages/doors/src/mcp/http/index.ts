// The MCP door over HTTP, for the daemon. Apart from the one over stdio, so that neither loads the other.

export { HttpMcp } from './http-mcp.ts';
export type { HttpMcpOptions } from './http-mcp.ts';
export { syncDeadlineOf } from '../door.ts';
export type { Protocol } from '../caller.ts';
export type { Extend } from '../server.ts';
