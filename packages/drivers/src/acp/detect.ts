// Is a configured ACP agent here, and in which version? The one part of this driver that looks at files and runs the program.

import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand } from '../shared/find-executable.ts';
import { runVersion } from '../shared/run-version.ts';

/** `name` is what follows `acp:`; it is also the command that is looked for when the configuration names none. */
export async function detectAcp(name: string, request: DetectRequest): Promise<Detected> {
  const command = request.command ?? name;
  const path = await findCommand(command, request.searchPath);
  if (path === undefined) {
    const where = request.command === undefined ? `set agents."acp:${name}".command` : 'correct it';
    return { installed: false, problem: `The command ${command} is not an executable file: ${where}` };
  }
  // Not every agent has `--version` (some start to listen on stdin instead), so no answer is no problem, and not waited for long.
  const answer = await runVersion(path, request.env, 5000);
  // What it has for a model is its own business: nobody can look into every agent.
  const found = { installed: true, path, login: 'as the agent itself is configured' };
  return answer.ok ? { ...found, version: answer.version } : found;
}
