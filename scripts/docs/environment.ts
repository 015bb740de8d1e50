// The variables of the environment, from the tables that read them.

import { gatewayEntries, otherGatewayVariables, otherParleyVariables, parleyVariables } from '@parley/daemon';
import type { EntryVariable } from '@parley/daemon';
import { code, table } from './table.ts';

const entriesOf = ({ sets }: EntryVariable): string => sets.map(({ key }) => code(key.join('.'))).join(', ');

export function ownVariableTable(): string {
  return table(
    ['variable', 'entry of the configuration', 'what it is'],
    [
      ...parleyVariables.map((variable) => [code(variable.name), entriesOf(variable), variable.meaning]),
      ...otherParleyVariables.map(({ name, meaning }) => [code(name), '', meaning]),
    ],
  );
}

export function gatewayVariableTable(): string {
  return table(
    ['variable', 'entry of the configuration', 'what Parley makes of it'],
    [
      ...gatewayEntries.map((variable) => [code(variable.name), entriesOf(variable), variable.meaning]),
      ...otherGatewayVariables.map(({ name, meaning }) => [name.split(', ').map(code).join(', '), '', meaning]),
    ],
  );
}
