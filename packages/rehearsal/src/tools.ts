// Finds the agent's own tool for a job and fills its arguments as the tool's JSON schema wants them.
import type { Conversation, Tool, ToolCall } from './conversation.ts';
import { smallestValue } from './json-schema.ts';
import { objectOf, stringOf, type JsonObject } from './shape.ts';

export type ToolKind = 'shell' | 'write' | 'edit' | 'read' | 'patch' | 'plan' | 'wait';

const NAMES: Readonly<Record<ToolKind, RegExp>> = {
  shell: /^(exec_command|shell|shell_command|bash|run_shell_command|run_command|execute_command|terminal)$/i,
  write: /^(write|write_file|create_file)$/i,
  edit: /^(edit|edit_file|str_replace|replace)$/i,
  read: /^(read|read_file)$/i,
  patch: /^apply_patch$/i,
  plan: /^update_plan$/i,
  wait: /^write_stdin$/i,
};

/** Arguments by meaning; each is given under the name that the tool's schema uses for it. */
export interface Arguments {
  readonly command?: string;
  readonly path?: string;
  readonly content?: string;
  readonly from?: string;
  readonly to?: string;
  readonly patch?: string;
  readonly why?: string;
  readonly outsideSandbox?: boolean;
}

const SPELLINGS = {
  command: ['command', 'cmd', 'script'],
  path: ['file_path', 'path', 'filePath', 'filename', 'absolute_path', 'file'],
  content: ['content', 'contents', 'text', 'file_text'],
  from: ['old_string', 'oldString', 'old_str', 'old_text', 'from'],
  to: ['new_string', 'newString', 'new_str', 'new_text', 'to'],
  patch: ['input', 'patch'],
  why: ['description', 'instruction'],
} as const;

export function findTool(tools: readonly Tool[], kind: ToolKind): Tool | undefined {
  const named = tools.find((tool) => tool.namespace === undefined && NAMES[kind].test(tool.name));
  return named ?? (kind === 'patch' ? tools.find(takesPatchCommand) : undefined);
}

// For models it does not know codex 0.169.0 offers no apply_patch, but it takes that word as a command for the patch
// itself: the change is then shown and asked for as a file change and not as a command.
function takesPatchCommand(tool: Tool): boolean {
  return tool.name === 'exec_command';
}

// To its newest models, its own default among them, codex 0.169.0 offers one tool that takes JavaScript and calls all others.
export function isScripted({ name, namespace, freeform }: Tool): boolean {
  return name === 'exec' && namespace === 'functions' && freeform;
}

export function callTool(tool: Tool, given: Arguments, cwd: string | undefined): ToolCall {
  if (tool.freeform) return toolCall(tool, given.patch ?? given.content ?? given.command ?? '');
  const properties = objectOf(tool.schema['properties']);
  const isPatchCommand = given.patch !== undefined && takesPatchCommand(tool);
  const meant = isPatchCommand ? { ...given, command: `apply_patch <<'EOF'\n${given.patch}EOF\n` } : given;
  const filled: Record<string, unknown> = {};
  for (const meaning of ['command', 'path', 'content', 'from', 'to', 'patch', 'why'] as const) {
    const value = meant[meaning];
    const name = SPELLINGS[meaning].find((spelling) => spelling in properties);
    if (value === undefined || name === undefined) continue;
    filled[name] =
      meaning === 'path'
        ? pathFor(value, objectOf(properties[name]), cwd)
        : fitCommand(value, objectOf(properties[name]));
  }
  for (const everywhere of ['replace_all', 'replaceAll', 'allow_multiple']) {
    if (everywhere in properties) filled[everywhere] = true;
  }
  // Codex hands a command back after 10 s unless it is told to wait; 30 s is the longest it accepts.
  if ('yield_time_ms' in properties) filled['yield_time_ms'] = 30_000;
  if (given.outsideSandbox === true && 'sandbox_permissions' in properties) {
    filled['sandbox_permissions'] = 'require_escalated';
    filled['justification'] = given.why ?? 'The person asked for it.';
  }
  return callWithArguments(tool, filled);
}

/** A call with arguments as they stand; required ones that are missing get their smallest value. */
export function callWithArguments(tool: Tool, given: JsonObject | string): ToolCall {
  if (typeof given === 'string') return toolCall(tool, given);
  const missing = objectOf(smallestValue(tool.schema));
  return toolCall(tool, JSON.stringify({ ...missing, ...given }));
}

function toolCall(tool: Tool, input: string): ToolCall {
  return {
    name: tool.name,
    ...(tool.namespace !== undefined && { namespace: tool.namespace }),
    freeform: tool.freeform,
    input,
  };
}

function fitCommand(value: string, schema: JsonObject): unknown {
  return schema['type'] === 'array' ? ['bash', '-lc', value] : value;
}

// Claude's and qwen's file tools take absolute paths only and say so in the schema.
function pathFor(path: string, schema: JsonObject, cwd: string | undefined): string {
  const isAbsolute = path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
  if (isAbsolute || cwd === undefined || !/absolute/i.test(stringOf(schema['description']))) return path;
  const separator = cwd.includes('\\') ? '\\' : '/';
  return `${cwd.replace(/[\\/]$/, '')}${separator}${path.replace(/^\.[\\/]/, '')}`;
}

/** The folder that the agent says it works in. */
export function workingFolder(conversation: Pick<Conversation, 'machineText'>): string | undefined {
  const tagged = [...conversation.machineText.matchAll(/<cwd>([^<\n]+)<\/cwd>/g)].at(-1)?.[1];
  return (tagged ?? /working (?:in the )?directory(?:: | is `)([^`\n]+)/i.exec(conversation.machineText)?.[1])?.trim();
}
