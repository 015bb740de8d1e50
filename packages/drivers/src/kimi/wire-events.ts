// What kimi tells on the wire: the events of one turn, those of its sub-agents among them. Seen in the source of 1.49.0, protocol 1.10.

import { addUsage } from '@parley/schema';
import { numberIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { stepsOfMarkdown, textOf, usageOf } from './decode.ts';
import { askSettled } from './wire-requests.ts';
import { activeTurn, changeTurn, nextItemId } from './wire-state.ts';
import type { Draft, OpenWords } from './wire-state.ts';
import { addToCall, beginCall, endCall, sayInCall, showPlan, startCalls } from './wire-tools.ts';
import { beginTurn, steerTaken } from './wire-turn.ts';

export function readEvent(draft: Draft, params: Json, line: string): void {
  const type = stringIn(params.type) ?? '';
  const payload = objectIn(params.payload);
  if (type !== 'ToolCallPart') startCalls(draft, '');
  switch (type) {
    case 'TurnBegin':
      beginTurn(draft);
      return;
    case 'StepBegin':
      beginTurn(draft);
      endWords(draft);
      return;
    case 'StepInterrupted':
      endWords(draft);
      return;
    case 'StepRetry':
      retry(draft, payload, line);
      return;
    case 'ContentPart':
      beginTurn(draft);
      readPart(draft, payload, line);
      return;
    case 'ToolCall':
      beginTurn(draft);
      endWords(draft);
      beginCall(draft, '', payload);
      return;
    case 'ToolCallPart':
      addToCall(draft, '', payload.arguments_part);
      return;
    case 'ToolResult':
      endCall(draft, '', payload);
      return;
    case 'StatusUpdate':
      addTokens(draft, payload.token_usage);
      return;
    case 'SteerInput':
      endWords(draft);
      steerTaken(draft, steeredText(payload.user_input));
      return;
    case 'ApprovalResponse':
      askSettled(draft, payload.request_id);
      return;
    case 'SubagentEvent':
      readSubagent(draft, payload);
      return;
    case 'PlanDisplay':
      showPlan(draft, stepsOfMarkdown(stringIn(payload.content) ?? ''));
      return;
    case 'Notification':
      tell(draft, payload.severity, 'agent_notice', wordsOf(payload), line);
      return;
    case 'CompactionBegin':
      tell(draft, 'info', 'compaction', 'Kimi shortens the conversation', line);
      return;
    case 'CompactionEnd':
    case 'HookTriggered':
    case 'HookResolved':
    case 'MCPLoadingBegin':
    case 'MCPLoadingEnd':
    case 'BtwBegin':
    case 'BtwEnd':
      return;
    case 'TurnEnd':
      // It has no fields and comes after failures too: the response to the prompt tells how the turn ended.
      endWords(draft);
      return;
    default:
      draft.outputs.push(unknownEvent(type, line, activeTurn(draft)?.turnId));
  }
}

/** A piece of text or thoughts: small, unmerged, and never trimmed, because spaces at its ends belong to it. */
function readPart(draft: Draft, payload: Json, line: string): void {
  switch (payload.type) {
    case 'text':
      addWords(draft, 'assistant_message', stringIn(payload.text) ?? '');
      return;
    case 'think':
      addWords(draft, 'reasoning', stringIn(payload.think) ?? '');
      return;
    default:
      draft.outputs.push(unknownEvent(`ContentPart ${String(payload.type)}`, line, activeTurn(draft)?.turnId));
  }
}

function addWords(draft: Draft, type: OpenWords['type'], text: string): void {
  const turn = activeTurn(draft);
  if (turn === undefined || text === '') return;
  let { words } = turn;
  if (words?.type !== type) {
    endWords(draft);
    words = { id: nextItemId(draft), type };
    changeTurn(draft, { words });
    draft.outputs.push({ type: 'item-started', turnId: turn.turnId, item: { ...words, text: '' } });
  }
  if (type === 'assistant_message' && !turn.answered && text.trim() !== '') changeTurn(draft, { answered: true });
  draft.outputs.push({ type: 'item-delta', turnId: turn.turnId, itemId: words.id, text });
}

/** The words are whole, or are all that will come of them: kimi repeats none, so the engine joins the deltas. */
export function endWords(draft: Draft): void {
  const turn = activeTurn(draft);
  if (turn?.words === undefined) return;
  draft.outputs.push({ type: 'item-completed', turnId: turn.turnId, item: { ...turn.words, text: '' } });
  changeTurn(draft, { words: undefined });
}

/** Kimi throws the unfinished message of this step away: what comes next is no answer to it, but a new message. */
function retry(draft: Draft, payload: Json, line: string): void {
  if (activeTurn(draft)?.words?.type === 'assistant_message') changeTurn(draft, { answered: false });
  endWords(draft);
  const status = numberIn(payload.status_code);
  const next = numberIn(payload.next_attempt);
  const most = numberIn(payload.max_attempts);
  const tries = next === undefined || most === undefined ? '' : ` (attempt ${next} of ${most})`;
  const why = `${stringIn(payload.error_type) ?? 'an error'}${status === undefined ? '' : ` ${status}`}`;
  const text = `The model server failed with ${why}: Kimi asks again${tries}; what it said in this step is void.`;
  tell(draft, 'warning', 'retrying', text, line);
}

/** One for each step of a turn, sub-agents' steps too: they are added up. */
function addTokens(draft: Draft, tokens: unknown): void {
  const turn = activeTurn(draft);
  const spent = usageOf(tokens);
  if (turn === undefined || Object.keys(spent).length === 0) return;
  const usage = addUsage(turn.usage, spent);
  changeTurn(draft, { usage });
  draft.outputs.push({ type: 'usage', turnId: turn.turnId, usage });
}

function steeredText(input: unknown): string | undefined {
  return typeof input === 'string' ? input : Array.isArray(input) ? textOf(input) : undefined;
}

/** A sub-agent's tools are shown as any others; its words go to the call that it works for; its tokens count. */
function readSubagent(draft: Draft, payload: Json): void {
  const agent = stringIn(payload.agent_id) ?? stringIn(payload.parent_tool_call_id) ?? 'sub-agent';
  const event = objectIn(payload.event);
  const inner = objectIn(event.payload);
  if (event.type !== 'ToolCallPart') startCalls(draft, agent);
  switch (event.type) {
    case 'ContentPart':
      if (inner.type === 'text') sayInCall(draft, payload.parent_tool_call_id, stringIn(inner.text) ?? '');
      return;
    case 'ToolCall':
      beginCall(draft, agent, inner);
      return;
    case 'ToolCallPart':
      addToCall(draft, agent, inner.arguments_part);
      return;
    case 'ToolResult':
      endCall(draft, agent, inner);
      return;
    case 'StatusUpdate':
      addTokens(draft, inner.token_usage);
      return;
    case 'ApprovalResponse':
      askSettled(draft, inner.request_id);
      return;
    default: // Its beginnings and ends, and what only a screen would show.
      return;
  }
}

function wordsOf({ title, body }: Json): string {
  const words = [title, body].filter((text) => typeof text === 'string' && text !== '');
  return words.length === 0 ? 'Kimi sent a notification' : words.join(': ');
}

function tell(draft: Draft, severity: unknown, code: string, text: string, line: string): void {
  const level = severity === 'error' || severity === 'warning' ? severity : 'info';
  draft.outputs.push(notice(activeTurn(draft)?.turnId, level, code, text, line));
}
