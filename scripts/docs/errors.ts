// The error catalogue as a table.

import { errorCatalogue, errorCodes } from '@parley/schema';
import { code, table } from './table.ts';

export function errorTable(): string {
  return table(
    ['code', 'HTTP', 'exit', 'again?', 'what to do'],
    errorCodes.map((name) => {
      const { status, exit, retryable, hint } = errorCatalogue[name];
      return [code(name), `${status}`, `${exit}`, retryable ? 'yes' : '', hint];
    }),
  );
}
