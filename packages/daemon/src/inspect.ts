// What can be told of Parley without a daemon and without changing anything: for `parley doctor`.

import { driverOf } from '@parley/drivers';
import { findMarked } from '@parley/runtime';
import { checkFileSystem } from '@parley/store';
import type { Places } from '@parley/client/node';
import { ParleyError } from '@parley/schema';
import type { AgentView, Config } from '@parley/schema';
import { InstalledAgents } from './agents/installed-agents.ts';
import { instanceOf } from './core.ts';

export { loadConfig, loadProject } from './config/load.ts';
export { notHonoured } from './config/variables.ts';
export { withoutSecrets } from './config/without-secrets.ts';

/** The agents as a daemon with this environment would find them. Asks each program that is there for its version. */
export function viewAgents(
  { stateDir, agentsDir }: Pick<Places, 'stateDir' | 'agentsDir'>,
  config: Config,
  env: NodeJS.ProcessEnv,
): Promise<readonly AgentView[]> {
  const agents = new InstalledAgents({
    config,
    env,
    agentsDir,
    homesDir: stateDir,
    rehearsal: () => Promise.reject(new ParleyError('internal', 'Nothing is started by looking.')),
    adapter: ['parley', 'adapter'],
  });
  return agents.views();
}

/** Whether Parley drives an agent of that name; `acp:<name>` always. */
export function isDriven(name: string): boolean {
  try {
    driverOf(name);
    return true;
  } catch (error) {
    if (ParleyError.is(error) && error.code === 'unknown_agent') return false;
    throw error;
  }
}

/** Why no daemon can be in that directory: it is on a network file system. Undefined when it is not. */
export function networkProblem(directory: string): string | undefined {
  try {
    checkFileSystem(directory);
    return undefined;
  } catch (error) {
    if (ParleyError.is(error) && error.code === 'state_on_network') return error.message;
    throw error;
  }
}

/** Ids of the living processes that a daemon of this state directory has started. */
export function processesOf(stateDir: string): Promise<readonly number[]> {
  const instance = instanceOf(stateDir);
  return findMarked([`${instance}-runs`, `${instance}-services`]);
}
