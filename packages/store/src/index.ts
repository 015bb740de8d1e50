// Persistence: the store in SQLite, and what must hold of a state directory before it is opened.

export { checkFileSystem } from './file-system.ts';
export { lockStateDirectory } from './lock.ts';
export type { StateLock } from './lock.ts';
export { openStore } from './open-store.ts';
export type { StoreOptions } from './open-store.ts';
