// What variables say about models: those of llm-cli-gateway, whose users have them in place, and those that the agents read themselves.

import type { AgentName } from '@parley/schema';
import { isModelName } from './model-name.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ModelVariables {
  /** `…_MODELS` and `…_MODEL_ALIASES` begin with it. */
  readonly prefix: string;
  /** For the model that is used when none is named; the first that is set counts. */
  readonly defaults: readonly string[];
}

/** By agent. The words of an agent's own variable are what it takes without Parley too; here they can be seen. */
export const modelVariables: Readonly<Record<AgentName, ModelVariables>> = {
  claude: { prefix: 'CLAUDE', defaults: ['CLAUDE_DEFAULT_MODEL', 'ANTHROPIC_MODEL'] },
  codex: { prefix: 'CODEX', defaults: ['CODEX_DEFAULT_MODEL'] },
  gemini: { prefix: 'GEMINI', defaults: ['GEMINI_DEFAULT_MODEL', 'GEMINI_MODEL'] },
  grok: { prefix: 'GROK', defaults: ['GROK_DEFAULT_MODEL', 'GROK_MODEL'] },
  vibe: { prefix: 'MISTRAL', defaults: ['MISTRAL_DEFAULT_MODEL', 'VIBE_ACTIVE_MODEL'] },
};

export interface NamedPair {
  readonly name: string;
  readonly text: string | undefined;
  /** The variable. */
  readonly detail: string;
}

export interface EnvironmentModels {
  readonly default?: { readonly model: string; readonly detail: string };
  /** `text` is a description. */
  readonly models: readonly NamedPair[];
  /** `text` is the target. */
  readonly aliases: readonly NamedPair[];
  readonly warnings: readonly string[];
}

export function modelsInEnvironment(agent: AgentName, env: Variables): EnvironmentModels {
  const variables = modelVariables[agent];
  if (variables === undefined) return { models: [], aliases: [], warnings: [] };
  const { prefix, defaults } = variables;
  const warnings: string[] = [];
  const usable = (value: unknown, detail: string): value is string => {
    if (isModelName(value)) return true;
    warnings.push(`${detail}: ${JSON.stringify(value)} cannot be a model's name; it is left out.`);
    return false;
  };
  const pairsIn = (variable: string): readonly NamedPair[] => {
    const pairs = readPairs(env[variable] ?? '');
    if (pairs !== undefined) return pairs.map((pair) => ({ ...pair, detail: variable }));
    warnings.push(`${variable} is neither a list nor valid JSON; it is left out.`);
    return [];
  };

  const variable = defaults.find((name) => (env[name] ?? '').trim() !== '');
  const wanted = variable === undefined ? undefined : env[variable]?.trim();
  const everyones = 'LLM_GATEWAY_MODEL_ALIASES';
  const aliases = [
    ...pairsIn(`${prefix}_MODEL_ALIASES`),
    ...pairsIn(everyones).flatMap((pair) => ofAgent(pair, [agent, prefix.toLowerCase()])),
  ];
  return {
    ...(variable !== undefined && usable(wanted, variable) ? { default: { model: wanted, detail: variable } } : {}),
    models: pairsIn(`${prefix}_MODELS`).filter(({ name, detail }) => usable(name, detail)),
    aliases: aliases.filter(({ name, text, detail }) => usable(name, detail) && usable(text, detail)),
    warnings,
  };
}

/** `claude.fast` for `claude`: the alias `fast`. */
function ofAgent(pair: NamedPair, agents: readonly string[]): readonly NamedPair[] {
  const agent = agents.find((each) => pair.name.toLowerCase().startsWith(`${each}.`));
  return agent === undefined ? [] : [{ ...pair, name: pair.name.slice(agent.length + 1) }];
}

type Pair = Omit<NamedPair, 'detail'>;

/** `a, b=words`, one a line, or JSON: `["a", {"id": "b", "description": "words"}]`, `{"a": "words"}`. Undefined for broken JSON. */
function readPairs(text: string): readonly Pair[] | undefined {
  if (!/^\s*[[{]/.test(text)) {
    return text
      .split(/[,\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map((part) => {
        const at = part.indexOf('=');
        return at === -1
          ? { name: part, text: undefined }
          : { name: part.slice(0, at).trim(), text: part.slice(at + 1).trim() };
      });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value)
    ? value.map(pairOf)
    : Object.entries(Object(value)).map(([name, inner]) => pair(name, inner));
}

function pairOf(value: unknown): Pair {
  if (typeof value !== 'object' || value === null) return pair(value, undefined);
  const { id, name = id, description } = value as Readonly<Record<string, unknown>>;
  return pair(name, description);
}

/** What is no text stays unusable, and is told of when it is judged. */
function pair(name: unknown, text: unknown): Pair {
  return { name: typeof name === 'string' ? name : '', text: typeof text === 'string' ? text : undefined };
}
