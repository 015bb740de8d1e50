// How a run of @vibe-kit/grok-cli is started: argv, environment, and what it does that the policy cannot prevent. Seen on 0.0.34.

import { dirname, isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { promptArgument } from '../shared/prompt-argument.ts';

/** Throws `ParleyError` for every policy but `full`: this program asks nobody and forbids itself nothing. */
export function launchKit(request: LaunchRequest): LaunchPlan {
  const { executable, policy, endpoint, model, agentHome } = request;
  if (!isAbsolute(executable))
    throw new ParleyError('agent_start_failed', `The path of Grok CLI must be absolute, not ${executable}`);
  if (policy !== 'full')
    throw new ParleyError(
      'policy_not_allowed',
      `Grok CLI (@vibe-kit/grok-cli) approves every edit and command itself: it cannot run with the policy "${policy}", only with "full".`,
    );
  const prompt = promptArgument('Grok CLI', request.prompt);
  return {
    argv: [
      // The package's own script, as detection finds it, runs on our Node; a command of the user's as it is.
      ...(executable.endsWith('.js') ? ([request.node, executable] as const) : ([executable] as const)),
      // The program reads `.env` of the folder that it starts in, where a project could name a model server or a key. So it starts in its
      // own and goes from there.
      `--directory=${request.cwd}`,
      ...request.extraArgs,
      // One word, so that a prompt that begins with "-" is no flag.
      `--prompt=${prompt}`,
    ],
    env: {
      ...(endpoint.kind === 'url' ? { GROK_BASE_URL: endpoint.url } : {}),
      ...(model === undefined ? {} : { GROK_MODEL: model }),
      // It knows no variable for its own files.
      ...(agentHome === undefined ? {} : { HOME: agentHome }),
    },
    cwd: dirname(executable),
    limits: [
      'Grok CLI writes its settings into the workspace (.grok/settings.json), and starts the MCP servers that are named there.',
      'It remembers nothing: each message begins a new conversation.',
      'The prompt stands in its command line, where other users of this machine can read it while it works.',
    ],
  };
}
