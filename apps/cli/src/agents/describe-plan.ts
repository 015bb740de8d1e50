// What an installation would do, as text.

import type { InstallPlan } from '@parley/schema';
import { plainLine } from '../terminal/plain-text.ts';

/** One fact a line, ending with a newline. */
export function describePlan(plan: InstallPlan): string {
  const { title, package: from, version, provenVersion, folder, removes, freeBytes, command } = plan;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['install', `${title} ${version}`],
    ['from npm', `${from}@${version}`],
    ['to', folder],
    ['now', now(plan)],
    ['replaces', replaced(plan)],
    ['removes', removes.length === 0 ? undefined : removes.join(', ')],
    ['proven on', version === provenVersion ? undefined : `${provenVersion}; other versions may work`],
    ['disk', `${sizeOf(freeBytes)} free${taken(plan)}`],
    ['but', command === undefined ? undefined : `agents.${plan.agent}.command names ${command}, which is used instead`],
  ];
  return facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(11)}${plainLine(value)}\n`]))
    .join('');
}

function now({ current, found }: InstallPlan): string {
  if (found === undefined) return current === undefined ? 'not installed' : `${current}, which does not run`;
  return `${found.version ?? 'unknown version'} at ${found.path}`;
}

function replaced({ current, version, found }: InstallPlan): string | undefined {
  if (current === version) return `${version}, which is installed again`;
  if (current !== undefined) return `${current}, which stays on the disk until the installation after this`;
  return found === undefined ? undefined : 'nothing: what is there now stays as it is, and the new one comes first';
}

function taken({ current, currentBytes }: InstallPlan): string {
  return current === undefined || currentBytes === undefined ? '' : `; ${current} takes ${sizeOf(currentBytes)}`;
}

function sizeOf(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 10_000 ? `${Math.round(megabytes)} MB` : `${Math.round(megabytes / 1024)} GB`;
}
