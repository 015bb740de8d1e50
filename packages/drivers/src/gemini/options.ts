// Gemini's own options, as 0.61.0 takes them. Lists of tools and servers become rules of an admin policy, in a file of the run: its own flag
// for tools would let them run unasked, and so would naming a server; and a file given with `--policy` would replace the user's.

import { join, relative, sep } from 'node:path';
import { serverDefinitions, serverNames } from '@parley/schema';
import type {
  AgentOptionName,
  AgentOptions,
  DriverContext,
  LaunchPlan,
  LaunchRequest,
  OptionFacts,
  Policy,
} from '@parley/schema';
import { needsFull, refusedOption } from '../shared/refuse-option.ts';

export const geminiOptions: readonly AgentOptionName[] = [
  'allowedTools',
  'disallowedTools',
  'mcpServers',
  'strictMcpConfig',
  'attachments',
  'policyFiles',
  'adminPolicyFiles',
  'sandbox',
];

export function checkGeminiOptions(options: AgentOptions, { policy, cwd, addedFolders = [] }: OptionFacts): void {
  needsFull(options, ['policyFiles', 'adminPolicyFiles'], policy);
  const escape = (options.allowedTools ?? []).find((name) => planTools.includes(name));
  if (escape !== undefined && policy !== 'full')
    throw refusedOption('allowedTools', `with ${escape} Gemini could give itself every permission.`);
  for (const file of options.attachments ?? []) {
    if ([cwd, ...addedFolders].some((folder) => isInside(folder, file))) continue;
    throw refusedOption(
      'attachments',
      `Gemini reads files of its folders only; name the folder of ${file} in addedFolders.`,
    );
  }
}

export function checkPrintOptions(options: AgentOptions, facts: OptionFacts): void {
  checkGeminiOptions(options, facts);
  const [server] = serverDefinitions(options.mcpServers ?? []);
  if (server !== undefined)
    throw refusedOption('mcpServers', `Gemini takes the definition of ${server.name} only in its mode "acp".`);
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

const planTools: readonly string[] = ['enter_plan_mode', 'exit_plan_mode'];

export interface OptionArguments {
  readonly args: readonly string[];
  readonly files: NonNullable<LaunchPlan['files']>;
  readonly limits: readonly string[];
}

/** `asks`: Gemini can ask in this mode. */
export function optionArguments({ options = {}, policy, filesFolder }: LaunchRequest, asks: boolean): OptionArguments {
  const { policyFiles = [], adminPolicyFiles = [], sandbox, allowedTools, strictMcpConfig } = options;
  const mcpServers = options.mcpServers ?? (strictMcpConfig === true ? [] : undefined);
  const rules = [
    ...(allowedTools === undefined ? [] : toolRules(allowedTools, policy, asks)),
    ...(options.disallowedTools ?? []).map((name) => rule(nameOf(name), 'deny', 900)),
    ...(mcpServers === undefined || policy === 'full' ? [] : [`mcpName = "*"\n${rule('*', 'ask_user', 600)}`]),
  ];
  const name = 'policy.toml';
  return {
    args: [
      ...(mcpServers === undefined ? [] : namedServers(serverNames(mcpServers))),
      ...policyFiles.flatMap((file) => ['--policy', file]),
      ...adminPolicyFiles.flatMap((file) => ['--admin-policy', file]),
      ...(rules.length === 0 ? [] : ['--admin-policy', join(filesFolder, name)]),
      ...(sandbox === true ? ['--sandbox'] : []),
    ],
    files: rules.length === 0 ? [] : [{ name, text: rules.map((each) => `[[rule]]\n${each}`).join('\n') }],
    limits: allowedTools === undefined ? [] : patternLimit(allowedTools),
  };
}

/** Not a name that anybody gives a server; without any name all servers would count. */
const noServer = 'parley-names-no-server';

function namedServers(names: readonly string[]): readonly string[] {
  return (names.length === 0 ? [noServer] : names).flatMap((name) => ['--allowed-mcp-server-names', name]);
}

/** Tools that look and change nothing: Gemini does not ask about them. */
const looking: readonly string[] = [
  'glob',
  'google_web_search',
  'grep_search',
  'list_directory',
  'read_file',
  'read_many_files',
  'update_topic',
];
const editing: readonly string[] = ['replace', 'write_file'];

function toolRules(allowed: readonly string[], policy: Policy, asks: boolean): readonly string[] {
  const names = [...new Set(allowed.map(nameOf))];
  const unasked = (name: string): boolean =>
    policy === 'full' || looking.includes(name) || (policy === 'edit' && !asks && editing.includes(name));
  return [...names.map((name) => rule(name, unasked(name) ? 'allow' : 'ask_user', 700)), rule('*', 'deny', 500)];
}

/** Of a rule of the priority that is the highest the first counts. A JSON string is a TOML string. */
function rule(tool: string, decision: 'allow' | 'ask_user' | 'deny', priority: number): string {
  return `toolName = ${JSON.stringify(tool)}\ndecision = "${decision}"\npriority = ${priority}\n`;
}

/** `run_shell_command(git status)` is about the tool. */
function nameOf(tool: string): string {
  return tool.replace(/\(.*$/s, '').trim();
}

function patternLimit(allowed: readonly string[]): readonly string[] {
  const patterns = allowed.filter((name) => name.includes('('));
  const own = 'Rules of your own Gemini policies do not count for the tools in allowedTools.';
  return patterns.length === 0 ? [own] : [own, `Of ${patterns.join(', ')} Gemini gets the whole tool.`];
}

/** Files for the first words of a conversation. */
export function firstAttachments({ options = {}, threadId }: DriverContext): readonly string[] {
  return threadId === undefined ? (options.attachments ?? []) : [];
}

/** As it is typed: spaces and what else would end a path are escaped. */
export function attachmentWords(files: readonly string[]): string {
  return files.map((file) => `@${file.replaceAll(/[ \t()[\]{};|*?$`'"#&<>!~]/g, '\\$&')} `).join('');
}
