// What a model's name that a person or a program asks for becomes.

import type { AgentModels, DefaultModel, ModelResolution } from '@parley/schema';
import { aliasTarget } from './alias-target.ts';
import { meansDefault } from './model-name.ts';

/** Names that a warning lists. */
const shownNames = 8;

/**
 * In this order: an alias of the configuration or the environment, a name of the list, an alias of the agent's own (passed on), the words `default` and `latest` (what a session gets that names
 * none), anything else as it is, with a warning.
 *
 * ```ts
 * resolveModel(models, 'fast'); // { requested: 'fast', model: 'haiku', by: 'alias' } with agents.claude.aliases.fast = "haiku"
 * ```
 */
export function resolveModel(
  { title, models, aliases, default: usual }: Pick<AgentModels, 'title' | 'models' | 'aliases' | 'default'>,
  requested: string,
): ModelResolution {
  const name = requested.trim();
  const target = aliasTarget(aliases, name);
  if (target !== undefined)
    return { requested, ...(meansDefault(target) ? passedModel(usual) : { model: target }), by: 'alias' };
  if (models.some((model) => model.name === name)) return { requested, model: name, by: 'name' };
  if (aliases.some((alias) => alias.name.toLowerCase() === name.toLowerCase()))
    return { requested, model: name, by: 'alias' };
  if (meansDefault(name)) return { requested, ...passedModel(usual), by: 'default' };
  const known = models.slice(0, shownNames).map((model) => model.name);
  const why =
    known.length === 0
      ? `Parley knows no models of ${title}`
      : `"${name}" is none of the models that Parley knows of ${title} (${known.join(', ')}${models.length > shownNames ? ', …' : ''})`;
  return { requested, model: name, by: 'unlisted', warning: `${why}; "${name}" is passed on as it is.` };
}

/** Where the agent takes its own, nothing is named: what Parley thinks that it is may be wrong. */
function passedModel({ model, passed }: DefaultModel): { readonly model?: string } {
  return passed && model !== undefined ? { model } : {};
}
