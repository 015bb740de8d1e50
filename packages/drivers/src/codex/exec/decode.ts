// Items of `codex exec --json` → our items. They are the app-server's in other spelling (snake_case, fewer fields; 0.169.0), so they are
// respelled and read by the same code.

import type { FileChange, Item, ItemId, PlanStep, Usage } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../../shared/json.ts';
import type { Json } from '../../shared/json.ts';
import { decodeItem, decodeUsage } from '../decode.ts';
import { showPath } from '../file-change.ts';

/** Our item; `plan` and `error` items are told otherwise, `unknown` is a type that this version of Parley has never seen. */
export function decodeExecItem(
  raw: Json,
  id: ItemId,
  cwd: string,
  done: boolean,
): Item | 'plan' | 'error' | 'silent' | 'unknown' {
  if (raw['type'] === 'todo_list') return 'plan';
  if (raw['type'] === 'error') return 'error';
  const item = decodeItem(respell(raw), id, [cwd], done);
  // No diff here: lines cannot be counted, and none would not be true.
  return typeof item !== 'string' && item.type === 'file_change'
    ? { ...item, changes: decodeExecChanges(raw['changes'], cwd) }
    : item;
}

function respell(raw: Json): Json {
  switch (raw['type']) {
    case 'agent_message':
      return { type: 'agentMessage', text: raw['text'] };
    case 'reasoning':
      return { type: 'reasoning', summary: [raw['text']] };
    case 'command_execution':
      return {
        ...raw,
        type: 'commandExecution',
        aggregatedOutput: raw['status'] === 'in_progress' ? undefined : raw['aggregated_output'],
        exitCode: raw['exit_code'],
      };
    case 'file_change':
      return { type: 'fileChange', status: raw['status'] };
    case 'mcp_tool_call': {
      const result = objectIn(raw['result']);
      return { ...raw, type: 'mcpToolCall', result: { ...result, structuredContent: result['structured_content'] } };
    }
    case 'collab_tool_call':
      return {
        ...raw,
        type: 'collabAgentToolCall',
        receiverThreadIds: raw['receiver_thread_ids'],
        agentsStates: raw['agents_states'],
      };
    case 'web_search':
      return { ...raw, type: 'webSearch' };
    default:
      return {};
  }
}

function decodeExecChanges(changes: unknown, cwd: string): readonly FileChange[] {
  const decoded: FileChange[] = [];
  for (const each of listIn(changes)) {
    const { path, kind } = objectIn(each);
    if (typeof path !== 'string') continue;
    decoded.push({ path: showPath(path, [cwd]), kind: kind === 'add' || kind === 'delete' ? kind : 'update' });
  }
  return decoded;
}

/** The steps of a `todo_list`, which knows only done and not done. */
export function decodeTodos(items: unknown): readonly PlanStep[] {
  return listIn(items).map((each) => {
    const { text, completed } = objectIn(each);
    return { text: stringIn(text) ?? '', status: completed === true ? 'completed' : 'pending' };
  });
}

/** `usage` of `turn.completed`: the totals of the whole thread. */
export function decodeExecUsage(raw: unknown): Usage {
  const usage = objectIn(raw);
  return decodeUsage({
    inputTokens: usage['input_tokens'],
    cachedInputTokens: usage['cached_input_tokens'],
    cacheWriteInputTokens: usage['cache_write_input_tokens'],
    outputTokens: usage['output_tokens'],
    reasoningOutputTokens: usage['reasoning_output_tokens'],
  });
}
