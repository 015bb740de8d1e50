// The agents as MCP clients name them: one entry makes both `<name>_request` and `<name>_request_async`.

import type { AgentName, AgentOptionName } from '@parley/schema';
import { codexWords } from './permission.ts';
import type { PermissionParameter, PermissionWords } from './permission.ts';

export interface RequestTool extends PermissionWords {
  /** First part of the tool's name, and the value of `cli`. */
  readonly name: string;
  /** Absent where the caller names it (`acp_request`). */
  readonly agent?: AgentName;
  readonly title: string;
  /** Its own options, in any of its modes; which mode has which is the daemon's to say. */
  readonly options?: readonly AgentOptionName[];
  /** Values of `outputFormat`. */
  readonly formats?: readonly string[];
  readonly asksForApproval?: true;
  readonly reasoningEffort?: true;
  readonly continueSession?: true;
  /** Another name that its users know for `addedFolders`. */
  readonly foldersName?: 'includeDirs';
  /** It can go on with a copy of a conversation (`forkSession`). */
  readonly forks?: true;
}

const claudeModes: PermissionParameter = {
  name: 'permissionMode',
  policies: {
    default: 'ask',
    manual: 'ask',
    acceptEdits: 'edit',
    plan: 'read-only',
    auto: 'edit',
    dontAsk: 'read-only',
    bypassPermissions: 'full',
  },
  notes: {
    auto: 'the policy "edit" holds: where the agent would let a model judge, a person is asked.',
    dontAsk: 'the policy "read-only" holds: whatever would change something is refused.',
  },
};

/** Tools, sub-agents, prompts, servers. */
const claudeOptions: readonly AgentOptionName[] = [
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
const codexOptions: readonly AgentOptionName[] = [
  'mcpServers',
  'strictMcpConfig',
  'outputSchema',
  'search',
  'configOverrides',
  'ephemeral',
  'images',
  'systemPrompt',
  'appendSystemPrompt',
  'ignoreUserConfig',
  'ignoreRules',
];
const geminiOptions: readonly AgentOptionName[] = [
  'allowedTools',
  'disallowedTools',
  'mcpServers',
  'strictMcpConfig',
  'attachments',
  'policyFiles',
  'adminPolicyFiles',
  'sandbox',
];
const vibeOptions: readonly AgentOptionName[] = [
  'allowedTools',
  'disallowedTools',
  'mcpServers',
  'strictMcpConfig',
  'maxTurns',
  'maxBudgetUsd',
];

export const requestTools: readonly RequestTool[] = [
  {
    name: 'claude',
    agent: 'claude',
    title: 'Claude Code',
    forks: true,
    permission: claudeModes,
    switches: [{ name: 'dangerouslySkipPermissions', policy: 'full', deprecated: true }],
    options: claudeOptions,
    formats: ['text', 'json', 'stream-json'],
    continueSession: true,
  },
  {
    name: 'codex',
    agent: 'codex',
    title: 'Codex',
    forks: true,
    switches: [
      { name: 'dangerouslyBypassApprovalsAndSandbox', policy: 'full' },
      {
        name: 'fullAuto',
        policy: 'edit',
        deprecated: true,
        note: 'fullAuto: what the sandbox does not allow is asked, not refused.',
      },
    ],
    asksForApproval: true,
    options: codexOptions,
    formats: ['text', 'json'],
    permission: codexWords,
  },
  {
    name: 'gemini',
    agent: 'gemini',
    title: 'Gemini CLI',
    foldersName: 'includeDirs',
    options: geminiOptions,
    formats: ['text', 'json', 'stream-json'],
    permission: {
      name: 'approvalMode',
      policies: { default: 'ask', auto_edit: 'edit', yolo: 'full', plan: 'read-only' },
    },
  },
  {
    name: 'grok',
    agent: 'grok',
    title: 'Grok',
    permission: claudeModes,
    switches: [{ name: 'alwaysApprove', policy: 'full' }],
    options: ['allowedTools', 'disallowedTools'],
    formats: ['plain', 'json', 'streaming-json'],
    reasoningEffort: true,
  },
  {
    name: 'mistral',
    agent: 'vibe',
    title: 'Mistral Vibe',
    permission: {
      name: 'permissionMode',
      policies: {
        default: 'ask',
        plan: 'read-only',
        'accept-edits': 'edit',
        'auto-approve': 'full',
        chat: 'read-only',
        explore: 'read-only',
        lean: 'ask',
      },
      notes: {
        chat: 'the policy "read-only" holds; the instructions of that agent are not used.',
        explore: 'the policy "read-only" holds; the instructions of that agent are not used.',
        lean: 'the policy "ask" holds; the instructions of that agent are not used.',
      },
    },
    options: vibeOptions,
    formats: ['plain', 'json', 'stream-json'],
    reasoningEffort: true,
  },
  {
    name: 'opencode',
    agent: 'opencode',
    title: 'OpenCode',
    forks: true,
    options: ['allowedTools', 'disallowedTools', 'systemPrompt', 'maxTurns'],
  },
  { name: 'kimi', agent: 'kimi', title: 'Kimi', forks: true },
  { name: 'acp', title: 'any agent that speaks ACP', forks: true },
];

/** What the request tools are called after. */
export const requestToolNames: readonly string[] = requestTools.map(({ name }) => name);

/** The agent that `cli` means: `mistral` is Vibe; agents' own names are good too. */
export function agentOfCli(cli: string): AgentName {
  return requestTools.find(({ name }) => name === cli)?.agent ?? cli;
}

export function cliOfAgent(agent: AgentName): string {
  return requestTools.find((tool) => tool.agent === agent)?.name ?? agent;
}
