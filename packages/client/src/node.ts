// The client's part that needs Node: places on this machine, the unix socket, finding and starting the daemon.

export { connectDaemon, findDaemon } from './connect-daemon.ts';
export type { DaemonPlace } from './connect-daemon.ts';
export { startDaemon } from './start-daemon.ts';
export type { StartOptions } from './start-daemon.ts';
export { placesOf } from './places.ts';
export type { Places } from './places.ts';
export { ensurePrivateFolder, isPrivateFolder } from './private-folder.ts';
