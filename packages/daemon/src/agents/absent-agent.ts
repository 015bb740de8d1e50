// What is said of an agent that is not here.

import { ParleyError } from '@parley/schema';
import type { AgentName, Driver } from '@parley/schema';
import { driverToInstall } from './driver-to-install.ts';

/** `unknown_agent` for one that speaks ACP and that nothing in the configuration describes, else `agent_not_installed`. */
export function absentAgent(
  { agent, title, installHint }: Driver,
  problem: string | undefined,
  configured: Readonly<Record<AgentName, unknown>>,
): ParleyError {
  if (agent.startsWith('acp:') && configured[agent] === undefined) {
    const known = Object.keys(configured).filter((name) => name.startsWith('acp:'));
    const which = known.length === 0 ? 'names none that speaks ACP' : `names ${known.join(', ')}`;
    return new ParleyError('unknown_agent', `There is no agent "${agent}": the configuration ${which}.`, { known });
  }
  return new ParleyError('agent_not_installed', problem ?? `${title} is not installed.`, {
    install: driverToInstall(agent).npmPackage === undefined ? installHint : `parley agents install ${agent}`,
  });
}
