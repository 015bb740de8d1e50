// Settings that every way of speaking to Codex starts it with, as `-c key=value` on the command line.

import { isAbsolute } from 'node:path';
import { ParleyError } from '@parley/schema';
import type { LaunchRequest } from '@parley/schema';
import { optionSettings } from './options.ts';

/** The name of the provider that stands for a model server of our choice; a conversation keeps it and finds it again when it is resumed. */
const provider = 'parley';

/** The executable's path. Throws `agent_start_failed` for one that PATH would have to complete. */
export function absoluteExecutable({ executable }: LaunchRequest): string {
  if (isAbsolute(executable)) return executable;
  throw new ParleyError('agent_start_failed', `The path of Codex must be absolute, not ${executable}`);
}

export function settingsOf(request: LaunchRequest): readonly string[] {
  const { endpoint } = request;
  return [
    // Parley installs pinned versions itself, and never turns a vendor's telemetry on.
    ...override('check_for_update_on_startup', false),
    ...override('analytics.enabled', false),
    ...optionSettings(request),
    ...(endpoint.kind === 'url' ? serverSettings(endpoint.url, endpoint.keyEnv) : []),
  ];
}

export function environmentOf({ agentHome }: LaunchRequest): Readonly<Record<string, string>> {
  return agentHome === undefined ? {} : { CODEX_HOME: agentHome };
}

/**
 * A server of our choice. A provider of its own, because the built-in one ignores OPENAI_BASE_URL and, pointed elsewhere, spends 6.5 s on
 * WebSocket upgrades before it falls back (0.169.0). Apps and plugins belong to a ChatGPT login and would look for it outside.
 */
function serverSettings(url: string, keyEnv: string): readonly string[] {
  const key = `model_providers.${provider}`;
  return [
    ...override('model_provider', provider),
    ...override(`${key}.name`, 'Parley'),
    ...override(`${key}.base_url`, url),
    ...override(`${key}.env_key`, keyEnv),
    ...override(`${key}.wire_api`, 'responses'),
    // With its own 4 and 5 a server that answers 500 is asked 30 times in 25 s.
    ...override(`${key}.request_max_retries`, 3),
    ...override(`${key}.stream_max_retries`, 4),
    ...['apps', 'plugins', 'remote_plugin'].flatMap((feature) => ['--disable', feature]),
  ];
}

/** `-c key=value`. The value is read as TOML; a JSON string is a TOML string. */
export function override(key: string, value: string | number | boolean | readonly string[]): readonly [string, string] {
  return ['-c', `${key}=${JSON.stringify(value)}`];
}
