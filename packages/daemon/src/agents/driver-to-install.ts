// Which of an agent's programs Parley installs.

import { driverOf, driversOf } from '@parley/drivers';
import type { AgentName, Driver } from '@parley/schema';

/** Of an agent's programs the first that npm has; where npm has none, the usual one. Throws `unknown_agent`. */
export function driverToInstall(name: AgentName): Driver {
  return driversOf(name).find(({ npmPackage }) => npmPackage !== undefined) ?? driverOf(name);
}
