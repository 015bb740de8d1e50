// The command line of an adapter: `--name value …`, then `--`, then the agent's own command line.

import { ParleyError } from '@parley/schema';

export interface AdapterArguments {
  readonly command: readonly [string, ...string[]];
  value(name: string): string | undefined;
}

/** Throws `invalid_request` for a flag that is not one of `names`, a flag without its value, or a missing command. */
export function readArguments(argv: readonly string[], names: readonly string[]): AdapterArguments {
  const values = new Map<string, string>();
  for (let at = 0; at < argv.length; at += 2) {
    const [flag = '', value] = argv.slice(at, at + 2);
    if (flag === '--') {
      const [program, ...rest] = argv.slice(at + 1);
      if (program === undefined) break;
      return { command: [program, ...rest], value: (name) => values.get(name) };
    }
    if (!names.includes(flag)) throw new ParleyError('invalid_request', `The adapter has no flag ${flag}.`);
    if (value === undefined) throw new ParleyError('invalid_request', `The adapter's flag ${flag} needs a value.`);
    values.set(flag, value);
  }
  throw new ParleyError('invalid_request', 'The adapter needs a command line after --.');
}
