// The MCP door over HTTP, for the daemon. Apart from the one over stdio, so that neither loads the other.

export { HttpMcp } from './http-mcp.ts';
export type { HttpMcpOptions } from './http-mcp.ts';
export { syncDeadlineOf } from '../door.ts';
export { elicits } from '../caller.ts';
export type { Protocol } from '../caller.ts';
export { answerRequest } from '../request-tools.ts';
export { needTasks } from '../tasks/extension.ts';
export type { Extend } from '../server.ts';
