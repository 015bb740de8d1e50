// Is a configured ACP agent here, and in which version? The one part of this driver that looks at files and runs the program.

import type { DetectRequest, Detected } from '@parley/schema';
import { findCommand, resolveLinks } from '../shared/find-executable.ts';
import { runVersion } from '../shared/run-version.ts';

/** `name` is what follows `acp:`; it is also the command that is looked for when the configuration names none. */
export async function detectAcp(name: string, request: DetectRequest): Promise<Detected> {
  const command = request.command ?? name;
  const found = await findCommand(command, request.searchPath);
  // npm's programs are links to scripts; as a script it can be started with a Node that is new enough.
  const script = found === undefined ? undefined : await resolveLinks(found);
  const path = script !== undefined && /\.[cm]?js$/.test(script) ? script : found;
  if (path === undefined) {
    const where = request.command === undefined ? `set agents."acp:${name}".command` : 'correct it';
    return { installed: false, problem: `The command ${command} is not an executable file: ${where}` };
  }
  // Not every agent has `--version` (some start to listen on stdin instead), so no answer is no problem, and not waited for long.
  const answer = await runVersion(path, request.env, 5000);
  // What it has for a model is its own business: nobody can look into every agent.
  const known = { installed: true, path, login: 'as the agent itself is configured' };
  return answer.ok ? { ...known, version: answer.version } : known;
}
