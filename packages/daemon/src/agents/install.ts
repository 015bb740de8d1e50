// Installs an agent from npm into Parley's own folder, beside the finished ones, so that a broken download never looks like an installed
// agent and one that does not run never takes the place of one that does.

import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { Driver } from '@parley/schema';
import {
  bytesIn,
  installationsOf,
  installFolder,
  makeCurrent,
  outdated,
  programsIn,
  removeVersions,
} from './installations.ts';
import { askVersion, installPackage, withoutKeys } from './npm.ts';

/** A driver of an agent that npm has. */
export type FromNpm = Driver & { readonly npmPackage: string };

/** Throws `invalid_request` with what a person can do, for an agent that npm does not have. */
export function fromNpm(driver: Driver): FromNpm {
  const { npmPackage, installHint = '', title } = driver;
  if (npmPackage !== undefined) return { ...driver, npmPackage };
  throw new ParleyError('invalid_request', `npm does not have ${title}. ${installHint}`, { field: 'name' });
}

/** The exact version to install: the proven one, or what npm says that the wanted one is. Throws as `askVersion`. */
export function versionFor(driver: FromNpm, wanted: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const { npmPackage, provenVersion } = driver;
  return wanted === undefined || wanted === provenVersion
    ? Promise.resolve(provenVersion)
    : askVersion(npmPackage, wanted, env);
}

const underWay = new Map<string, Promise<void>>();

/**
 * Install an exact version, telling what happens in lines. Two callers at once share one installation. Throws `agent_start_failed` with
 * npm's words or those of a program that does not run, and `invalid_request` for an agent or a version that npm does not have.
 */
export async function installAgent(
  agentsDir: string,
  driver: Driver,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
  version = driver.provenVersion,
): Promise<void> {
  const known = fromNpm(driver);
  const folder = installFolder(agentsDir, driver, version);
  const running = underWay.get(folder);
  if (running !== undefined) {
    tell('Another installation of it is under way; waiting for that.');
    return running;
  }
  const work = install(agentsDir, known, version, env, tell).finally(() => underWay.delete(folder));
  underWay.set(folder, work);
  return work;
}

async function install(
  agentsDir: string,
  driver: FromNpm,
  version: string,
  env: NodeJS.ProcessEnv,
  tell: (text: string) => void,
): Promise<void> {
  const { agent, title, npmPackage } = driver;
  const started = Date.now();
  const folder = installFolder(agentsDir, driver, version);
  const building = `${folder}.${process.pid}.part`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await removeLeftovers(dirname(folder));
  const before = await installationsOf(agentsDir, driver);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { mode: 0o700 });
  await writeFile(join(building, 'package.json'), JSON.stringify(manifestOf(driver)));
  tell(`Installing ${title} ${version} (${npmPackage}) from npm…`);
  const heartbeat = setInterval(
    () => tell(`… still installing (${Math.round((Date.now() - started) / 1000)} s)`),
    5000,
  );
  try {
    await installPackage(building, `${npmPackage}@${version}`, env, tell);
    await tryOut(driver, version, building, env);
    await rm(folder, { recursive: true, force: true });
    await rename(building, folder).catch(async (error: unknown) => {
      // A Parley with another state directory may have been faster: its agent is as good.
      if (!(await stat(join(folder, 'node_modules')).catch(() => undefined))?.isDirectory()) throw error;
    });
    await makeCurrent(agentsDir, agent, version);
  } finally {
    clearInterval(heartbeat);
    await rm(building, { recursive: true, force: true });
  }
  const old = outdated(before, version);
  await removeVersions(agentsDir, agent, old);
  if (old.length > 0) tell(`Removed ${old.join(', ')}.`);
  const size = Math.round((await bytesIn(folder)) / 1024 / 1024);
  tell(`${title} ${version} is installed (${Math.round((Date.now() - started) / 100) / 10} s, ${size} MB).`);
}

/**
 * What npm finds in the folder. npm 12 runs the scripts of those packages only that `allowScripts` names (without it OpenCode 1.18.33 and
 * Claude Code 2.1.329 are stubs that do not run); npm 11.19 does not mind it.
 */
function manifestOf({ agent, npmPackage }: FromNpm): unknown {
  return { private: true, name: `parley-agent-${agent}`, allowScripts: { [npmPackage]: true } };
}

/** A package can be complete for npm and not run: no program for this platform, a script that failed silently. */
async function tryOut(driver: FromNpm, version: string, building: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { installed, problem } = await driver.detect({
    searchPath: [programsIn(building)],
    env: withoutKeys(env),
    node: process.execPath,
  });
  if (installed && problem === undefined) return;
  throw new ParleyError(
    'agent_start_failed',
    `npm brought ${driver.title} ${version}, but it does not run: ${problem ?? 'its program is not there'}`,
  );
}

/** Half an installation of a daemon that was killed. One of a living process is left alone. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /\.(\d+)\.part$/.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
