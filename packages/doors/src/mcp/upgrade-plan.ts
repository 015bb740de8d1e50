// What brings another version of an agent. Only what Parley itself has installed is it allowed to change: of all else the plan says which
// command its owner has to run.

import type { AgentView, InstalledBy } from '@parley/schema';

export interface UpgradePlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly strategy:
    | 'parley-install'
    | 'npm-global-install'
    | 'bun-global-install'
    | 'brew-upgrade'
    | 'uv-tool-upgrade'
    | 'pipx-upgrade'
    | 'pip-install'
    | 'self-update';
  /** Whether Parley may do it: into its own folder, beside what the user has. */
  readonly byParley: boolean;
  readonly note?: string;
}

/** The version that Parley was proven on. */
export const provenTarget = 'proven';

/** What is wrong with a target; undefined: nothing. */
export function targetProblem(target: string): string | undefined {
  if (target === '') return 'target: must not be empty.';
  if (target.startsWith('-')) return 'target: must not begin with "-".';
  return /[\s\p{Cc}]/u.test(target) ? 'target: must hold no spaces and no control characters.' : undefined;
}

/** A text instead of a plan says why there is none and what a person can do. */
export function planUpgrade(agent: AgentView, target: string): UpgradePlan | string {
  const { name, title, installed, installedBy, installable, provenVersion, path, installHint } = agent;
  const version = target === provenTarget ? provenVersion : target;
  const by = installed ? installedBy?.by : undefined;
  if (installedBy !== undefined && by !== undefined && by !== 'parley') {
    const copy =
      installable === undefined ? '' : ` \`parley agents install ${name}\` would bring a copy that only Parley uses.`;
    const note = `${title} at ${path ?? name} was not installed by Parley, so this command is yours to run.${copy}`;
    const wanted = commandFor(by, installedBy, version);
    return typeof wanted === 'string' ? `${wanted}${copy}` : { ...wanted, byParley: false, note };
  }
  if (installable !== undefined) {
    const args = ['agents', 'install', name, ...(target === provenTarget ? [] : [target])];
    const unknown =
      installed && by === undefined
        ? { note: `How ${path ?? name} came here is not known. Parley would install a copy of its own and use that.` }
        : {};
    return { command: 'parley', args, strategy: 'parley-install', byParley: true, ...unknown };
  }
  const what = installed
    ? `It is not known how ${title} at ${path ?? name} was installed`
    : `${title} is not installed`;
  return `${what}, and npm does not have it. ${installHint ?? 'Upgrade it with what installed it'}.`;
}

function commandFor(
  by: Exclude<InstalledBy['by'], 'parley'>,
  { name, program }: InstalledBy,
  version: string,
): Omit<UpgradePlan, 'byParley'> | string {
  const newest = version === 'latest';
  switch (by) {
    case 'npm':
      return { command: program, args: ['install', '-g', `${name}@${version}`], strategy: 'npm-global-install' };
    case 'bun':
      return { command: program, args: ['add', '-g', `${name}@${version}`], strategy: 'bun-global-install' };
    case 'brew':
      return newest
        ? { command: program, args: ['upgrade', name], strategy: 'brew-upgrade' }
        : `Homebrew brings the newest version only, not ${version}: ask for the target latest.`;
    case 'uv': {
      const args = newest ? ['tool', 'upgrade', name] : ['tool', 'install', `${name}==${version}`];
      return { command: program, args, strategy: 'uv-tool-upgrade' };
    }
    case 'pipx': {
      const args = newest ? ['upgrade', name] : ['install', '--force', `${name}==${version}`];
      return { command: program, args, strategy: 'pipx-upgrade' };
    }
    case 'pip': {
      const args = ['-m', 'pip', 'install', '-U', newest ? name : `${name}==${version}`];
      return { command: program, args, strategy: 'pip-install' };
    }
    case 'vendor': {
      // `claude install <version>`; `grok update --version <version>`.
      const exact = name === 'claude' ? ['install', version] : ['update', '--version', version];
      return { command: program, args: newest ? ['update'] : exact, strategy: 'self-update' };
    }
  }
}
