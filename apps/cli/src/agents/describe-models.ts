// Models as text: all agents in a table, one agent with its models and aliases, and what a name becomes.

import type { AgentModels, DefaultModel, KnownModel, ModelResolution } from '@parley/schema';
import { showTable } from '../table.ts';
import { plainLine } from '../terminal/plain-text.ts';

/** One line for each agent: what a session gets that names no model, and how many names are known. */
export function listOfModels(agents: readonly AgentModels[], width: number): string {
  const rows = agents.map(({ agent, models, aliases, default: usual }) => [
    agent,
    String(models.length),
    String(aliases.length),
    defaultOf(usual),
  ]);
  return showTable(['AGENT', 'MODELS', 'ALIASES', 'WITHOUT A NAME'], rows, width);
}

/** The models of one agent, its aliases among them, and what it takes without a name. */
export function describeModels({ models, aliases, default: usual }: AgentModels, width: number): string {
  const rows = [
    ...models.map((model) => [model.name, model.confidence, whereOf(model)]),
    ...aliases.map(({ name, model, source, detail }) => [
      name,
      '-',
      model === undefined ? `the agent's own alias: ${source} (${detail})` : `alias of ${model}: ${source} (${detail})`,
    ]),
  ];
  const table = rows.length === 0 ? 'no names are known\n' : showTable(['NAME', 'CONFIDENCE', 'FROM'], rows, width);
  return `${table}without a name: ${plainLine(defaultOf(usual))}\n`;
}

/** `fast: haiku (alias)` */
export function describeResolution({ requested, model, by }: ModelResolution): string {
  const ways = {
    name: 'a known name',
    alias: 'alias',
    default: 'the usual one',
    unlisted: 'not a known name',
  } as const;
  return `${plainLine(requested)}: ${plainLine(model ?? "the agent's own default, nothing is passed on")} (${ways[by]})\n`;
}

function whereOf({ source, detail, description }: KnownModel): string {
  return `${source} (${detail})${description === undefined ? '' : `: ${description}`}`;
}

function defaultOf({ model, source, detail, passed }: DefaultModel): string {
  if (model === undefined) return detail;
  return passed ? `${model}: ${source} (${detail})` : `the agent's own, ${model} by ${source} (${detail})`;
}
