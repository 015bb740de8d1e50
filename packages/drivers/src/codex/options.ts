// Codex's own options, as 0.169.0 takes them: on the command line of both ways of speaking to it, and in the requests of `app-server`.

import { dirname, join } from 'node:path';
import { serverDefinitions } from '@parley/schema';
import type {
  AgentOptionName,
  AgentOptions,
  ConfigValue,
  DriverContext,
  LaunchRequest,
  McpPlace,
  McpServer,
  OptionFacts,
  Policy,
} from '@parley/schema';
import { ParleyError } from '@parley/schema';
import { objectIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { refusedOption } from '../shared/refuse-option.ts';

const shared = [
  'mcpServers',
  'strictMcpConfig',
  'outputSchema',
  'search',
  'configOverrides',
  'ephemeral',
  'images',
] as const satisfies readonly AgentOptionName[];

export const appServerOptions: readonly AgentOptionName[] = [...shared, 'systemPrompt', 'appendSystemPrompt'];
export const execOptions: readonly AgentOptionName[] = [...shared, 'ignoreUserConfig', 'ignoreRules'];

export function checkCodexOptions(options: AgentOptions, { policy }: OptionFacts): void {
  const { configOverrides = {}, search, mcpServers } = options;
  for (const key of Object.keys(configOverrides)) checkOverride(key, policy);
  if (search === true && configOverrides['web_search'] !== undefined)
    throw refusedOption('search', 'It is also said by web_search in configOverrides: say it once.');
  for (const { name } of serverDefinitions(mcpServers ?? [])) {
    if (name.includes('.')) throw refusedOption('mcpServers', `Codex takes no dot in a server's name ("${name}").`);
  }
}

/** What only Parley says: where else it is said. */
const elsewhere: Readonly<Record<string, string>> = {
  approval_policy: 'policy',
  approvals_reviewer: 'policy',
  sandbox_mode: 'policy',
  sandbox_workspace_write: 'policy (and addedFolders)',
  sandbox_permissions: 'policy',
  default_permissions: 'policy',
  permissions: 'policy',
  mcp_servers: 'mcpServers',
  model: 'model',
  model_provider: 'modelUrl',
  model_providers: 'modelUrl',
  openai_base_url: 'modelUrl',
  chatgpt_base_url: 'modelUrl',
  oss_provider: 'modelUrl',
  profile: 'profile',
  profiles: 'profile',
};

/** Entries that change how the model thinks and what is shown, and nothing of what may be done. */
const harmless: ReadonlySet<string> = new Set([
  'compact_prompt',
  'developer_instructions',
  'hide_agent_reasoning',
  'history',
  'instructions',
  'model_auto_compact_token_limit',
  'model_context_window',
  'model_max_output_tokens',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'model_supports_reasoning_summaries',
  'model_verbosity',
  'personality',
  'plan_mode_reasoning_effort',
  'project_doc_fallback_filenames',
  'project_doc_max_bytes',
  'project_root_markers',
  'service_tier',
  'show_raw_agent_reasoning',
  'stream_idle_timeout_ms',
  'tool_output_token_limit',
  'tools',
  'web_search',
]);

/** A list of what is allowed, not of what is forbidden: Codex's configuration names programs, and it grows. */
function checkOverride(key: string, policy: Policy): void {
  const [top = ''] = key.split('.');
  const other = elsewhere[top];
  if (other !== undefined) throw refusedOption('configOverrides', `"${key}" is said by ${other}, which Parley holds.`);
  if (harmless.has(top) || policy === 'full') return;
  throw new ParleyError(
    'policy_not_allowed',
    `configOverrides: "${key}" could allow more than the policy "${policy}" does: write it into your own Codex configuration, or use the policy "full".`,
    { field: 'options.configOverrides', key, policy },
  );
}

/** For both ways of speaking to it. */
export function optionSettings({ options = {}, mcp }: LaunchRequest): readonly string[] {
  const { search, configOverrides = {} } = options;
  return [
    ...(wantsServers(options)
      ? [
          ...(mcp?.unwanted ?? []).flatMap((name) => ['-c', `mcp_servers.${name}.enabled=false`]),
          // Both bring servers of their own.
          '--disable',
          'apps',
          '--disable',
          'plugins',
        ]
      : []),
    ...(search === true ? ['-c', 'web_search="live"'] : []),
    ...Object.entries(configOverrides).flatMap(([key, value]) => [
      '-c',
      `${key}=${String(value satisfies ConfigValue)}`,
    ]),
  ];
}

function wantsServers({ mcpServers, strictMcpConfig }: AgentOptions): boolean {
  return mcpServers !== undefined || strictMcpConfig === true;
}

/** Of `thread/start` and `thread/resume`. They travel over stdin, so the environment of a server may hold secrets. */
export function threadOptions({ options = {} }: DriverContext): Json {
  const { systemPrompt, appendSystemPrompt, ephemeral, mcpServers = [] } = options;
  const servers = serverDefinitions(mcpServers);
  return {
    ...(systemPrompt === undefined ? {} : { baseInstructions: systemPrompt }),
    ...(appendSystemPrompt === undefined ? {} : { developerInstructions: appendSystemPrompt }),
    ...(ephemeral === true ? { ephemeral } : {}),
    ...(servers.length === 0
      ? {}
      : { config: { mcp_servers: Object.fromEntries(servers.map((server) => [server.name, definitionOf(server)])) } }),
  };
}

function definitionOf(server: McpServer): object {
  if ('url' in server)
    return { url: server.url, ...(server.headers === undefined ? {} : { http_headers: server.headers }) };
  const { name: _name, ...definition } = server;
  return definition;
}

/** Of `turn/start`. */
export function turnOptions({ options = {} }: DriverContext): Json {
  return options.outputSchema === undefined ? {} : { outputSchema: options.outputSchema };
}

/** Pictures for the first words of a conversation. */
export function firstImages({ options = {}, threadId }: DriverContext | LaunchRequest): readonly string[] {
  return threadId === undefined ? (options.images ?? []) : [];
}

/** User's and projects' `config.toml`, nearest project first. */
export function codexMcpPlaces(where: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly agentHome?: string;
}): readonly McpPlace[] {
  const { env, cwd, agentHome } = where;
  const home = env['HOME'];
  const folder = agentHome ?? env['CODEX_HOME'] ?? (home === undefined ? undefined : join(home, '.codex'));
  const servers = (settings: unknown) => objectIn(objectIn(settings)['mcp_servers']);
  return [
    ...(folder === undefined ? [] : [{ path: join(folder, 'config.toml'), servers }]),
    ...ancestors(cwd).map((parent) => ({ path: join(parent, '.codex', 'config.toml'), project: true, servers })),
  ];
}

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
