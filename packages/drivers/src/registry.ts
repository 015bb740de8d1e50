// Which agents there are. A new agent is a new folder and one line here.

import { ParleyError } from '@parley/schema';
import type { AgentName, Driver } from '@parley/schema';
import { claude } from './claude/driver.ts';
import { codex } from './codex/driver.ts';

export const drivers: readonly Driver[] = [codex, claude];

/** The driver of an agent; the name may have spaces around it and any case. Throws `unknown_agent`. */
export function driverOf(name: AgentName): Driver {
  const wanted = name.trim().toLowerCase();
  const driver = drivers.find(({ agent }) => agent === wanted);
  if (driver !== undefined) return driver;
  const known = drivers.map(({ agent }) => agent).toSorted();
  throw new ParleyError(
    'unknown_agent',
    `There is no agent "${name.trim()}"; the known ones are ${known.join(', ')}.`,
    { known },
  );
}
