// The agents' own options: what a session can be made with beside policy, model and effort. Each has the name that the agent's users know;
// which of them an agent has, and what they become on its command line, is its driver's business.

import { z } from 'zod';
import { redact } from './redact.ts';

/** A server of the Model Context Protocol that only this session's agent is to have. */
export type McpServer =
  | {
      readonly name: string;
      /** A program, found on the agent's PATH. */
      readonly command: string;
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    }
  | {
      readonly name: string;
      /** Streamable HTTP. */
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** A sub-agent. What would widen its permissions (a permission mode, hooks, servers of its own) cannot be said. */
export interface SubAgent {
  readonly description: string;
  readonly prompt: string;
  readonly tools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
}

export type ConfigValue = string | number | boolean;

/** Paths are absolute. None of these ever allows more than the session's policy does. */
export interface AgentOptions {
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly agent?: string;
  readonly agents?: Readonly<Record<string, SubAgent>>;
  readonly systemPrompt?: string;
  readonly appendSystemPrompt?: string;
  readonly maxBudgetUsd?: number;
  readonly maxTurns?: number;
  readonly excludeDynamicSystemPromptSections?: boolean;
  readonly mcpServers?: readonly (string | McpServer)[];
  readonly strictMcpConfig?: boolean;
  /** A path is read when the session is made: from then on this is the schema itself. */
  readonly outputSchema?: string | Readonly<Record<string, unknown>>;
  readonly search?: boolean;
  readonly configOverrides?: Readonly<Record<string, ConfigValue>>;
  readonly ephemeral?: boolean;
  readonly images?: readonly string[];
  readonly ignoreUserConfig?: boolean;
  readonly ignoreRules?: boolean;
  readonly attachments?: readonly string[];
  readonly policyFiles?: readonly string[];
  readonly adminPolicyFiles?: readonly string[];
  readonly sandbox?: boolean;
}

export type AgentOptionName = keyof AgentOptions;

/** What goes onto a command line must not be taken for an option there. */
const word = (most = 200) => z.string().min(1).max(most).regex(/^[^-]/, 'must not begin with "-"');
const toolName = () => word(300).regex(/^[^\p{Cc}]*$/u, 'must be one line');
const path = () => z.string().min(1).max(4096);
const paths = () => z.array(path()).max(50).readonly();
const words = () => z.string().min(1).max(100_000);
const serverName = () => z.string().regex(/^\w[\w.-]{0,99}$/, 'must be letters, digits, "_", "." and "-"');
const texts = () => z.record(z.string().min(1).max(200), z.string().max(10_000)).readonly();

export const McpServerSchema: z.ZodType<McpServer> = z.union(
  [
    z.strictObject({
      name: serverName(),
      command: word(4096),
      args: z.array(z.string().max(10_000)).max(200).readonly().exactOptional(),
      env: texts().exactOptional(),
    }),
    z.strictObject({ name: serverName(), url: z.url({ protocol: /^https?$/ }), headers: texts().exactOptional() }),
  ],
  { error: 'must be the name of a configured server, {name, command, args?, env?} or {name, url, headers?}' },
);

export const SubAgentSchema = z.strictObject({
  description: z.string().min(1).max(10_000),
  prompt: words(),
  tools: z.array(toolName()).max(200).readonly().exactOptional(),
  disallowedTools: z.array(toolName()).max(200).readonly().exactOptional(),
  model: word().exactOptional(),
});

/** Descriptions are for people: `--help`, MCP and the documentation show them. */
const shape = {
  allowedTools: z
    .array(toolName())
    .max(200)
    .readonly()
    .describe('The only tools that there are; [] means none at all. What the policy asks about is asked all the same.'),
  disallowedTools: z.array(toolName()).max(200).readonly().describe('Tools that the agent must not use.'),
  agent: word().describe("One of the agent's own configured (sub-)agents, which leads the conversation."),
  agents: z
    .record(word(), SubAgentSchema)
    .readonly()
    .describe('Sub-agents, by name: {description, prompt, tools?, disallowedTools?, model?}.'),
  systemPrompt: words().describe("Instead of the agent's own system prompt."),
  appendSystemPrompt: words().describe("After the agent's own system prompt. Not together with systemPrompt."),
  maxBudgetUsd: z.number().positive().max(1_000_000).describe('US dollars; beyond them the agent ends the turn.'),
  maxTurns: z.int().positive().max(100_000).describe('Answers of the model within one turn; then the agent ends it.'),
  excludeDynamicSystemPromptSections: z
    .boolean()
    .describe('Folder, environment and git state go into the first message instead of the system prompt.'),
  mcpServers: z
    .array(z.union([serverName(), McpServerSchema], { error: 'must be a name or a definition' }))
    .max(50)
    .readonly()
    .describe(
      "The only MCP servers of this session: names of the agent's own configured ones and definitions ({name, command, args?, env?} or {name, url, headers?}). [] means none; absent: the agent's usual ones.",
    ),
  strictMcpConfig: z
    .boolean()
    .describe('No MCP servers but those of mcpServers, which is always so when that is given; alone: none.'),
  outputSchema: z
    .union([path(), z.record(z.string(), z.unknown()).readonly()])
    .describe('JSON Schema that the answer has to keep: the schema itself or the path of its file.'),
  search: z.boolean().describe('The model may search the web.'),
  configOverrides: z
    .record(
      z.string().regex(/^[a-zA-Z0-9._]+$/, 'a key has letters, digits, "." and "_" only'),
      z.union([
        z
          .string()
          .max(10_000)
          .regex(/^[^\r\n]*$/, 'must be one line'),
        z.number(),
        z.boolean(),
      ]),
    )
    .readonly()
    .describe("Entries of the agent's configuration, by dotted key. Those that would widen the policy are refused."),
  ephemeral: z.boolean().describe('The agent keeps nothing of the conversation: it cannot be resumed later.'),
  images: paths().describe('Pictures (paths) that go with the first words of the conversation.'),
  ignoreUserConfig: z.boolean().describe("The agent does not read the user's configuration."),
  ignoreRules: z.boolean().describe('The agent does not read rules for commands.'),
  attachments: paths().describe('Files (paths) that go with the first words of the conversation.'),
  policyFiles: paths().describe(
    "Files in the agent's own policy language. They could allow anything: policy full only.",
  ),
  adminPolicyFiles: paths().describe('The same, before all other policies.'),
  sandbox: z.boolean().describe("The agent's own sandbox around its tools."),
} as const;

const twoPrompts = 'systemPrompt and appendSystemPrompt exclude each other';

/** The shape, for doors that offer each option as a parameter of its own. */
export const agentOptionShape: Readonly<Record<AgentOptionName, z.ZodType>> = shape;

export const agentOptionNames = Object.keys(shape).filter(isAgentOption);

export function isAgentOption(name: string): name is AgentOptionName {
  return Object.hasOwn(shape, name);
}

export const AgentOptionsSchema = z
  .strictObject({
    allowedTools: shape.allowedTools.exactOptional(),
    disallowedTools: shape.disallowedTools.exactOptional(),
    agent: shape.agent.exactOptional(),
    agents: shape.agents.exactOptional(),
    systemPrompt: shape.systemPrompt.exactOptional(),
    appendSystemPrompt: shape.appendSystemPrompt.exactOptional(),
    maxBudgetUsd: shape.maxBudgetUsd.exactOptional(),
    maxTurns: shape.maxTurns.exactOptional(),
    excludeDynamicSystemPromptSections: shape.excludeDynamicSystemPromptSections.exactOptional(),
    mcpServers: shape.mcpServers.exactOptional(),
    strictMcpConfig: shape.strictMcpConfig.exactOptional(),
    outputSchema: shape.outputSchema.exactOptional(),
    search: shape.search.exactOptional(),
    configOverrides: shape.configOverrides.exactOptional(),
    ephemeral: shape.ephemeral.exactOptional(),
    images: shape.images.exactOptional(),
    ignoreUserConfig: shape.ignoreUserConfig.exactOptional(),
    ignoreRules: shape.ignoreRules.exactOptional(),
    attachments: shape.attachments.exactOptional(),
    policyFiles: shape.policyFiles.exactOptional(),
    adminPolicyFiles: shape.adminPolicyFiles.exactOptional(),
    sandbox: shape.sandbox.exactOptional(),
  })
  .refine(({ systemPrompt, appendSystemPrompt }) => systemPrompt === undefined || appendSystemPrompt === undefined, {
    error: twoPrompts,
    path: ['appendSystemPrompt'],
  });

/** Milliseconds of silence that somebody may ask for. */
export const idleMsRange = z.int().min(30_000).max(3_600_000);

/** As they may be told: of the variables and headers of a server, which may be secrets, only the names. */
export function shownOptions(options: AgentOptions): AgentOptions {
  const { mcpServers } = options;
  return mcpServers === undefined ? options : { ...options, mcpServers: mcpServers.map(shownServer) };
}

function shownServer(server: string | McpServer): string | McpServer {
  if (typeof server === 'string') return server;
  if ('url' in server) {
    const { headers, ...rest } = server;
    return { ...rest, url: redact(server.url), ...(headers === undefined ? {} : { headers: namesOf(headers) }) };
  }
  const { args, env, ...rest } = server;
  return {
    ...rest,
    ...(args === undefined ? {} : { args: args.map(redact) }),
    ...(env === undefined ? {} : { env: namesOf(env) }),
  };
}

function namesOf(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, '(set)']));
}

/** The names of the servers in a list of `mcpServers`. */
export function serverNames(servers: readonly (string | McpServer)[]): readonly string[] {
  return servers.map((server) => (typeof server === 'string' ? server : server.name));
}

/** The definitions in a list of `mcpServers`. */
export function serverDefinitions(servers: readonly (string | McpServer)[]): readonly McpServer[] {
  return servers.filter((server) => typeof server !== 'string');
}
