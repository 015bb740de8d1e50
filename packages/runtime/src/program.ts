// Finding the program before anything is started: a shell would tell "missing" (127) and "not executable" (126) only as exit codes,
// which an agent may use itself.

import fs from 'node:fs';
import path from 'node:path';
import { ParleyError } from '@parley/schema';

/** Absolute path of the program. Throws `agent_not_installed` when it is missing, `agent_start_failed` when it cannot be executed. */
export function findProgram(
  name: string,
  { searchPath = '', cwd }: { readonly searchPath?: string | undefined; readonly cwd: string },
): string {
  const candidates = name.includes('/')
    ? [path.resolve(cwd, name)]
    : searchPath.split(':').map((folder) => path.resolve(cwd, folder, name));
  let refused: string | undefined;
  for (const candidate of candidates) {
    switch (inspect(candidate)) {
      case 'executable':
        return candidate;
      case 'not-executable':
        refused ??= candidate;
        break;
      case 'missing':
        break;
    }
  }
  if (refused !== undefined)
    throw new ParleyError('agent_start_failed', `${refused} is not a program that may be executed.`);
  throw new ParleyError('agent_not_installed', `There is no program ${name}.`);
}

function inspect(file: string): 'executable' | 'not-executable' | 'missing' {
  try {
    if (!fs.statSync(file).isFile()) return 'not-executable';
    fs.accessSync(file, fs.constants.X_OK);
    return 'executable';
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      ? 'missing'
      : 'not-executable';
  }
}
