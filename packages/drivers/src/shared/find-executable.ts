// Finds a program by name on a search path, and follows links to where it really lies.

import { access, constants, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The first executable file called `name` in these folders (absolute, not resolved), or undefined. */
export async function findExecutable(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    // A relative entry of PATH would depend on where the daemon was started: never trust one.
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/**
 * What `command` of the configuration means: an absolute path is taken as it is, a bare name is looked for.
 * Undefined when nothing executable is there.
 */
export async function findCommand(command: string, folders: readonly string[]): Promise<string | undefined> {
  if (isAbsolute(command)) return (await isExecutable(command)) ? command : undefined;
  return command.includes('/') || command.includes('\\') ? undefined : findExecutable(command, folders);
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The file behind all links (`node_modules/.bin/x` → the package's file); the path itself when that cannot be told. */
export async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

/** The folders of a PATH variable. */
export function foldersOfPath(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}
