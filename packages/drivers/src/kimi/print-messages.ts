// The lines of kimi's one-shot modes: whole chat messages, and what stands between them. Kimi Code 2.1.0, legacy kimi 1.49.0.

import { itemIdOf } from '@parley/schema';
import type { Item, ItemId, PlanStep } from '@parley/schema';
import { cutText, listIn, numberIn, objectIn, objectOfLine, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { endedItem, exitCodeIn, inputOf, itemOfCall, stepsOf, stepsOfMarkdown, textOf } from './decode.ts';
import type { CallEnd } from './decode.ts';
import { changeTurn } from './print-state.ts';
import type { PrintDraft, PrintTool } from './print-state.ts';
import { newSessionId } from './session-id.ts';

/** Lines that are kept for the reason of a failure. */
const saidLimit = 20;

export function readLine(draft: PrintDraft, line: string): void {
  const message = objectOfLine(line);
  if (message === undefined) {
    readText(draft, line);
    return;
  }
  switch (message.role) {
    case 'assistant':
      begin(draft);
      readAssistant(draft, message);
      return;
    case 'tool':
      endCall(draft, message);
      return;
    case 'meta':
      readMeta(draft, message, line);
      return;
    case undefined:
      readUnspoken(draft, message, line);
      return;
    default:
      draft.outputs.push(unknownEvent(String(message.role), line, draft.state.turn?.turnId));
  }
}

/** The first proof of work. Legacy kimi tells no id of the conversation: it has the one that we gave it. */
function begin(draft: PrintDraft): void {
  const { state, outputs } = draft;
  if (state.turn === undefined || state.turn.begun) return;
  changeTurn(draft, { begun: true });
  const threadId = state.context.threadId ?? newSessionId(state.context.runId);
  if (state.dialect === 'legacy') outputs.push({ type: 'thread', threadId });
  outputs.push({ type: 'turn-started', turnId: state.turn.turnId });
}

function readText(draft: PrintDraft, line: string): void {
  const { state, outputs } = draft;
  if (line.trim() === '') return;
  if (state.turn !== undefined)
    changeTurn(draft, { said: [...state.turn.said, cutText(line.trimEnd(), 2_000)].slice(-saidLimit) });
  outputs.push(notice(state.turn?.turnId, 'warning', 'agent_said', cutText(line.trim(), 500), line));
}

function readAssistant(draft: PrintDraft, message: Json): void {
  const { content } = message;
  let hasText = false;
  for (const part of typeof content === 'string' ? [{ type: 'text', text: content }] : listIn(content).map(objectIn)) {
    const text = stringIn(part.type === 'think' ? part.think : part.text) ?? '';
    if (text === '') continue;
    if (part.type === 'think') addItem(draft, (id) => ({ id, type: 'reasoning', text }));
    else if (part.type === 'text') addItem(draft, (id) => ({ id, type: 'assistant_message', text }));
    hasText ||= part.type === 'text' && text.trim() !== '';
  }
  const calls = listIn(message.tool_calls).map(objectIn);
  for (const call of calls) beginCall(draft, call);
  changeTurn(draft, { answered: hasText || draft.state.turn?.answered === true, settled: calls.length === 0 });
}

function addItem(draft: PrintDraft, make: (id: ItemId) => Item): void {
  const { state, outputs } = draft;
  if (state.turn === undefined) return;
  const item = make(nextItemId(draft));
  const { turnId } = state.turn;
  outputs.push({ type: 'item-started', turnId, item }, { type: 'item-completed', turnId, item });
}

function nextItemId({ state }: PrintDraft): ItemId {
  return itemIdOf(state.context.runId, state.nextItem++);
}

function beginCall(draft: PrintDraft, call: Json): void {
  const { state, outputs } = draft;
  const callId = stringIn(call.id);
  const { name, arguments: args } = objectIn(call.function);
  if (state.turn === undefined || callId === undefined || typeof name !== 'string') return;
  const input = inputOf(stringIn(args) ?? '');
  const item = itemOfCall(nextItemId(draft), name, input, state.context.cwd);
  changeTurn(draft, { tools: [...state.turn.tools, { callId, name, item }] });
  if (item !== undefined) outputs.push({ type: 'item-started', turnId: state.turn.turnId, item });
  else showPlan(draft, stepsOf(input.todos));
}

function endCall(draft: PrintDraft, message: Json): void {
  const { state, outputs } = draft;
  const tool = state.turn?.tools.find((each) => each.callId === message.tool_call_id);
  if (state.turn === undefined || tool === undefined) return;
  changeTurn(draft, { tools: state.turn.tools.filter((each) => each !== tool), settled: false });
  if (tool.item === undefined) return;
  const end = state.dialect === 'legacy' ? legacyEnd(message) : codeEnd(tool, message);
  outputs.push({ type: 'item-completed', turnId: state.turn.turnId, item: endedItem(tool.item, end) });
}

/** Legacy kimi puts what it says itself into `<system>` around the output. */
function legacyEnd(message: Json): CallEnd {
  const parts =
    typeof message.content === 'string' ? [message.content] : listIn(message.content).map((part) => textOf([part]));
  const spoken = parts.flatMap((part) => /^<system>([\s\S]*)<\/system>$/.exec(part)?.[1] ?? []).join('\n');
  const output = parts.filter((part) => !/^<system>[\s\S]*<\/system>$/.test(part)).join('');
  const exitCode = exitCodeIn(spoken);
  return {
    status: spoken.startsWith('ERROR: ') ? 'failed' : 'completed',
    output: output === '' && exitCode === undefined ? spoken.replace(/^ERROR: /, '') : output,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

/** Kimi Code tells success and failure of a tool in the same words as the output. */
function codeEnd({ name }: PrintTool, message: Json): CallEnd {
  const text = textOf(message.content).replace(/^<system>[\s\S]*?<\/system>\n?/, '');
  if (text === 'Session closed') return { status: 'interrupted', output: '' };
  if (name !== 'Bash') return { status: /^(?:<system>)?ERROR\b/.test(text) ? 'failed' : 'completed', output: text };
  const lines = text.split('\n');
  const exitCode = exitCodeIn(lines.at(-1) ?? '');
  return {
    status: exitCode === undefined || exitCode === 0 ? 'completed' : 'failed',
    output: exitCode === undefined ? text : lines.slice(0, -1).join('\n'),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

/** Kimi Code's own lines. */
function readMeta(draft: PrintDraft, message: Json, line: string): void {
  const { state, outputs } = draft;
  switch (message.type) {
    case 'system.version': {
      const agentVersion = stringIn(message.version);
      if (agentVersion !== undefined) outputs.push({ type: 'thread', agentVersion });
      return;
    }
    case 'turn.step.retrying': {
      begin(draft);
      const next = numberIn(message.next_attempt) ?? 0;
      const most = numberIn(message.max_attempts) ?? 0;
      const seconds = Math.round((numberIn(message.delay_ms) ?? 0) / 1000);
      const why = stringIn(message.error_message) ?? stringIn(message.error_name) ?? 'an error';
      const text = `The model server failed with ${why}; Kimi asks again in ${seconds} s (attempt ${next} of ${most}).`;
      outputs.push(notice(state.turn?.turnId, 'warning', 'retrying', text, line));
      return;
    }
    case 'session.resume_hint': {
      const threadId = stringIn(message.session_id);
      if (threadId !== undefined) outputs.push({ type: 'thread', threadId });
      changeTurn(draft, { concluded: true });
      return;
    }
    default:
      outputs.push(unknownEvent(String(message.type), line, state.turn?.turnId));
  }
}

/** Legacy kimi prints two things that no role says: notifications, and a plan that it shows. */
function readUnspoken(draft: PrintDraft, message: Json, line: string): void {
  const { state, outputs } = draft;
  if (typeof message.file_path === 'string' && typeof message.content === 'string') {
    begin(draft);
    showPlan(draft, stepsOfMarkdown(message.content));
    return;
  }
  if (typeof message.category !== 'string') {
    outputs.push(unknownEvent(stringIn(message.type) ?? 'a line without a role', line, state.turn?.turnId));
    return;
  }
  const text = [message.title, message.body].filter((words) => typeof words === 'string' && words !== '').join(': ');
  const level = message.severity === 'error' || message.severity === 'warning' ? message.severity : 'info';
  outputs.push(notice(state.turn?.turnId, level, 'agent_notice', text || 'Kimi sent a notification', line));
}

function showPlan(draft: PrintDraft, steps: readonly PlanStep[]): void {
  const { state, outputs } = draft;
  if (state.turn === undefined) return;
  const { turnId, planId } = state.turn;
  const id = planId ?? nextItemId(draft);
  if (planId === undefined) {
    changeTurn(draft, { planId: id });
    outputs.push({ type: 'item-started', turnId, item: { id, type: 'plan', steps } });
  }
  outputs.push({ type: 'item-completed', turnId, item: { id, type: 'plan', steps } });
}
