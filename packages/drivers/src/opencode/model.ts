// Which model a request names, in OpenCode's words: `provider/model`, where the first slash divides.

import type { ModelEndpoint } from '@parley/schema';

/** The provider that stands for a model server of our choice. */
export const ownProvider = 'parley';

export interface NamedModel {
  readonly providerID: string;
  readonly modelID: string;
}

/**
 * With a server of our choice every name is that server's own, slashes and all. Otherwise a name without a provider says nothing to
 * OpenCode, and its own usual model is used: undefined.
 */
export function namedModel(model: string | undefined, endpoint: ModelEndpoint['kind']): NamedModel | undefined {
  if (model === undefined || model === '') return undefined;
  if (endpoint === 'url') {
    const modelID = model.startsWith(`${ownProvider}/`) ? model.slice(ownProvider.length + 1) : model;
    return { providerID: ownProvider, modelID };
  }
  const slash = model.indexOf('/');
  return slash <= 0 || slash === model.length - 1
    ? undefined
    : { providerID: model.slice(0, slash), modelID: model.slice(slash + 1) };
}
