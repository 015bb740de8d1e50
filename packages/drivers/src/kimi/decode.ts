// Kimi's tool calls and their results → our items, for both programs of that name: legacy kimi (`Shell`, `WriteFile`, …) and Kimi Code
// (`Bash`, `Write`, …). Pure: values in, values out.

import type { FileChange, Item, ItemId, ItemStatus, PlanStep, Usage } from '@parley/schema';
import { countIn, cutText, jsonTextOf, listIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { shownPath } from '../shared/paths.ts';
import { changesOfInput } from './file-change.ts';

const shellTools: ReadonlySet<string> = new Set(['Shell', 'Bash']);
const writingTools: ReadonlySet<string> = new Set(['WriteFile', 'StrReplaceFile', 'Write', 'Edit']);
const planTools: ReadonlySet<string> = new Set(['SetTodoList', 'TodoList']);

/** The arguments of a call, which are JSON text; an empty object where they are none. */
export function inputOf(text: string): Json {
  return objectOfLine(text) ?? {};
}

/** The item of a call that has begun; undefined for the tool that only changes the plan. */
export function itemOfCall(id: ItemId, name: string, input: Json, cwd: string): Item | undefined {
  if (planTools.has(name)) return undefined;
  if (shellTools.has(name)) return { id, type: 'command', status: 'running', command: stringIn(input.command) ?? '' };
  if (writingTools.has(name))
    return { id, type: 'file_change', status: 'running', changes: changesOfInput(name, input, cwd) };
  const title = titleOf(name, input, cwd);
  return {
    id,
    type: 'tool_call',
    status: 'running',
    name,
    ...(title === '' ? {} : { title }),
    input: jsonTextOf(input) ?? '{}',
  };
}

/** The argument that says most, for people. */
function titleOf(name: string, input: Json, cwd: string): string {
  const words =
    stringIn(input.description) ??
    stringIn(input.pattern) ??
    stringIn(input.query) ??
    stringIn(input.url) ??
    stringIn(input.path) ??
    Object.values(input).find((value) => typeof value === 'string' && value !== '');
  const word = typeof words === 'string' ? shownPath(words, cwd) : '';
  return word === '' ? '' : cutText(`${name} ${word}`.replace(/\s+/g, ' ').trim(), 160);
}

export interface CallEnd {
  readonly status: ItemStatus;
  readonly output: string;
  readonly exitCode?: number;
  /** What was really changed, where the agent tells it. */
  readonly changes?: readonly FileChange[];
}

export function endedItem(item: Item, { status, output, exitCode, changes = [] }: CallEnd): Item {
  switch (item.type) {
    case 'command':
      return { ...item, status, output, ...(exitCode === undefined ? {} : { exitCode }) };
    case 'file_change':
      return { ...item, status, ...(changes.length === 0 ? {} : { changes }) };
    case 'tool_call':
      return { ...item, status, output };
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'plan':
      return item;
  }
}

/** The exit code that kimi says in words: "Command failed with exit code: 2.", "Command executed successfully." (both programs). */
export function exitCodeIn(words: string): number | undefined {
  const code = /Command failed with exit code: (-?\d+)/.exec(words)?.[1];
  if (code !== undefined) return Number(code);
  return /Command executed successfully\./.test(words) ? 0 : undefined;
}

/** The text of a tool's output or a message: a string, or parts of which those with a text count. */
export function textOf(content: unknown): string {
  return (
    stringIn(content) ??
    listIn(content)
      .map((part) => stringIn(objectIn(part).text) ?? '')
      .join('')
  );
}

/** The steps of a todo list, as a tool's arguments or a `todo` block tell them. */
export function stepsOf(list: unknown): readonly PlanStep[] {
  return listIn(list).map((each) => {
    const { title, content, status } = objectIn(each);
    return {
      text: stringIn(title) ?? stringIn(content) ?? '',
      status:
        status === 'done' || status === 'completed'
          ? 'completed'
          : status === 'in_progress'
            ? 'in_progress'
            : 'pending',
    };
  });
}

/** The points of a plan that was written as Markdown; without any the whole text is one step. */
export function stepsOfMarkdown(text: string): readonly PlanStep[] {
  const points = text.split('\n').flatMap((line) => {
    const point = /^\s*(?:[-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(\S.*)$/.exec(line);
    return point?.[2] === undefined ? [] : [{ text: point[2].trim(), isDone: (point[1] ?? ' ') !== ' ' }];
  });
  if (points.length === 0) return text.trim() === '' ? [] : [{ text: text.trim(), status: 'pending' }];
  return points.map(({ text: words, isDone }) => ({ text: words, status: isDone ? 'completed' : 'pending' }));
}

/** `token_usage` of a `StatusUpdate`: what one step used. */
export function usageOf(raw: unknown): Usage {
  const usage = objectIn(raw);
  const inputUncached = countIn(usage.input_other);
  const cacheRead = countIn(usage.input_cache_read);
  const cacheWrite5m = countIn(usage.input_cache_creation);
  const output = countIn(usage.output);
  return {
    ...(inputUncached === undefined ? {} : { inputUncached }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite5m }),
    ...(output === undefined ? {} : { output }),
  };
}
