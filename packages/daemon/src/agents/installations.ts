// What Parley has installed itself: `<agentsDir>/<agent>/<version>`, and beside the versions a file `current` that names the one in use.
// Parleys with other state directories share it, so all that is known of it is in these files.

import { lstat, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentName, Driver } from '@parley/schema';

/** The folder of one version of an agent. */
export function installFolder(
  agentsDir: string,
  { agent, provenVersion }: Pick<Driver, 'agent' | 'provenVersion'>,
  version = provenVersion,
): string {
  return join(agentFolder(agentsDir, agent), version);
}

/** Where an agent's programs lie within such a folder. */
export function programsIn(folder: string): string {
  return join(folder, 'node_modules', '.bin');
}

export interface Installations {
  /** The one in use; absent when there is none. */
  readonly current?: string;
  readonly versions: readonly string[];
}

/** The versions that are there. Where `current` names none of them (somebody removed it by hand) the proven or newest one is in use. */
export async function installationsOf(
  agentsDir: string,
  { agent, provenVersion }: Pick<Driver, 'agent' | 'provenVersion'>,
): Promise<Installations> {
  const folder = agentFolder(agentsDir, agent);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const versions = entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.part'))
    .map(({ name }) => name)
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const named = (await readFile(join(folder, 'current'), 'utf8').catch(() => '')).trim();
  const current = [named, provenVersion].find((version) => versions.includes(version)) ?? versions.at(-1);
  return current === undefined ? { versions } : { current, versions };
}

/** From now on this version is the one in use. */
export async function makeCurrent(agentsDir: string, agent: AgentName, version: string): Promise<void> {
  const file = join(agentFolder(agentsDir, agent), 'current');
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${version}\n`, { mode: 0o600 });
  await rename(fresh, file);
}

/**
 * What is removed once `version` is in use: all but the one that was in use until then. Processes of sessions run from that one, and
 * Parleys that have found it keep starting it for a minute; so it stays until the next installation. Nothing goes when the version in
 * use is installed again.
 */
export function outdated({ current, versions }: Installations, version: string): readonly string[] {
  return current === version ? [] : versions.filter((each) => each !== version && each !== current);
}

/** Never throws: what cannot be removed is in nobody's way. */
export async function removeVersions(agentsDir: string, agent: AgentName, versions: readonly string[]): Promise<void> {
  for (const version of versions)
    await rm(join(agentFolder(agentsDir, agent), version), { recursive: true, force: true }).catch(() => undefined);
}

/** Bytes on disk; what is linked twice counts once. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const seen = new Map<number, number>();
  for (const { parentPath, name } of entries) {
    const facts = await lstat(join(parentPath, name)).catch(() => undefined); // Gone meanwhile.
    if (facts !== undefined) seen.set(facts.ino, facts.blocks * 512);
  }
  return [...seen.values()].reduce((sum, each) => sum + each, 0);
}

/** Bytes that are free where a folder is, or will be. */
export async function freeBytesAt(folder: string): Promise<number> {
  if ((await stat(folder).catch(() => undefined)) === undefined && dirname(folder) !== folder)
    return freeBytesAt(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function agentFolder(agentsDir: string, agent: AgentName): string {
  return join(agentsDir, agent.replaceAll(/[^\w.-]/g, '_'));
}
