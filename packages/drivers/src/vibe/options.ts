// Vibe's own options, by the source of 2.18.4. On the command line in `print`; `vibe-acp` takes none there, but every field of the
// configuration can be a variable.

import { serverDefinitions } from '@parley/schema';
import type { AgentOptionName, AgentOptions, LaunchRequest, McpServer } from '@parley/schema';
import { refusedOption } from '../shared/refuse-option.ts';

const shared = ['allowedTools', 'disallowedTools', 'mcpServers', 'strictMcpConfig'] as const;
export const acpOptions: readonly AgentOptionName[] = shared;
export const printOptions: readonly AgentOptionName[] = [...shared, 'maxTurns', 'maxBudgetUsd'];

export function checkVibeOptions({ mcpServers = [] }: AgentOptions): void {
  const name = mcpServers.find((server) => typeof server === 'string');
  if (name !== undefined)
    throw refusedOption(
      'mcpServers',
      `Vibe takes definitions only, not the name ${name}; without the option it has its configured servers.`,
    );
}

/** One flag for each tool. An empty list would mean all of them. */
export function printArguments({ options = {} }: LaunchRequest): readonly string[] {
  const { maxTurns, maxBudgetUsd } = options;
  const { enabled, disabled } = toolsOf(options);
  return [
    ...enabled.map((name) => `--enabled-tools=${name}`),
    ...disabled.map((name) => `--disabled-tools=${name}`),
    ...(maxTurns === undefined ? [] : ['--max-turns', String(maxTurns)]),
    ...(maxBudgetUsd === undefined ? [] : ['--max-price', String(maxBudgetUsd)]),
  ];
}

/** `vibe-acp` has no flags for tools. */
export function toolVariables({ options = {} }: LaunchRequest): Readonly<Record<string, string>> {
  const { enabled, disabled } = toolsOf(options);
  return {
    ...(enabled.length === 0 ? {} : { VIBE_ENABLED_TOOLS: JSON.stringify(enabled) }),
    ...(disabled.length === 0 ? {} : { VIBE_DISABLED_TOOLS: JSON.stringify(disabled) }),
  };
}

function toolsOf({ allowedTools, disallowedTools = [] }: AgentOptions) {
  const none = allowedTools?.length === 0;
  return { enabled: allowedTools ?? [], disabled: none ? ['*'] : disallowedTools };
}

/** In place of the configured list. */
export function serverVariables({ options = {} }: LaunchRequest): Readonly<Record<string, string>> {
  const { mcpServers, strictMcpConfig } = options;
  if (mcpServers === undefined && strictMcpConfig !== true) return {};
  return { VIBE_MCP_SERVERS: JSON.stringify(serverDefinitions(mcpServers ?? []).map(definitionOf)) };
}

function definitionOf(server: McpServer): object {
  return { transport: 'url' in server ? 'streamable-http' : 'stdio', ...server };
}
