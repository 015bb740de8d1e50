// Models as a caller sees them: which names an agent knows, how Parley knows of them, and what a name that is asked for becomes.

import { z } from 'zod';
import type { AgentName } from './agent.ts';

/** A name goes onto command lines and into one-line protocols: no spaces, no control characters, nothing that looks like an option. */
export const ModelNameSchema = z
  .string()
  .max(200)
  .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'must be one word that does not begin with "-"');

/**
 * Where a name comes from, the strongest first: Parley's configuration, the environment, the agent's own settings file, the list that
 * Parley brings along.
 */
export type ModelSource = 'configuration' | 'environment' | 'discovered' | 'bundled';
export const modelSources = [
  'configuration',
  'environment',
  'discovered',
  'bundled',
] as const satisfies readonly ModelSource[];

/**
 * - `high`: a person has named it for this agent.
 * - `medium`: the very version of the agent that is installed knows it, or it was seen to use it.
 * - `low`: another version knows it, the agent is not installed, or it would talk to a server that may have other models.
 */
export type ModelConfidence = 'low' | 'medium' | 'high';

export interface KnownModel {
  /** As the agent takes it. */
  readonly name: string;
  readonly description?: string;
  readonly source: ModelSource;
  /** For people: the entry, variable, file or program that says so. Never a secret. */
  readonly detail: string;
  readonly confidence: ModelConfidence;
  /** Of one that nobody has written down but the agent was seen to use: when it last did, in milliseconds since the epoch. */
  readonly lastSeen?: number;
}

export interface ModelAlias {
  /** Upper and lower case are the same. */
  readonly name: string;
  /** What Parley makes of it. Absent: it is passed on, and the agent itself knows what it means. */
  readonly model?: string;
  readonly source: ModelSource;
  readonly detail: string;
}

export interface DefaultModel {
  /** Absent: not known. */
  readonly model?: string;
  /** `agent`: the agent decides, and Parley does not know how. `rehearsal`: Parley's offline server, where there is no key and no login. */
  readonly source: ModelSource | 'agent' | 'rehearsal';
  readonly detail: string;
  /** Parley names it to the agent; otherwise nothing is named and the agent takes its own. */
  readonly passed: boolean;
}

export interface AgentModels {
  readonly agent: AgentName;
  readonly title: string;
  /** The strongest source first. An agent may well know more: no list is ever taken for complete. */
  readonly models: readonly KnownModel[];
  readonly aliases: readonly ModelAlias[];
  /** What a session gets that names no model, where no project file and no profile says otherwise. */
  readonly default: DefaultModel;
  /** Entries that could not be used, with where they stand. */
  readonly warnings: readonly string[];
}

/** What becomes of a name. No name is ever replaced by another one that nobody has written down. */
export interface ModelResolution {
  readonly requested: string;
  /** What the agent is told. Absent: nothing, it takes its own. */
  readonly model?: string;
  /** `default`: the words `default` and `latest`. `unlisted`: passed on as it is, with a warning. */
  readonly by: 'name' | 'alias' | 'default' | 'unlisted';
  readonly warning?: string;
}

// GET /api/models?agent=&name= → ModelPage
export interface FindModels {
  readonly agent?: AgentName;
  /** Tell what this name becomes; only with `agent`. */
  readonly name?: string;
}
export const FindModelsSchema = z.strictObject({
  agent: z.string().min(1).max(100).exactOptional(),
  name: z.string().min(1).max(200).exactOptional(),
});

export interface ModelPage {
  readonly agents: readonly AgentModels[];
  readonly resolution?: ModelResolution;
}

export const ModelSourceSchema = z.enum(modelSources);
export const KnownModelSchema = z.object({
  name: z.string(),
  description: z.string().exactOptional(),
  source: ModelSourceSchema,
  detail: z.string(),
  confidence: z.enum(['low', 'medium', 'high']),
  lastSeen: z.number().exactOptional(),
});
export const ModelAliasSchema = z.object({
  name: z.string(),
  model: z.string().exactOptional(),
  source: ModelSourceSchema,
  detail: z.string(),
});
export const DefaultModelSchema = z.object({
  model: z.string().exactOptional(),
  source: z.enum([...modelSources, 'agent', 'rehearsal']),
  detail: z.string(),
  passed: z.boolean(),
});
export const AgentModelsSchema = z.object({
  agent: z.string(),
  title: z.string(),
  models: z.array(KnownModelSchema).readonly(),
  aliases: z.array(ModelAliasSchema).readonly(),
  default: DefaultModelSchema,
  warnings: z.array(z.string()).readonly(),
});
export const ModelResolutionSchema = z.object({
  requested: z.string(),
  model: z.string().exactOptional(),
  by: z.enum(['name', 'alias', 'default', 'unlisted']),
  warning: z.string().exactOptional(),
});
export const ModelPageSchema = z.object({
  agents: z.array(AgentModelsSchema).readonly(),
  resolution: ModelResolutionSchema.exactOptional(),
});
