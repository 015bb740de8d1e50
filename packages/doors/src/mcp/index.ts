// The MCP door: lets MCP clients ask agents, in their own folders, and come back later for the answer.

export { requestToolNames, requestTools } from './agents.ts';
export { syncDeadlineOf } from './door.ts';
export type { Daemon } from './door.ts';
export { serveMcp } from './serve.ts';
export type { ServeOptions } from './serve.ts';
