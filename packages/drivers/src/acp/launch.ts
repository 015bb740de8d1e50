// How to start a configured ACP agent: its own command line, nothing else. Prompts go over stdin.

import { isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest, Policy } from '@parley/schema';

export function launchPlan(request: LaunchRequest): LaunchPlan {
  const { executable, cwd, endpoint, agentHome } = request;
  if (!isAbsolute(executable))
    throw new ParleyError('agent_start_failed', `The path of an ACP agent must be absolute, not ${executable}`);
  return {
    // Most agents speak ACP only when told (`acp`, `--acp`): that stands in the configuration's `args`.
    // An npm program runs on Parley's own Node: the user's may be too old for it.
    argv: [
      ...(/\.[cm]?js$/.test(executable) ? ([request.node, executable] as const) : ([executable] as const)),
      ...request.extraArgs,
    ],
    env: {
      // The names that OpenAI's own SDK reads; what another agent reads belongs into the configuration's `env`.
      ...(endpoint.kind === 'url' ? { OPENAI_BASE_URL: endpoint.url } : {}),
      ...(agentHome === undefined ? {} : homeAt(agentHome)),
    },
    cwd,
    limits: acpLimits(request.policy),
  };
}

/** Nothing is known of where the agent keeps its files, so all of a user's places move. */
function homeAt(folder: string): Readonly<Record<string, string | null>> {
  return { HOME: folder, XDG_CONFIG_HOME: null, XDG_DATA_HOME: null, XDG_STATE_HOME: null, XDG_CACHE_HOME: null };
}

const onlyWhatAsks =
  'Parley answers what the agent asks (and sets its mode where it offers one); what the agent does without asking is not held back.';

/** What no client of ACP can express, whatever the agent. */
export function acpLimits(policy: Policy): readonly string[] {
  switch (policy) {
    case 'read-only':
      return [onlyWhatAsks, 'Everything that asks is denied.'];
    case 'ask':
      return [onlyWhatAsks];
    case 'edit':
      return [onlyWhatAsks, 'Links inside the folder are not followed when a path is checked.'];
    case 'full':
      return [];
  }
}
