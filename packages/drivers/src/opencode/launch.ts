// How `opencode serve` and `opencode run` are started: argv, environment, and what of the policy they cannot express. Seen on 1.18.33.

import { join } from 'node:path';
import type { LaunchPlan, LaunchRequest } from '@parley/schema';
import { configOf } from './config.ts';
import { unwantedEvents } from './events.ts';
import { namedModel } from './model.ts';
import { policyLimits } from './policy.ts';

/** Behind `parley adapter http`, which makes lines of its HTTP and sets a password that nobody else knows. */
export function launchServe(request: LaunchRequest): LaunchPlan {
  const argv: LaunchPlan['argv'] = [
    ...request.adapter,
    'http',
    '--events',
    '/event',
    '--password-env',
    'OPENCODE_SERVER_PASSWORD',
    '--user',
    'opencode',
    '--ignore',
    unwantedEvents.join(','),
    '--',
    request.executable,
    'serve',
    '--port',
    '0',
    '--hostname',
    '127.0.0.1',
    ...request.extraArgs,
  ];
  return {
    argv,
    env: environment(request),
    cwd: request.cwd,
    limits: policyLimits(request.policy, 'serve'),
    firstStart: firstStart(request),
  };
}

/** One process for one turn; the prompt comes on stdin, where it is left as it is (as an argument OpenCode would put quotes into it). */
export function launchRun(request: LaunchRequest): LaunchPlan {
  const named = namedModel(request.model, request.endpoint.kind);
  const variant = request.variant ?? request.effort;
  const argv: LaunchPlan['argv'] = [
    request.executable,
    'run',
    '--format',
    'json',
    '--thinking',
    '--agent',
    'build',
    ...(named === undefined ? [] : ['--model', `${named.providerID}/${named.modelID}`]),
    ...(variant === undefined ? [] : ['--variant', variant]),
    // A title of its own saves the request to the model that would make one.
    ...(request.threadId === undefined ? ['--title', 'Parley'] : ['--session', request.threadId]),
    ...(request.fork === true ? ['--fork'] : []),
    ...request.extraArgs,
  ];
  return {
    argv,
    env: environment(request),
    cwd: request.cwd,
    limits: policyLimits(request.policy, 'run'),
    firstStart: firstStart(request),
  };
}

/** It makes its database at the first start; of several first starts at once all but one fail at it (1.18.33). */
function firstStart({ executable }: LaunchRequest): NonNullable<LaunchPlan['firstStart']> {
  return { argv: [executable, 'db', 'path'], unless: join('opencode', 'opencode.db') };
}

function environment(request: LaunchRequest): Readonly<Record<string, string | null>> {
  const { agentHome } = request;
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configOf(request)),
    // Parley installs pinned versions itself, and the model list that comes with the program does.
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    ...(request.endpoint.kind === 'url' ? { OPENCODE_DISABLE_MODELS_FETCH: '1' } : {}),
    // A server that an outer OpenCode started, and its rules, are not this one's.
    OPENCODE_SERVER_PASSWORD: null,
    OPENCODE_SERVER_USERNAME: null,
    OPENCODE_PERMISSION: null,
    ...(agentHome === undefined
      ? {}
      : {
          XDG_CONFIG_HOME: join(agentHome, 'config'),
          XDG_DATA_HOME: join(agentHome, 'data'),
          XDG_STATE_HOME: join(agentHome, 'state'),
          XDG_CACHE_HOME: join(agentHome, 'cache'),
          OPENCODE_CONFIG: null,
          OPENCODE_CONFIG_DIR: null,
        }),
  };
}
