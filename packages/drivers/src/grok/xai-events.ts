// The events of `--output-format streaming-json` → items.

import type { ItemStatus } from '@parley/schema';
import { listIn, objectIn, stringIn, jsonTextOf } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { completeItem, nextItemId, startItem } from '../shared/one-shot.ts';
import { itemOfCall, stepsOf } from './tool-items.ts';
import { change } from './xai-state.ts';
import type { OpenWords, XaiDraft } from './xai-state.ts';

/** A piece of an answer or of a thought. */
export function takeWords(draft: XaiDraft, type: OpenWords['type'], text: string): void {
  if (text === '') return;
  const { turn, agent } = draft.state;
  if (agent.open?.type !== type) closeWords(draft);
  let open = draft.state.agent.open;
  if (open === undefined) {
    open = { type, itemId: nextItemId(draft), text: '' };
    startItem(draft, { id: open.itemId, type, text: '' });
  }
  change(draft, { open: { ...open, text: open.text + text } });
  if (turn !== undefined) draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId: open.itemId, text });
}

/** Something else follows: the words that streamed are complete. */
export function closeWords(draft: XaiDraft): void {
  const { open } = draft.state.agent;
  if (open === undefined) return;
  completeItem(draft, { id: open.itemId, type: open.type, text: open.text });
  change(draft, { open: undefined, ...(open.type === 'assistant_message' ? { answer: open.text } : {}) });
}

export function takeCall(draft: XaiDraft, event: Json): void {
  closeWords(draft);
  const callId = stringIn(event.toolCallId);
  const { agent, context } = draft.state;
  if (callId === undefined || agent.tools.some((tool) => tool.callId === callId)) return;
  const name = stringIn(event.toolName) ?? stringIn(event.kind) ?? 'tool';
  const item = itemOfCall(nextItemId(draft), name, objectIn(event.rawInput), context.cwd, stringIn(event.title));
  change(draft, { tools: [...agent.tools, { callId, item }] });
  startItem(draft, item);
  takeUpdate(draft, event);
}

export function takeUpdate(draft: XaiDraft, event: Json): void {
  const { tools } = draft.state.agent;
  const tool = tools.find(({ callId }) => callId === event.toolCallId);
  const status = statusOf(event);
  if (tool === undefined || status === undefined) return;
  change(draft, { tools: tools.filter((each) => each !== tool) });
  const output = outputOf(event);
  const { item } = tool;
  switch (item.type) {
    case 'command': {
      const code = objectIn(event.rawOutput).exit_code;
      const exitCode = typeof code === 'number' && Number.isInteger(code) ? { exitCode: code } : {};
      // The tool call did what it should; the command did not.
      const ended = status === 'completed' && (exitCode.exitCode ?? 0) !== 0 ? 'failed' : status;
      completeItem(draft, { ...item, status: ended, output, ...exitCode });
      return;
    }
    case 'tool_call':
      completeItem(draft, { ...item, status, ...(output === '' ? {} : { output }) });
      return;
    case 'file_change':
      completeItem(draft, { ...item, status });
      return;
    case 'user_message':
    case 'assistant_message':
    case 'reasoning':
    case 'plan':
      return;
  }
}

function statusOf(event: Json): ItemStatus | undefined {
  if (event.status === 'completed') return 'completed';
  if (event.status !== 'failed') return undefined;
  return /denied by permission|user cancelled the execution|not allowed/i.test(outputOf(event)) ? 'declined' : 'failed';
}

/** ACP's content blocks; without any, the raw result. */
function outputOf(event: Json): string {
  const blocks = listIn(event.content).flatMap((each) => stringIn(objectIn(objectIn(each).content).text) ?? []);
  if (blocks.length > 0) return blocks.join('\n');
  const raw = event.rawOutput;
  return stringIn(raw) ?? stringIn(objectIn(raw).output) ?? jsonTextOf(raw) ?? '';
}

/** Each update is the whole plan. */
export function takePlan(draft: XaiDraft, event: Json): void {
  closeWords(draft);
  const known = draft.state.agent.planId;
  const id = known ?? nextItemId(draft);
  change(draft, { planId: id });
  const item = { id, type: 'plan', steps: stepsOf(event.entries) } as const;
  if (known === undefined) startItem(draft, item);
  completeItem(draft, item);
}
