// The environment of an agent's process: the daemon's own, without Parley's secrets and without the keys of other vendors.

import { isParleys, vendorKeys } from './vendor-keys.ts';
import type { Config, Driver, LaunchPlan, SessionConfig } from '@parley/schema';

export interface ChildFacts {
  readonly driver: Driver;
  /** All drivers. */
  readonly drivers: readonly Driver[];
  readonly agents: Config['agents'];
  /** The agent's entries of the configuration, with those of the session's profile over them. */
  readonly settings: Pick<SessionConfig, 'env' | 'unset' | 'allow_env'>;
  readonly plan: Pick<LaunchPlan, 'env'>;
  /** The key for the driver's own variable. Without one the agent gets none: its own login is what the session was made with. */
  readonly key: string | undefined;
}

/** What the process gets. Later wins: daemon < configuration < profile < driver. */
export function childEnvironment(
  base: NodeJS.ProcessEnv,
  { driver, drivers, agents, settings, plan, key }: ChildFacts,
): Readonly<Record<string, string>> {
  const foreignKeys = keysOfOthers(driver, drivers, agents);
  for (const name of settings.allow_env) foreignKeys.delete(name);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value === undefined || isParleys(name) || foreignKeys.has(name) || nodeOnly.has(name)) continue;
    env[name] = value;
  }
  if (key === undefined) delete env[driver.keyEnv];
  else env[driver.keyEnv] = key;
  for (const name of settings.unset) delete env[name];
  Object.assign(env, settings.env);
  for (const [name, value] of Object.entries(plan.env)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  return env;
}

function keysOfOthers(driver: Driver, drivers: readonly Driver[], agents: Config['agents']): Set<string> {
  const keys = new Set(vendorKeys);
  for (const other of drivers) {
    if (other.agent === driver.agent) continue;
    for (const name of [other.keyEnv, ...(other.secretEnv ?? [])]) keys.add(name);
  }
  for (const [agent, { model_key_env: name }] of Object.entries(agents))
    if (agent !== driver.agent && name !== undefined) keys.add(name);
  keys.delete(agents[driver.agent]?.model_key_env ?? driver.keyEnv);
  for (const name of [driver.keyEnv, ...(driver.secretEnv ?? [])]) keys.delete(name);
  return keys;
}

/** Meant for the daemon's own Node; an agent's Node must not inherit them. */
const nodeOnly = new Set([
  'NODE_OPTIONS',
  'NODE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
  'NODE_V8_COVERAGE',
  'NODE_TEST_CONTEXT',
]);
