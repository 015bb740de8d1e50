// How to start `codex app-server`: argv, environment, and what of the policy it cannot express. Prompts go over stdin, and so do the
// session's folders, effort and personality (`turn.ts`).

import { ParleyError } from '@parley/schema';
import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { limitsOf } from './policy.ts';
import { absoluteExecutable, environmentOf, settingsOf } from './settings.ts';

export function launchPlan(request: LaunchRequest): LaunchPlan {
  const { cwd, policy, providerProfile, agentHome } = request;
  // 0.169.0 refuses `--profile` here and has no setting that does the same. Without it the words would go to another provider.
  if (providerProfile !== undefined)
    throw new ParleyError(
      'config_invalid',
      `Codex takes a provider profile ("${providerProfile}") only in its mode "exec", not in "app-server".`,
    );
  return {
    argv: [absoluteExecutable(request), 'app-server', ...settingsOf(request), ...request.extraArgs],
    env: environmentOf(request),
    cwd,
    limits: limitsOf(policy, agentHome !== undefined),
  };
}
