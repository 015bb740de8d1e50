// Paths of the agent against the session's folders. Pure text: a driver does not look at the disk, so links are not followed.

import { isAbsolute, relative, resolve } from 'node:path';

/** Whether a path, absolute or relative to the first folder, lies in one of these folders. */
export function isInside(path: string, folders: readonly string[]): boolean {
  const [cwd] = folders;
  if (cwd === undefined || !isAbsolute(cwd)) return false;
  const absolute = resolve(cwd, path);
  return folders.some((folder) => isBelow(relative(resolve(folder), absolute)));
}

/** Relative to the folder where it lies inside it, else as it was given. */
export function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const inside = relative(cwd, path);
  return inside !== '' && isBelow(inside) ? inside : path;
}

function isBelow(path: string): boolean {
  return path !== '..' && !/^\.\.[\\/]/.test(path) && !isAbsolute(path);
}
