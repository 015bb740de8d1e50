// `parley adapter …`: small programs that stand before an agent in its own run and make lines of what is none.

import { ParleyError } from '@parley/schema';
import { runAfterExitAdapter } from './after-exit.ts';
import { runHttpAdapter } from './http.ts';
import { processIo } from './io.ts';

/**
 * `args`: the adapter's name and what follows it. Resolves to the exit code, which is the agent's (128 and the signal's number where a
 * signal ended it). Throws `ParleyError` for arguments that it cannot read. The caller ends the process: the agent's children may
 * still hold streams open.
 */
export async function runAdapter(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  switch (name) {
    case 'http':
      return runHttpAdapter(rest, processIo());
    case 'after-exit':
      return runAfterExitAdapter(rest, processIo());
    default:
      throw new ParleyError('invalid_request', `There is no adapter ${name ?? 'without a name'}.`);
  }
}
