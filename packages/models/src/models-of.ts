// The models of one agent: configuration, environment, the agent's own settings and the bundled list laid over each other.

import type {
  AgentBackend,
  AgentModels,
  AgentName,
  DefaultModel,
  KnownModel,
  ModelAlias,
  ModelConfidence,
} from '@parley/schema';
import { aliasTarget } from './alias-target.ts';
import { bundledModels } from './bundled.ts';
import type { BundledModels } from './bundled.ts';
import { modelsInEnvironment } from './environment.ts';
import type { EnvironmentModels, Variables } from './environment.ts';
import type { ChatFile } from './history.ts';
import { meansDefault } from './model-name.ts';
import { modelsInSettings } from './settings-files.ts';
import type { SettingsFile } from './settings-files.ts';

export interface ModelFacts {
  readonly agent: AgentName;
  readonly title: string;
  /** Of the installed program; absent when there is none. */
  readonly version?: string;
  readonly dialect?: string;
  readonly backend: AgentBackend['kind'];
  /** What a session in rehearsal gets. */
  readonly rehearsalModel: string;
  /** From Parley's configuration: the agent's entries, or a profile's over them. */
  readonly model?: string;
  readonly aliases: Readonly<Record<string, string>>;
  /** As the agent gets it. */
  readonly env: Variables;
  /** Of `settingsFilesOf`, those that are there. */
  readonly settings: readonly SettingsFile[];
  /** The chats that the agent keeps, where they tell models. */
  readonly chats?: readonly ChatFile[];
}

/** Pure: the same facts give the same list. */
export function modelsOf(facts: ModelFacts): AgentModels {
  const { agent, title, dialect } = facts;
  const environment = modelsInEnvironment(agent, facts.env);
  const bundled = bundledModels.find(
    (each) => each.agent === agent && (each.dialect === undefined || each.dialect === dialect),
  );
  const discovered = discoveredModels(facts);
  const aliases: readonly ModelAlias[] = [
    ...Object.entries(facts.aliases).map(([name, model]): ModelAlias => ({
      name,
      model,
      source: 'configuration',
      detail: `agents.${agent}.aliases.${name}`,
    })),
    ...environment.aliases.flatMap(({ name, text, detail }): readonly ModelAlias[] =>
      text === undefined ? [] : [{ name, model: text, source: 'environment', detail }],
    ),
    ...(bundled?.aliases ?? []).map((name): ModelAlias => ({
      name,
      source: 'bundled',
      detail: `${agent} ${bundled?.version ?? ''}`,
    })),
  ];
  const models: readonly KnownModel[] = [
    ...configuredModels(facts),
    ...environmentModels(environment),
    ...discovered.models,
    ...seenModels(facts),
    ...bundledAs(bundled, facts),
  ];
  const firstAliases = firstOfName(aliases, ({ name }) => name.toLowerCase());
  const isAlias = new Set(firstAliases.map(({ name }) => name.toLowerCase()));
  return {
    agent,
    title,
    models: firstOfName(models, ({ name }) => name).filter(
      ({ name }) => !isAlias.has(name.toLowerCase()) && !meansDefault(name),
    ),
    aliases: firstAliases,
    default: defaultOf(facts, firstAliases, environment, discovered.default, bundled),
    warnings: [...environment.warnings, ...discovered.warnings],
  };
}

function configuredModels({ agent, model, aliases }: ModelFacts): readonly KnownModel[] {
  const names: readonly (readonly [string, string])[] = [
    ...(model === undefined ? [] : [[model, `agents.${agent}.model`] as const]),
    ...Object.entries(aliases).map(([alias, target]) => [target, `agents.${agent}.aliases.${alias}`] as const),
  ];
  return names.map(([name, detail]) => ({ name, source: 'configuration', detail, confidence: 'high' }));
}

function environmentModels({ default: usual, models, aliases }: EnvironmentModels): readonly KnownModel[] {
  const known = (name: string, detail: string, description?: string): KnownModel => ({
    name,
    ...(description === undefined || description === '' ? {} : { description }),
    source: 'environment',
    detail,
    confidence: 'high',
  });
  return [
    ...models.map(({ name, text, detail }) => known(name, detail, text)),
    ...(usual === undefined ? [] : [known(usual.model, usual.detail)]),
    ...aliases.flatMap(({ text, detail }) => (text === undefined ? [] : [known(text, detail)])),
  ];
}

interface Discovered {
  readonly models: readonly KnownModel[];
  readonly default?: { readonly model: string; readonly detail: string };
  readonly warnings: readonly string[];
}

function discoveredModels({ agent, dialect, settings }: ModelFacts): Discovered {
  const models: KnownModel[] = [];
  const warnings: string[] = [];
  let usual: Discovered['default'];
  for (const { path, text } of settings) {
    if (text === undefined) {
      warnings.push(`${path} cannot be read; it is left out.`);
      continue;
    }
    try {
      const found = modelsInSettings(agent, dialect, path, text);
      if (found.default !== undefined) usual = { model: found.default, detail: path };
      for (const name of found.models) models.push({ name, source: 'discovered', detail: path, confidence: 'high' });
    } catch {
      // What the parser says would quote the file, which may hold keys.
      warnings.push(`${path} is not valid ${path.endsWith('.toml') ? 'TOML' : 'JSON'}; it is left out.`);
    }
  }
  return { models, warnings, ...(usual === undefined ? {} : { default: usual }) };
}

/** What was seen never becomes the usual model. */
function seenModels({ chats = [] }: ModelFacts): readonly KnownModel[] {
  return chats
    .toSorted((a, b) => b.at - a.at)
    .flatMap(({ path, at, models }) =>
      models.map((name): KnownModel => {
        return { name, source: 'discovered', detail: path, confidence: 'medium', lastSeen: at };
      }),
    );
}

function bundledAs(bundled: BundledModels | undefined, { agent, version, backend }: ModelFacts): readonly KnownModel[] {
  if (bundled === undefined) return [];
  const vendors = backend === 'key' || backend === 'login';
  const confidence: ModelConfidence = vendors && version === bundled.version ? 'medium' : 'low';
  const detail = `${agent} ${bundled.version}`;
  return bundled.models.map((name) => ({ name, source: 'bundled', detail, confidence }));
}

function defaultOf(
  { agent, model, backend, rehearsalModel }: ModelFacts,
  aliases: readonly ModelAlias[],
  environment: EnvironmentModels,
  discovered: Discovered['default'],
  bundled: BundledModels | undefined,
): DefaultModel {
  const named = (name: string | undefined): string | undefined => {
    const target = name === undefined ? undefined : (aliasTarget(aliases, name) ?? name);
    return target === undefined || meansDefault(target) ? undefined : target;
  };
  const configured = named(model);
  if (configured !== undefined)
    return { model: configured, source: 'configuration', detail: `agents.${agent}.model`, passed: true };
  const wanted = named(environment.default?.model);
  if (wanted !== undefined)
    return { model: wanted, source: 'environment', detail: environment.default?.detail ?? '', passed: true };
  if (backend === 'rehearsal')
    return { model: rehearsalModel, source: 'rehearsal', detail: "Parley's offline rehearsal server", passed: true };
  if (discovered !== undefined) return { ...discovered, source: 'discovered', passed: false };
  if (bundled?.default !== undefined)
    return { model: bundled.default, source: 'bundled', detail: `${agent} ${bundled.version}`, passed: false };
  return { source: 'agent', detail: 'the agent decides', passed: false };
}

/** Of each name the first, which is the strongest source's. */
function firstOfName<Value>(values: readonly Value[], nameOf: (value: Value) => string): readonly Value[] {
  const first = new Map<string, Value>();
  for (const value of values) if (!first.has(nameOf(value))) first.set(nameOf(value), value);
  return [...first.values()];
}
