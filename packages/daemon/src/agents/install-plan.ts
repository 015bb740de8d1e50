// What an installation of an agent would do, so that a person can agree to it first.

import type { AgentView, Driver, InstallPlan } from '@parley/schema';
import { fromNpm, versionFor } from './install.ts';
import { bytesIn, freeBytesAt, installationsOf, installFolder, outdated } from './installations.ts';

export interface PlanRequest {
  readonly agentsDir: string;
  /** The driver whose package it is. */
  readonly driver: Driver;
  /** The agent as it is found now. */
  readonly view: AgentView;
  /** Absent: the proven version. */
  readonly wanted?: string | undefined;
  /** `agents.<agent>.command` of the configuration. */
  readonly command?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws `invalid_request` for an agent or a version that npm does not have, and `agent_start_failed` when npm cannot be asked. */
export async function planInstallation(request: PlanRequest): Promise<InstallPlan> {
  const { agentsDir, view, wanted, command, env } = request;
  const driver = fromNpm(request.driver);
  const { agent, title, npmPackage, provenVersion } = driver;
  const [version, installations, freeBytes] = await Promise.all([
    versionFor(driver, wanted, env),
    installationsOf(agentsDir, driver),
    freeBytesAt(agentsDir),
  ]);
  const { current } = installations;
  return {
    agent,
    title,
    package: npmPackage,
    version,
    provenVersion,
    folder: installFolder(agentsDir, driver, version),
    ...(current === undefined
      ? {}
      : { current, currentBytes: await bytesIn(installFolder(agentsDir, driver, current)) }),
    ...(view.installed && view.path !== undefined
      ? { found: { path: view.path, ...(view.version === undefined ? {} : { version: view.version }) } }
      : {}),
    removes: outdated(installations, version),
    freeBytes,
    ...(command === undefined ? {} : { command }),
  };
}
