// The configuration that a run of OpenCode gets in `OPENCODE_CONFIG_CONTENT`: it is laid over the user's own files.

import type { LaunchRequest } from '@parley/schema';
import type { Json } from '../shared/json.ts';
import { namedModel, ownProvider } from './model.ts';
import { agentSettings, withTools } from './options.ts';
import { permissionRules } from './policy.ts';

/** What the model is called when a server of our choice is used and nobody named one. */
const unnamedModel = 'default';

/** Pure, and without any secret: the key is named, not given. */
export function configOf(request: LaunchRequest): Json {
  const { options = {} } = request;
  const permission = withTools(permissionRules(request.policy, request.addedFolders ?? []), options);
  return {
    autoupdate: false,
    share: 'disabled',
    permission,
    // Rules of an agent come after the general ones, so the user's for `build` would win.
    agent: { build: { disable: false, permission, ...agentSettings(options) } },
    ...endpointConfig(request),
  };
}

function endpointConfig(request: LaunchRequest): Json {
  const { endpoint } = request;
  const named = namedModel(request.model, endpoint.kind);
  if (endpoint.kind === 'own') {
    return named === undefined ? {} : { model: `${named.providerID}/${named.modelID}` };
  }
  const name = named?.modelID ?? unnamedModel;
  const effort = request.variant ?? request.effort;
  const model = {
    name,
    tool_call: true,
    reasoning: true,
    limit: { context: 128_000, output: 16_000 },
    ...(effort === undefined ? {} : { variants: { [effort]: { reasoningEffort: effort } } }),
  };
  return {
    // With one provider OpenCode does not look for others, and cannot send anything to their models.
    enabled_providers: [ownProvider],
    provider: {
      [ownProvider]: {
        // Bundled with OpenCode: a package that is not would be fetched at run time.
        npm: '@ai-sdk/openai-compatible',
        name: 'Parley',
        env: [endpoint.keyEnv],
        options: { baseURL: endpoint.url },
        models: { [name]: model },
      },
    },
    model: `${ownProvider}/${name}`,
    small_model: `${ownProvider}/${name}`,
  };
}
