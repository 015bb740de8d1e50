// The models of an agent in the words of llm-cli-gateway, so that who reads its `list_models` reads ours.

import type { AgentModels, KnownModel, ModelSource } from '@parley/schema';
import { z } from 'zod';

export const ModelListSchema = z.object({
  description: z.string(),
  /** Name: what it is. */
  models: z.record(z.string(), z.string()),
  /** What a request gets that names no model. Absent: the agent decides, and Parley does not know how. */
  defaultModel: z.string().exactOptional(),
  defaultModelSource: z.string().exactOptional(),
  /** Names, the strongest source first. */
  modelOrder: z.array(z.string()),
  /** Name: the model that it stands for; null: the agent itself knows what it means. */
  aliases: z.record(z.string(), z.string().nullable()).exactOptional(),
  modelMetadata: z.record(
    z.string(),
    z.object({
      source: z.enum(['fallback', 'observed', 'config', 'env']),
      sourceDetail: z.string(),
      confidence: z.enum(['low', 'medium', 'high']),
      /** ISO 8601. */
      lastSeen: z.string().exactOptional(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type ModelList = z.output<typeof ModelListSchema>;

export function modelListOf({ title, models, aliases, default: usual, warnings }: AgentModels): ModelList {
  return {
    description: `Models that Parley knows of ${title}; it may know more. Any other name is passed on, with a warning.`,
    models: Object.fromEntries(models.map(({ name, description, detail }) => [name, description ?? `from ${detail}`])),
    ...(usual.model !== undefined && { defaultModel: usual.model }),
    ...(usual.model !== undefined && { defaultModelSource: `${usual.source}: ${usual.detail}` }),
    modelOrder: models.map(({ name }) => name),
    ...(aliases.length > 0 && {
      aliases: Object.fromEntries(aliases.map(({ name, model }) => [name, model ?? null])),
    }),
    modelMetadata: Object.fromEntries(models.map((model) => [model.name, metadataOf(model)])),
    warnings: [...warnings],
  };
}

function metadataOf({ source, detail, confidence, lastSeen }: KnownModel): ModelList['modelMetadata'][string] {
  return {
    // What the agent was seen to use, against what a person has written into its settings.
    source: lastSeen === undefined ? sources[source] : 'observed',
    sourceDetail: detail,
    confidence,
    ...(lastSeen !== undefined && { lastSeen: new Date(lastSeen).toISOString() }),
  };
}

const sources: Readonly<Record<ModelSource, 'fallback' | 'config' | 'env'>> = {
  configuration: 'config',
  environment: 'env',
  discovered: 'config',
  bundled: 'fallback',
};
