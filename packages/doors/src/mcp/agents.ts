// The agents as MCP clients name them: one entry makes both `<name>_request` and `<name>_request_async`.

import type { AgentName, Policy } from '@parley/schema';

/** A parameter of the agent's own command line that says what Parley's `policy` says. Values that say more are not offered. */
export interface PermissionParameter {
  readonly name: 'permissionMode' | 'sandboxMode' | 'approvalMode';
  readonly policies: Readonly<Record<string, Policy>>;
}

export interface RequestTool {
  /** First part of the tool's name, and the value of `cli`. */
  readonly name: string;
  /** Absent where the caller names it (`acp_request`). */
  readonly agent?: AgentName;
  readonly title: string;
  readonly permission?: PermissionParameter;
  /** Another name that its users know for `addedFolders`. */
  readonly foldersName?: 'includeDirs';
}

const claudeModes: PermissionParameter = {
  name: 'permissionMode',
  policies: { default: 'ask', acceptEdits: 'edit', plan: 'read-only', bypassPermissions: 'full' },
};

export const requestTools: readonly RequestTool[] = [
  { name: 'claude', agent: 'claude', title: 'Claude Code', permission: claudeModes },
  {
    name: 'codex',
    agent: 'codex',
    title: 'Codex',
    permission: {
      name: 'sandboxMode',
      policies: { 'read-only': 'read-only', 'workspace-write': 'edit', 'danger-full-access': 'full' },
    },
  },
  {
    name: 'gemini',
    agent: 'gemini',
    title: 'Gemini CLI',
    foldersName: 'includeDirs',
    permission: {
      name: 'approvalMode',
      policies: { default: 'ask', auto_edit: 'edit', yolo: 'full', plan: 'read-only' },
    },
  },
  { name: 'grok', agent: 'grok', title: 'Grok', permission: claudeModes },
  {
    name: 'mistral',
    agent: 'vibe',
    title: 'Mistral Vibe',
    permission: {
      name: 'permissionMode',
      policies: { default: 'ask', plan: 'read-only', 'accept-edits': 'edit', 'auto-approve': 'full' },
    },
  },
  { name: 'opencode', agent: 'opencode', title: 'OpenCode' },
  { name: 'kimi', agent: 'kimi', title: 'Kimi' },
  { name: 'acp', title: 'any agent that speaks ACP' },
];

/** The agent that `cli` means: `mistral` is Vibe; agents' own names are good too. */
export function agentOfCli(cli: string): AgentName {
  return requestTools.find(({ name }) => name === cli)?.agent ?? cli;
}

export function cliOfAgent(agent: AgentName): string {
  return requestTools.find((tool) => tool.agent === agent)?.name ?? agent;
}
