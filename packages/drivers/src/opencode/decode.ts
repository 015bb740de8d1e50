// OpenCode's parts → our items and usage. Both modes speak of the same parts. Seen on 1.18.33.

import { addUsage } from '@parley/schema';
import type { Item, ItemId, ItemStatus, PlanStep, ToolCallItem, Usage } from '@parley/schema';
import { countIn, cutText, jsonTextOf, listIn, numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { changesOf, editors } from './file-change.ts';

/** Tools whose effect is the plan, which comes as `todo.updated`. */
export const planTools: ReadonlySet<string> = new Set(['todowrite', 'todoread']);

/** The item of a tool call. `denied`: a person or the policy said no to it. */
export function toolItem(part: Json, id: ItemId, cwd: string, denied: boolean): Item {
  const tool = stringIn(part['tool']) ?? 'tool';
  const state = objectIn(part['state']);
  const input = objectIn(state['input']);
  const metadata = objectIn(state['metadata']);
  const status = statusOf(state, denied);
  const output = stringIn(state['output']) ?? stringIn(state['error']) ?? stringIn(metadata['output']);
  if (tool === 'bash') {
    const exitCode = numberIn(metadata['exit']);
    const folder = stringIn(input['workdir']);
    return {
      id,
      type: 'command',
      // A command that failed is a call that succeeded, for OpenCode.
      status: status === 'completed' && exitCode !== undefined && exitCode !== 0 ? 'failed' : status,
      command: stringIn(input['command']) ?? '',
      ...(folder === undefined ? {} : { cwd: folder }),
      ...(output === undefined ? {} : { output: output === '(no output)' ? '' : output }),
      ...(exitCode !== undefined && Number.isInteger(exitCode) ? { exitCode } : {}),
      ...durationOf(state),
    };
  }
  if (editors.has(tool)) return { id, type: 'file_change', status, changes: changesOf(input, metadata, cwd) };
  const title = stringIn(state['title']) ?? '';
  return {
    id,
    type: 'tool_call',
    status,
    name: tool,
    ...(title === '' ? {} : { title: cutText(title, 200) }),
    input: jsonTextOf(input) ?? '{}',
    ...(output === undefined ? {} : { output }),
  };
}

/** The item as it was when it began, for one that is told only when it is over. */
export function asOpened(item: Item): Item {
  switch (item.type) {
    case 'command':
      return {
        id: item.id,
        type: 'command',
        status: 'running',
        command: item.command,
        ...(item.cwd === undefined ? {} : { cwd: item.cwd }),
      };
    case 'tool_call':
      return { ...withoutOutput(item), status: 'running' };
    case 'file_change':
      return { ...item, status: 'running' };
    case 'assistant_message':
    case 'reasoning':
    case 'user_message':
      return { ...item, text: '' };
    case 'plan':
      return item;
  }
}

function withoutOutput(item: ToolCallItem): ToolCallItem {
  const { output: _, ...rest } = item;
  return rest;
}

function statusOf(state: Json, denied: boolean): ItemStatus {
  switch (state['status']) {
    case 'completed':
      return 'completed';
    case 'error':
      if (denied || isDenial(stringIn(state['error']) ?? '')) return 'declined';
      return /abort/i.test(stringIn(state['error']) ?? '') ? 'interrupted' : 'failed';
    default:
      return 'running';
  }
}

/** The words of a tool call that a person, or a rule of the policy, did not allow. */
export function isDenial(error: string): boolean {
  return /rejected permission|specified a rule which prevents|dismissed this question/i.test(error);
}

function durationOf(state: Json): { readonly durationMs?: number } {
  const { start, end } = objectIn(state['time']);
  return typeof start === 'number' && typeof end === 'number' && end >= start ? { durationMs: end - start } : {};
}

/** What a step cost, on top of what is known. A cost of 0 is what OpenCode says when it knows no price. */
export function addStep(usage: Usage, step: Json): Usage {
  const tokens = objectIn(step['tokens']);
  const cache = objectIn(tokens['cache']);
  const output = countIn(tokens['output']);
  const reasoning = countIn(tokens['reasoning']);
  const cost = numberIn(step['cost']);
  return addUsage(usage, {
    ...known('inputUncached', countIn(tokens['input'])),
    ...known('cacheRead', countIn(cache['read'])),
    ...known('cacheWrite5m', countIn(cache['write'])),
    // OpenCode's output is without the reasoning, ours is with it.
    ...known('output', output === undefined ? undefined : output + (reasoning ?? 0)),
    ...known('reasoning', reasoning),
    ...known('costUsd', cost !== undefined && cost > 0 ? cost : undefined),
  });
}

function known(bucket: keyof Usage, value: number | undefined): Usage {
  return value === undefined ? {} : { [bucket]: value };
}

/** A step in which the model said nothing at all. */
export function isEmptyStep(step: Json): boolean {
  const tokens = objectIn(step['tokens']);
  return (
    step['reason'] === 'unknown' && (countIn(tokens['output']) ?? 0) === 0 && (countIn(tokens['input']) ?? 0) === 0
  );
}

/** `todos` of `todo.updated`, or of the input of `todowrite`. Cancelled ones are left out. */
export function planSteps(todos: unknown): readonly PlanStep[] {
  const steps: PlanStep[] = [];
  for (const each of listIn(todos)) {
    const { content, status } = objectIn(each);
    if (typeof content !== 'string' || status === 'cancelled') continue;
    steps.push({ text: content, status: status === 'completed' || status === 'in_progress' ? status : 'pending' });
  }
  return steps;
}
