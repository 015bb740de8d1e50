// Where an agent's words go: a configured server, the vendor with a key from the environment, the vendor's own login, or the offline
// rehearsal server when there is nothing else.

import { ParleyError } from '@parley/schema';
import type { AgentBackend, AgentConfig, Detected, Driver, ModelEndpoint, ModelWire } from '@parley/schema';
import { withoutSecrets } from '../config/without-secrets.ts';

export interface EndpointFacts {
  readonly driver: Driver;
  readonly config: AgentConfig | undefined;
  readonly detected: Detected;
  readonly env: NodeJS.ProcessEnv;
}

/** Which model server a new session gets, in the documented order. */
export function backendOf(
  { driver, config, detected, env }: EndpointFacts,
  modelUrl: string | undefined,
): AgentBackend {
  const url = modelUrl ?? config?.model_url;
  if (url !== undefined) return { kind: 'configured', detail: withoutSecrets(url) };
  if (driver.vendorUrl !== undefined && isSet(env[driver.keyEnv]))
    return { kind: 'key', detail: keyDetail(driver, env) };
  if (detected.login !== undefined) return { kind: 'login', detail: detected.login };
  return { kind: 'rehearsal', detail: "Parley's offline rehearsal server" };
}

export interface ResolvedEndpoint {
  readonly endpoint: ModelEndpoint;
  /** The key's value for the driver's own variable; undefined where the agent needs none. */
  readonly key: string | undefined;
}

/**
 * The endpoint of a session whose backend was settled before. Throws `agent_auth` when its key has gone, and `session_closed` when the
 * configuration names another server by now: neither the conversation nor the new server's key goes where nobody expects it.
 */
export function endpointOf(
  { driver, config, env }: EndpointFacts,
  backend: AgentBackend,
  modelUrl: string | undefined,
  rehearsalUrl: string | undefined,
): ResolvedEndpoint {
  const at = (url: string, key: string): ResolvedEndpoint => ({
    endpoint: { kind: 'url', url, keyEnv: driver.keyEnv },
    key,
  });
  switch (backend.kind) {
    case 'configured': {
      const url = modelUrl ?? config?.model_url;
      if (url === undefined || withoutSecrets(url) !== backend.detail)
        throw moved(backend.detail, url === undefined ? 'none' : withoutSecrets(url));
      const name = config?.model_key_env ?? driver.keyEnv;
      if (config?.model_key_env !== undefined && !isSet(env[name])) {
        throw new ParleyError(
          'agent_auth',
          `The variable ${name} (agents.${driver.agent}.model_key_env) is not set in the daemon's environment.`,
        );
      }
      return at(url, env[name] ?? 'none'); // Local servers take any key, but the agents insist on one.
    }
    case 'key': {
      const key = env[driver.keyEnv];
      if (!isSet(key))
        throw new ParleyError('agent_auth', `${driver.keyEnv} is no longer set in the daemon's environment.`);
      if (keyDetail(driver, env) !== backend.detail) throw moved(backend.detail, keyDetail(driver, env));
      return at(namedUrlOf(driver, env) ?? vendorUrlOf(driver), key);
    }
    case 'login':
      return { endpoint: { kind: 'own' }, key: undefined };
    case 'rehearsal':
      return at(rehearsalUrl ?? vendorUrlOf(driver), 'rehearsal');
  }
}

/** Base URLs that people have set for the vendor's own programs hold here too. */
function namedUrlOf({ baseUrlEnv }: Driver, env: NodeJS.ProcessEnv): string | undefined {
  const url = baseUrlEnv === undefined ? undefined : env[baseUrlEnv];
  return isSet(url) ? url : undefined;
}

function vendorUrlOf({ vendorUrl, title }: Driver): string {
  if (vendorUrl === undefined) throw new ParleyError('agent_auth', `Parley does not know a model server of ${title}.`);
  return vendorUrl;
}

/** For people: which key, and where it is taken to when that is not the vendor's own address. */
function keyDetail(driver: Driver, env: NodeJS.ProcessEnv): string {
  const url = namedUrlOf(driver, env);
  return url !== undefined ? `${driver.keyEnv} at ${withoutSecrets(url)}` : driver.keyEnv;
}

function moved(from: string, to: string): ParleyError {
  return new ParleyError(
    'session_closed',
    `The words of this session went to the model server ${from}; the configuration of today names ${to}.`,
  );
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** OpenAI's clients take base URLs with `/v1`, the others without. */
export function rehearsalUrlOf(root: string, wire: ModelWire): string {
  return wire === 'openai-responses' || wire === 'openai-chat' ? `${root}/v1` : root;
}
