// One line for people about what a tool call of claude does, and to what.

import { cutText, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { relativePath } from './file-change.ts';

export interface ToolName {
  readonly name: string;
  /** The MCP server that the tool belongs to. */
  readonly server?: string;
}

/** Claude joins server and tool: `mcp__github__create_issue`. */
export function toolNameOf(name: string): ToolName {
  const parts = /^mcp__(.+?)__(.+)$/.exec(name);
  return parts?.[1] === undefined || parts[2] === undefined ? { name } : { name: parts[2], server: parts[1] };
}

const titleLimit = 160;

export function toolTitle(name: string, input: Json, cwd: string): string {
  return oneLine(wordsFor(name, input, cwd));
}

export function oneLine(text: string): string {
  return cutText(text.replace(/\s+/g, ' ').trim(), titleLimit);
}

function wordsFor(name: string, input: Json, cwd: string): string {
  const of = (field: string) => stringIn(input[field]) ?? '';
  const path = (field: string) => relativePath(of(field), cwd);
  const where = of('path') === '' ? '' : ` in ${path('path')}`;
  switch (name) {
    case 'Bash':
      return of('description') === '' ? `Run ${of('command')}` : of('description');
    case 'Read':
      return `Read ${path('file_path')}`;
    case 'Write':
      return `Write ${path('file_path')}`;
    case 'Edit':
    case 'MultiEdit':
      return `Edit ${path('file_path')}`;
    case 'NotebookEdit':
      return `Edit ${path('notebook_path')}`;
    case 'Grep':
      return `Search for ${of('pattern')}${where}`;
    case 'Glob':
      return `Find ${of('pattern')}${where}`;
    case 'WebFetch':
      return `Fetch ${of('url')}`;
    case 'WebSearch':
      return `Search the web for ${of('query')}`;
    case 'ToolSearch':
      return `Look for tools: ${of('query')}`;
    case 'Agent':
    case 'Task':
      return `Sub-agent: ${of('description')}`;
    case 'Skill':
      return `Skill ${of('skill') || of('command')}`;
    case 'AskUserQuestion':
      return 'Ask a question';
    case 'EnterPlanMode':
      return 'Begin to plan';
    case 'ExitPlanMode':
      return 'Propose a plan';
    default: {
      const tool = toolNameOf(name);
      const first = Object.values(input).find((value) => typeof value === 'string' && value !== '');
      const call = tool.server === undefined ? tool.name : `${tool.server}: ${tool.name}`;
      return typeof first === 'string' ? `${call} ${first}` : call;
    }
  }
}
