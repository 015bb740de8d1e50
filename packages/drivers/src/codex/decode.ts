// Codex's thread items → our items. Shapes of 0.169.0 (`codex app-server generate-ts --experimental`, `ThreadItem`).

import type { Item, ItemId, ItemStatus, PlanStep, Usage } from '@parley/schema';
import { countIn, jsonTextOf, listIn, numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { decodeChanges } from './file-change.ts';
import { unwrapShell } from './shell-command.ts';

/**
 * Our item for one of Codex's, or why there is none: `silent` for what the engine or a notice tells otherwise, `unknown` for a type
 * that this version of Parley has never seen. `done` says that the item is over, whatever its status says.
 */
export function decodeItem(
  raw: Json,
  id: ItemId,
  roots: readonly string[],
  done: boolean,
): Item | 'silent' | 'unknown' {
  switch (raw['type']) {
    case 'agentMessage':
    // What plan mode proposes is words to the person as well.
    case 'plan':
      return { id, type: 'assistant_message', text: stringIn(raw['text']) ?? '' };
    case 'reasoning':
      return { id, type: 'reasoning', text: reasoningText(raw, undefined) };
    case 'commandExecution':
      return command(raw, id, done);
    case 'fileChange':
      return {
        id,
        type: 'file_change',
        status: statusOf(raw['status'], done),
        changes: decodeChanges(raw['changes'], roots),
      };
    case 'mcpToolCall':
      return tool(raw, id, done, {
        name: stringIn(raw['tool']) ?? 'tool',
        server: stringIn(raw['server']),
        input: jsonTextOf(raw['arguments']),
        output: mcpOutput(raw),
      });
    case 'dynamicToolCall':
      return tool(raw, id, done, {
        name: stringIn(raw['tool']) ?? 'tool',
        server: stringIn(raw['namespace']),
        input: jsonTextOf(raw['arguments']),
        output: contentText(raw['contentItems']),
      });
    case 'collabAgentToolCall':
      return tool(raw, id, done, {
        name: stringIn(raw['tool']) ?? 'sub_agent',
        title: stringIn(raw['prompt']),
        input: jsonTextOf({ prompt: raw['prompt'], model: raw['model'], receiverThreadIds: raw['receiverThreadIds'] }),
        output: done ? jsonTextOf(raw['agentsStates']) : undefined,
      });
    case 'subAgentActivity':
      return tool(raw, id, done, {
        name: 'sub_agent',
        title: `${stringIn(raw['kind']) ?? 'activity'} ${stringIn(raw['agentPath']) ?? ''}`.trim(),
      });
    case 'webSearch':
      return tool(raw, id, done, {
        name: 'web_search',
        title: stringIn(raw['query']),
        input: jsonTextOf(raw['action']),
        output: jsonTextOf(raw['results']),
      });
    case 'imageView':
      return tool(raw, id, done, {
        name: 'view_image',
        title: stringIn(raw['path']),
        input: jsonTextOf({ path: raw['path'] }),
      });
    case 'imageGeneration':
      return tool(raw, id, done, {
        name: 'image_generation',
        title: stringIn(raw['revisedPrompt']),
        output: stringIn(raw['savedPath']),
      });
    case 'sleep':
      return tool(raw, id, done, { name: 'sleep', title: `${numberIn(raw['durationMs']) ?? 0} ms` });
    case 'userMessage':
    case 'hookPrompt':
    case 'functionCallOutput':
    case 'contextCompaction':
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return 'silent';
    default:
      return 'unknown';
  }
}

function command(raw: Json, id: ItemId, done: boolean): Item {
  const output = stringIn(raw['aggregatedOutput']);
  const exitCode = countIn(raw['exitCode']); // -1 means that it was ended by force, not that it exited.
  const durationMs = numberIn(raw['durationMs']);
  const cwd = stringIn(raw['cwd']);
  return {
    id,
    type: 'command',
    status: statusOf(raw['status'], done),
    command: unwrapShell(stringIn(raw['command']) ?? ''),
    ...(cwd === undefined ? {} : { cwd }),
    ...(output === undefined ? {} : { output }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(durationMs === undefined || durationMs < 0 ? {} : { durationMs }),
  };
}

interface ToolWords {
  readonly name: string;
  readonly server?: string | undefined;
  readonly title?: string | undefined;
  readonly input?: string | undefined;
  readonly output?: string | undefined;
}

function tool(raw: Json, id: ItemId, done: boolean, words: ToolWords): Item {
  const { name, server, title, input, output } = words;
  return {
    id,
    type: 'tool_call',
    status: raw['success'] === false ? 'failed' : statusOf(raw['status'], done),
    name,
    ...(server === undefined ? {} : { server }),
    ...(title === undefined || title === '' ? {} : { title }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

function statusOf(status: unknown, done: boolean): ItemStatus {
  if (status === 'failed' || status === 'declined') return status;
  return done || status === 'completed' ? 'completed' : 'running';
}

/** Summary and raw text are two tellings of the same thoughts: show the one whose deltas were shown, else the one that is there. */
export function reasoningText(raw: Json, stream: 'summary' | 'content' | undefined): string {
  const summary = texts(raw['summary']);
  const content = texts(raw['content']);
  const chosen = (stream ?? (summary.length > 0 ? 'summary' : 'content')) === 'summary' ? summary : content;
  return chosen.join('\n\n');
}

function texts(list: unknown): readonly string[] {
  return listIn(list).filter((each) => typeof each === 'string');
}

function mcpOutput(raw: Json): string | undefined {
  const error = stringIn(objectIn(raw['error'])['message']);
  if (error !== undefined) return error;
  const result = objectIn(raw['result']);
  return contentText(result['content']) ?? jsonTextOf(result['structuredContent']);
}

/** The texts of content blocks; a block of another kind is shown as its JSON. */
function contentText(blocks: unknown): string | undefined {
  const list = listIn(blocks);
  if (list.length === 0) return undefined;
  return list.map((block) => stringIn(objectIn(block)['text']) ?? jsonTextOf(block) ?? '').join('\n');
}

/** The steps of `turn/plan/updated`. */
export function decodePlan(plan: unknown): readonly PlanStep[] {
  return listIn(plan).map((each) => {
    const { step, status } = objectIn(each);
    return {
      text: stringIn(step) ?? '',
      status: status === 'completed' ? 'completed' : status === 'inProgress' ? 'in_progress' : 'pending',
    };
  });
}

/** A `TokenUsageBreakdown`. Codex counts what was read from and written to the cache as input too. */
export function decodeUsage(raw: unknown): Usage {
  const usage = objectIn(raw);
  const input = countIn(usage['inputTokens']);
  const cacheRead = countIn(usage['cachedInputTokens']);
  const cacheWrite5m = countIn(usage['cacheWriteInputTokens']);
  const output = countIn(usage['outputTokens']);
  const reasoning = countIn(usage['reasoningOutputTokens']);
  return {
    ...(input === undefined ? {} : { inputUncached: Math.max(0, input - (cacheRead ?? 0) - (cacheWrite5m ?? 0)) }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite5m === undefined ? {} : { cacheWrite5m }),
    ...(output === undefined ? {} : { output }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
