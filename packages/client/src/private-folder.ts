// Folders that only their owner may enter. The system's temp dir is open to everybody, so a name in it proves nothing.

import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { failure } from './failure.ts';

/**
 * Makes the folder and its parents (0700) where they are missing, and closes it to others. Throws `forbidden` when it belongs to
 * somebody else or is no folder.
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  if (!isOurs(stat)) {
    throw await failure('forbidden', `${path} is not a folder of ours: remove it, or choose another PARLEY_STATE_DIR.`);
  }
  if (isOpen(stat)) chmodSync(path, 0o700);
}

/** Whether the folder is there and only its owner, who is us, may enter it. */
export function isPrivateFolder(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && isOurs(stat) && !isOpen(stat);
}

function isOurs(stat: Stats): boolean {
  return stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
}

function isOpen(stat: Stats): boolean {
  return process.platform !== 'win32' && (stat.mode & 0o077) !== 0;
}
