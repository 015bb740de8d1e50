// `--option name=value`: the agents' own options as words of the command line. What they may hold is the daemon's to check.

import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { AgentOptionName, AgentOptions } from '@parley/schema';

/** As in the schema, whose code is not loaded for this. */
const kinds = {
  allowedTools: 'value',
  disallowedTools: 'value',
  agent: 'text',
  agents: 'value',
  systemPrompt: 'text',
  appendSystemPrompt: 'text',
  maxBudgetUsd: 'value',
  maxTurns: 'value',
  excludeDynamicSystemPromptSections: 'value',
  mcpServers: 'value',
  strictMcpConfig: 'value',
  outputSchema: 'path',
  search: 'value',
  configOverrides: 'value',
  ephemeral: 'value',
  images: 'paths',
  ignoreUserConfig: 'value',
  ignoreRules: 'value',
  attachments: 'paths',
  policyFiles: 'paths',
  adminPolicyFiles: 'paths',
  sandbox: 'value',
} as const satisfies Readonly<Record<AgentOptionName, 'value' | 'text' | 'path' | 'paths'>>;

export const optionNames = Object.keys(kinds).filter(isName);

function isName(name: string): name is AgentOptionName {
  return Object.hasOwn(kinds, name);
}

/** One more `--option`. Throws `InvalidArgumentError` for what has no name, or one that there is not. */
export function addOption(word: string, before: readonly string[] = []): readonly string[] {
  const name = word.split('=', 1)[0] ?? '';
  if (!isName(name)) throw new InvalidArgumentError(`It is name=value; the names are ${optionNames.join(', ')}.`);
  return [...before, word];
}

/**
 * Of all `--option`. A name alone is `true`; values are JSON, or else a text; a text where JSON is a list is a list of one. Paths are those
 * of the folder `cwd`.
 */
export function optionsOf(words: readonly string[], cwd: string): AgentOptions {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      return [name, equals < 0 ? true : valueOf(name, word.slice(equals + 1), cwd)];
    }),
  );
}

function valueOf(name: string, text: string, cwd: string): unknown {
  const kind = isName(name) ? kinds[name] : 'value';
  const value = kind === 'text' && !text.startsWith('"') ? text : jsonOr(text);
  switch (kind) {
    case 'value':
    case 'text':
      return value;
    case 'path':
      return typeof value === 'string' ? resolve(cwd, value) : value;
    case 'paths':
      return (Array.isArray(value) ? value : [value]).map((path) =>
        typeof path === 'string' ? resolve(cwd, path) : path,
      );
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
