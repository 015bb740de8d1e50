// The environment of an agent's process: the daemon's own, without Parley's secrets and without the keys of other vendors.

import type { AgentConfig, Driver, LaunchPlan } from '@parley/schema';

/** What the process gets. Later wins: daemon < configuration < driver. */
export function childEnvironment(
  base: NodeJS.ProcessEnv,
  driver: Driver,
  others: readonly Driver[],
  config: AgentConfig | undefined,
  plan: LaunchPlan,
  key: string | undefined,
): Readonly<Record<string, string>> {
  const foreignKeys = new Set(others.filter(({ agent }) => agent !== driver.agent).map(({ keyEnv }) => keyEnv));
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || name.startsWith('PARLEY_') || foreignKeys.has(name) || nodeOnly.has(name)) continue;
    env[name] = value;
  }
  if (key !== undefined) env[driver.keyEnv] = key;
  Object.assign(env, config?.env);
  for (const [name, value] of Object.entries(plan.env)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Meant for the daemon's own Node; an agent's Node must not inherit them. */
const nodeOnly = new Set([
  'NODE_OPTIONS',
  'NODE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
  'NODE_V8_COVERAGE',
  'NODE_TEST_CONTEXT',
]);
