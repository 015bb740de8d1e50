// Finds OpenCode, its version and its logins. Reads its `auth.json` for whose they are, never for the secrets.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Detected, DetectRequest } from '@parley/schema';
import { findCommand, findExecutable, resolveLinks } from '../shared/find-executable.ts';
import { isObject, objectOfLine } from '../shared/json.ts';
import { runVersion } from '../shared/run-version.ts';

/** Never rejects: what is wrong is in `problem`. Takes as long as `opencode --version`, about a second. */
export async function detect(request: DetectRequest): Promise<Detected> {
  const { command, searchPath, env } = request;
  const found =
    command === undefined ? await findExecutable('opencode', searchPath) : await findCommand(command, searchPath);
  const login = await loginOf(env);
  const known = login === undefined ? {} : { login };
  if (found === undefined) {
    return command === undefined
      ? { installed: false, ...known }
      : { installed: false, ...known, problem: `Nothing executable is at ${command}` };
  }
  const [path, answer] = await Promise.all([resolveLinks(found), runVersion(found, env)]);
  // A package whose install script did not run leaves a stub that cannot even tell its version.
  return {
    installed: answer.ok,
    path,
    ...(answer.ok ? { version: answer.version } : { problem: answer.problem }),
    ...known,
  };
}

/** The providers that somebody logged in to with `opencode auth login`. */
async function loginOf(env: DetectRequest['env']): Promise<string | undefined> {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const data = env['XDG_DATA_HOME'] || (home === undefined ? undefined : join(home, '.local', 'share'));
  if (data === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(join(data, 'opencode', 'auth.json'), 'utf8');
  } catch {
    return undefined; // No file, or none that we may read: OpenCode itself would find no login either.
  }
  const providers = Object.entries(objectOfLine(text) ?? {}).filter(([, value]) => isObject(value));
  return providers.length === 0 ? undefined : providers.map(([name]) => name).join(', ');
}
