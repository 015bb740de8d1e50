// Claude's own options, as 2.1.329 takes them. Texts and server definitions go into files: argv is short, and others can read it.

import { join } from 'node:path';
import { serverDefinitions } from '@parley/schema';
import type { AgentOptionName, AgentOptions, LaunchPlan, LaunchRequest, McpPlace, McpServer } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import { refusedOption } from '../shared/refuse-option.ts';

export const claudeOptions: readonly AgentOptionName[] = [
  'allowedTools',
  'disallowedTools',
  'agent',
  'agents',
  'systemPrompt',
  'appendSystemPrompt',
  'maxBudgetUsd',
  'maxTurns',
  'excludeDynamicSystemPromptSections',
  'mcpServers',
  'strictMcpConfig',
  'outputSchema',
  'ephemeral',
];

/** Bytes of one argument of a command line (Linux: 128 KiB). The schema has no other way in. */
const maxArgument = 120_000;

export function checkClaudeOptions({ outputSchema }: AgentOptions): void {
  if (outputSchema !== undefined && Buffer.byteLength(JSON.stringify(outputSchema)) > maxArgument)
    throw refusedOption('outputSchema', `Claude takes at most ${maxArgument} bytes.`);
}

export interface OptionArguments {
  readonly args: readonly string[];
  readonly files: NonNullable<LaunchPlan['files']>;
  readonly limits: readonly string[];
}

/** All but `disallowedTools`, which stand with those that the policy forbids. */
export function optionArguments(request: LaunchRequest): OptionArguments {
  const { options = {}, filesFolder } = request;
  const files: { name: string; text: string }[] = [];
  const file = (name: string, text: string): string => {
    files.push({ name, text });
    return join(filesFolder, name);
  };
  const { allowedTools, agent, agents, systemPrompt, appendSystemPrompt, maxTurns, maxBudgetUsd, outputSchema } =
    options;
  const args = [
    ...(allowedTools === undefined ? [] : ['--tools', builtIns(allowedTools)]),
    ...serverArguments(request, (text) => file('mcp.json', text)),
    ...(agent === undefined ? [] : ['--agent', agent]),
    ...(agents === undefined ? [] : ['--agents', file('agents.json', JSON.stringify(agents))]),
    ...(systemPrompt === undefined ? [] : ['--system-prompt-file', file('system-prompt.md', systemPrompt)]),
    ...(appendSystemPrompt === undefined
      ? []
      : ['--append-system-prompt-file', file('append-system-prompt.md', appendSystemPrompt)]),
    ...(maxBudgetUsd === undefined ? [] : ['--max-budget-usd', String(maxBudgetUsd)]),
    // Not in --help.
    ...(maxTurns === undefined ? [] : ['--max-turns', String(maxTurns)]),
    ...(options.excludeDynamicSystemPromptSections === true ? ['--exclude-dynamic-system-prompt-sections'] : []),
    ...(outputSchema === undefined ? [] : ['--json-schema', JSON.stringify(outputSchema)]),
    ...(options.ephemeral === true ? ['--no-session-persistence'] : []),
  ];
  return { args, files, limits: allowedTools === undefined ? [] : patternLimit(allowedTools) };
}

/**
 * `--allowedTools` would let those tools run unasked, more than the policy gives; and an empty list would say nothing. `--tools` says what is
 * there. It knows the built-in ones only, and no patterns.
 */
function builtIns(allowed: readonly string[]): string {
  const names = allowed.filter((name) => !isServerTool(name)).map((name) => name.replace(/\(.*$/s, '').trim());
  return [...new Set(names)].join(',');
}

const isServerTool = (name: string): boolean => name.startsWith('mcp__');

function patternLimit(allowed: readonly string[]): readonly string[] {
  const patterns = allowed.filter((name) => name.includes('('));
  return patterns.length === 0
    ? []
    : [
        `Of ${patterns.join(', ')} Claude gets the whole tool; the policy decides what of it runs, and the pattern allows nothing by itself.`,
      ];
}

/** Each run its own list. Without tools of servers among those that are allowed there are no servers either. */
function serverArguments({ options = {}, mcp }: LaunchRequest, file: (text: string) => string): readonly string[] {
  const { mcpServers, strictMcpConfig, allowedTools } = options;
  const noServers = allowedTools !== undefined && !allowedTools.some(isServerTool);
  if (mcpServers === undefined) return strictMcpConfig === true || noServers ? ['--strict-mcp-config'] : [];
  const added = serverDefinitions(mcpServers).map((server) => [server.name, definitionOf(server)] as const);
  const servers = { ...mcp?.own, ...Object.fromEntries(added) };
  if (Object.keys(servers).length === 0) return ['--strict-mcp-config'];
  // Takes all words up to the next flag.
  return ['--mcp-config', file(JSON.stringify({ mcpServers: servers })), '--strict-mcp-config'];
}

function definitionOf(server: McpServer): object {
  const { name: _name, ...definition } = server;
  return 'url' in server ? { type: 'http', ...definition } : { type: 'stdio', ...definition };
}

/** Servers of a project's `.mcp.json` are not looked for: naming one here would start it without the consent that Claude asks for. */
export function claudeMcpPlaces(where: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly agentHome?: string;
}): readonly McpPlace[] {
  const folder = where.agentHome ?? where.env['CLAUDE_CONFIG_DIR'] ?? where.env['HOME'];
  if (folder === undefined) return [];
  return [
    {
      path: join(folder, '.claude.json'),
      servers: (settings) => {
        const { mcpServers, projects } = objectIn(settings);
        return { ...objectIn(mcpServers), ...objectIn(objectIn(objectIn(projects)[where.cwd])['mcpServers']) };
      },
    },
  ];
}
