// Who brought a program onto this machine, as the place where it lies tells: what brings another version of it is not the same for all.

import { open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { AgentName, InstalledBy } from '@parley/schema';

export interface InstalledProgram {
  readonly agent: AgentName;
  readonly dialect?: string | undefined;
  /** Absolute path of the program. */
  readonly path: string;
  /** Where Parley installs agents. */
  readonly agentsDir: string;
}

/** The agents' names on PyPI, where their places do not tell them. */
const pythonPackages: Readonly<Record<AgentName, string>> = { vibe: 'mistral-vibe', kimi: 'kimi-cli' };

/** Places that name the package behind them. */
const places: readonly (readonly [by: InstalledBy['by'], place: RegExp, program: string])[] = [
  ['brew', /\/(?:Cellar|Caskroom)\/([^/]+)\//, 'brew'],
  ['uv', /\/uv\/tools\/([^/]+)\//, 'uv'],
  ['pipx', /\/pipx\/venvs\/([^/]+)\//, 'pipx'],
  ['bun', /\/\.bun\/install\/global\/node_modules\/((?:@[^/]+\/)?[^/]+)\//, 'bun'],
];

/** Undefined: nothing is known. Never throws. */
export async function installedBy(installed: InstalledProgram): Promise<InstalledBy | undefined> {
  const { agent, dialect, path, agentsDir } = installed;
  const [real, own] = await Promise.all([path, agentsDir].map((each) => realpath(each).catch(() => each)));
  if (real === undefined || own === undefined) return undefined;
  if (real.startsWith(own + sep)) return { by: 'parley', name: agent, program: 'parley' };
  const file = real.replaceAll('\\', '/');
  for (const [by, place, program] of places) {
    const name = place.exec(file)?.[1];
    if (name !== undefined) return { by, name, program };
  }
  const global = /^(.*)\/lib\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file);
  if (global?.[1] !== undefined && global[2] !== undefined)
    return { by: 'npm', name: global[2], program: await npmOf(global[1]) };
  if (/\/claude\/versions\/[^/]+$|\/\.claude\/local\//.test(file) || dialect === 'xai')
    return { by: 'vendor', name: agent, program: path };
  const name = pythonPackages[agent];
  const python = name === undefined ? undefined : await interpreterOf(file);
  return name === undefined || python === undefined ? undefined : { by: 'pip', name, program: python };
}

/** Several Nodes have several global folders: the npm beside this one. */
async function npmOf(prefix: string): Promise<string> {
  const beside = join(prefix, 'bin', 'npm');
  return (await stat(beside).catch(() => undefined)) === undefined ? 'npm' : beside;
}

/** The Python in the first line of a script that pip has made; any other file is none. */
async function interpreterOf(file: string): Promise<string | undefined> {
  try {
    const opened = await open(file);
    try {
      const { buffer, bytesRead } = await opened.read(Buffer.alloc(512), 0, 512, 0);
      return /^#!(\/\S*\/python[\d.]*)\s*$/m.exec(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '')?.[1];
    } finally {
      await opened.close();
    }
  } catch {
    return undefined;
  }
}
