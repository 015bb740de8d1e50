// Test support: what a process is to be started for, as the daemon asks.

import { newId } from '@parley/schema';
import type { AgentOptions, LaunchRequest, Policy } from '@parley/schema';

export const filesFolder = '/state/runs/run_1/files';

export function launchRequest(
  options: AgentOptions,
  policy: Policy = 'ask',
  more: Partial<LaunchRequest> = {},
): LaunchRequest {
  return {
    executable: '/opt/agent',
    cwd: '/home/dev/project',
    policy,
    endpoint: { kind: 'own' },
    root: false,
    extraArgs: [],
    runId: newId('run', 0),
    adapter: ['/opt/parley', 'adapter'],
    node: '/opt/node',
    filesFolder,
    prompt: 'PROMPT',
    options,
    ...more,
  };
}

/** The word after the flag; a flag that is not there exactly once throws. */
export function valueOf(argv: readonly string[], flag: string): string | undefined {
  const places = argv.flatMap((arg, place) => (arg === flag ? [place] : []));
  const [place] = places;
  if (place === undefined || places.length > 1) throw new Error(`${flag} is there ${places.length} times`);
  return argv[place + 1];
}
