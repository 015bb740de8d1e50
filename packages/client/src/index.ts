// The client of the daemon for browsers and for Node. What needs Node (the unix socket, starting a daemon) is `@parley/client/node`.

export { createClient } from './create-client.ts';
export type { ClientOptions } from './create-client.ts';
export { Client } from './client.ts';
export type { ConfigEntry, ConfigView, Health } from './client.ts';
export { failure, isParleyError } from './failure.ts';
export type { WebSocketConstructor, WebSocketLike } from './fetch-transport.ts';
export type { LinkState } from './live/link.ts';
export type { FollowOptions } from './live/live.ts';
export type { Reconnect } from './live/reconnect.ts';
