// What a name stands for by the aliases that people have written.

import type { ModelAlias } from '@parley/schema';

/**
 * The target of the alias of that name, in any case, or undefined where there is none or the agent itself knows it. A target is not looked
 * up again, so there is no circle.
 */
export function aliasTarget(aliases: readonly ModelAlias[], name: string): string | undefined {
  return aliases.find((alias) => alias.name.toLowerCase() === name.toLowerCase())?.model;
}
