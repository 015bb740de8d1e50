// Which words can be a model's name at all, and which mean none in particular.

import { ModelNameSchema } from '@parley/schema';

export function isModelName(value: unknown): value is string {
  return ModelNameSchema.safeParse(value).success;
}

/** Words that mean "the usual one", for every agent; a person's alias of that name wins over them. */
export function meansDefault(name: string): boolean {
  return /^(default|latest)$/i.test(name);
}
