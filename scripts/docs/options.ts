// The agents' own options: what each means, and which way of speaking to an agent has it.

import { drivers } from '@parley/drivers';
import { agentOptionNames, agentOptionShape } from '@parley/schema';
import { code, table } from './table.ts';

export function optionTable(): string {
  return table(
    ['option', 'what it means', 'agents and modes'],
    agentOptionNames.map((name) => [
      code(name),
      agentOptionShape[name].description ?? '',
      drivers
        .filter(({ options = [] }) => options.includes(name))
        .map(({ agent, mode }) => `${agent} ${code(mode)}`)
        .join(', '),
    ]),
  );
}
