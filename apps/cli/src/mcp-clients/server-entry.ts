// How a client is to start `parley mcp`: by absolute paths, because what a desktop starts has no PATH of a shell.

import { accessSync, constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Io } from '../io.ts';
import type { ServerEntry } from './clients.ts';

/** Variables that say which Parley this is; a server that lacks them would speak to another daemon. */
export const placeVariables = ['PARLEY_STATE_DIR', 'PARLEY_DATA_DIR', 'PARLEY_CONFIG'] as const;

export function serverEntry({ self, env, cwd }: Pick<Io, 'self' | 'env' | 'cwd'>): ServerEntry {
  const [program, ...args] = commandOf(self);
  return {
    command: program,
    args: [...args, 'mcp'],
    env: Object.fromEntries(
      placeVariables.flatMap((name) => {
        const value = env[name];
        return value === undefined || value === '' ? [] : [[name, resolve(cwd, value)]];
      }),
    ),
  };
}

/** A checkout's own `bin/parley`, which always runs the newest build on the right Node; else this very command. */
function commandOf(self: Io['self']): Io['self'] {
  const script = self.at(-1) ?? '';
  // dist/parley/main.mjs, or apps/cli/src/main.ts
  for (const up of ['../..', '../../..']) {
    const candidate = join(dirname(script), up, 'bin', 'parley');
    if (/[/\\]main\.(?:mjs|ts)$/.test(script) && isExecutable(candidate)) return [candidate];
  }
  return self;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
