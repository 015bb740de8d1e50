// Is Mistral Vibe here, in which version, with whose login? The one part of this driver that reads files and runs the program.

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, findExecutable } from '../shared/find-executable.ts';
import { runVersion } from '../shared/run-version.ts';

export const detectVibe = (request: DetectRequest): Promise<Detected> => detectProgram('vibe', request);

/** The ACP server is a program of its own in the same package. A configured `command` names `vibe`; its neighbour is meant. */
export const detectVibeAcp = (request: DetectRequest): Promise<Detected> =>
  detectProgram('vibe-acp', {
    ...request,
    ...(request.command === undefined
      ? {}
      : { command: request.command.replace(/(^|[/\\])vibe(?=$|\.exe$)/, '$1vibe-acp') }),
  });

async function detectProgram(name: string, request: DetectRequest): Promise<Detected> {
  const { command, searchPath, env } = request;
  const path = command === undefined ? await findExecutable(name, searchPath) : await findCommand(command, searchPath);
  const login = await loginOf(env);
  const known = login === undefined ? {} : { login };
  if (path === undefined) {
    return command === undefined
      ? { installed: false, ...known }
      : {
          installed: false,
          ...known,
          problem: `agents.vibe.command names ${command}, which is not an executable file`,
        };
  }
  // Links stay as they are: a Python tool finds its packages by where it was called.
  const answer = await runVersion(path, env);
  return answer.ok
    ? { installed: true, path, version: answer.version, ...known }
    : { installed: true, path, ...known, problem: answer.problem };
}

/** `vibe --setup` leaves the key in its own `.env`. The key itself is read past and never kept. */
async function loginOf(env: DetectRequest['env']): Promise<string | undefined> {
  const home = env['VIBE_HOME'] || join(env['HOME'] || homedir(), '.vibe');
  try {
    const text = await readFile(join(home, '.env'), 'utf8');
    return /^\s*(?:export\s+)?MISTRAL_API_KEY\s*=\s*\S/m.test(text) ? "API key in Vibe's own .env" : undefined;
  } catch {
    return undefined; // No file, or none that we may read: no login that we could name. Vibe may also keep one in the system's key ring.
  }
}
