// Codex's notifications → outputs. `item/*/delta` is the hot path: it looks up the open item, says one thing and leaves the state alone.

import { addUsage, errorBody, usageSince } from '@parley/schema';
import type { DriverOutput, Item } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { decodeItem, decodePlan, decodeUsage, reasoningText } from './decode.ts';
import { decodeTurnError, turnFailure } from './failure.ts';
import { decodeChanges } from './file-change.ts';
import { nextItemId, withEntry, withoutEntry } from './state.ts';
import type { CodexState, OpenItem, OpenTurn, Outputs } from './state.ts';
import { breakDown, cleanUp, endTurn, sendHeldBack } from './turn.ts';

type Level = Extract<DriverOutput, { type: 'notice' }>['level'];

/** One notification. `line` is kept for what Parley does not know. */
export function notification(state: CodexState, method: string, params: Json, line: string, out: Outputs): CodexState {
  switch (method) {
    case 'item/agentMessage/delta':
    case 'item/commandExecution/outputDelta':
    case 'item/plan/delta':
      return delta(state, params, params['delta'], out);
    case 'item/reasoning/summaryTextDelta':
      return reasoningDelta(state, params, 'summary', out);
    case 'item/reasoning/textDelta':
      return reasoningDelta(state, params, 'content', out);
    case 'item/reasoning/summaryPartAdded':
      // Parts are joined by an empty line, as in the completed item.
      return typeof params['summaryIndex'] === 'number' && params['summaryIndex'] > 0 ? delta(state, params, '\n\n', out) : state;
    case 'item/mcpToolCall/progress':
      return typeof params['message'] === 'string' ? delta(state, params, `${params['message']}\n`, out) : state;

    case 'item/started':
      return itemStarted(state, params, out);
    case 'item/completed':
      return itemCompleted(state, params, line, out);
    case 'item/fileChange/patchUpdated':
      return patchUpdated(state, params);
    case 'turn/plan/updated':
      return planUpdated(state, params, out);
    case 'thread/tokenUsage/updated':
      return usageUpdated(state, params, out);
    case 'turn/started':
      return turnStarted(state, params, out);
    case 'turn/completed':
      return turnCompleted(state, params, out);
    case 'serverRequest/resolved':
      return requestResolved(state, params, out);
    case 'error':
      return errorReported(state, params, out);

    case 'warning':
      // Sub-agents repeat the warnings of their thread.
      return isForeign(state, params) ? state : tell(state, 'warning', 'agent_warning', params['message'], out);
    case 'guardianWarning':
      return tell(state, 'warning', 'agent_warning', params['message'], out);
    case 'configWarning':
      return configWarning(state, params, out);
    case 'model/rerouted': {
      const model = stringIn(params['toModel']);
      if (model !== undefined && !isForeign(state, params)) out.push({ type: 'thread', model });
      return tell(state, 'warning', 'model_rerouted', `The model was changed from ${String(params['fromModel'])} to ${String(params['toModel'])}.`, out);
    }
    case 'modelProvider/authRecoveryStarted':
    case 'modelProvider/authRecoveryCompleted':
      return tell(state, 'info', 'agent_login', params['message'], out);
    case 'mcpServer/startupStatus/updated':
      return params['status'] === 'failed'
        ? tell(state, 'warning', 'mcp_server_failed', joinWords(`The MCP server ${String(params['name'])} did not start`, params['error']), out)
        : state;
    case 'hook/completed':
      return hookCompleted(state, objectIn(params['run']), out);
    case 'autoApprovalReview/strictReviewRequired':
      return tell(state, 'warning', 'agent_warning', 'Codex reviews every further command of this turn.', out);
    case 'thread/closed':
    case 'thread/deleted':
      return isForeign(state, params) || state.phase !== 'ready'
        ? state
        : breakDown(state, errorBody('agent_protocol', 'Codex closed the conversation by itself.'), out);

    // Known, and told otherwise or of no interest to a session.
    case 'thread/started':
    case 'thread/status/changed':
    case 'thread/readState/changed':
    case 'thread/archived':
    case 'thread/unarchived':
    case 'thread/reverted':
    case 'thread/name/updated':
    case 'thread/section/changed':
    case 'thread/attachment/updated':
    case 'thread/goal/updated':
    case 'thread/goal/cleared':
    case 'thread/prediction/updated':
    case 'thread/queue/changed':
    case 'thread/project/updated':
    case 'thread/environment/connected':
    case 'thread/environment/disconnected':
    case 'thread/settings/updated':
    case 'thread/compacted': // The item `contextCompaction` tells it.
    case 'project/changed':
    case 'skills/changed':
    case 'hook/started':
    case 'deprecationNotice': // Speaks to the programmers of clients.
    case 'turn/diff/updated': // The whole diff of the turn, again and again; its items carry each change.
    case 'turn/moderationMetadata':
    case 'item/autoApprovalReview/started':
    case 'item/autoApprovalReview/completed':
    case 'item/commandExecution/terminalInteraction':
    case 'item/fileChange/outputDelta':
    case 'rawResponseItem/completed':
    case 'rawResponse/completed':
    case 'command/exec/outputDelta':
    case 'process/outputDelta':
    case 'process/exited':
    case 'mcpServer/oauthLogin/completed':
    case 'mcpServer/event/stream/notification':
    case 'account/updated':
    case 'account/gatewayOAuth/changed':
    case 'account/rateLimits/updated':
    case 'account/login/completed':
    case 'app/list/updated':
    case 'remoteControl/status/changed':
    case 'externalAgentConfig/import/progress':
    case 'externalAgentConfig/import/completed':
    case 'fs/changed':
    case 'fuzzyFileSearch/sessionUpdated':
    case 'fuzzyFileSearch/sessionCompleted':
    case 'model/verification':
    case 'model/safetyBuffering/updated':
    case 'windows/worldWritableWarning':
    case 'windowsSandbox/setupCompleted':
      return state;
    default:
      if (!method.startsWith('thread/realtime/')) out.push(unknownEvent(method, line, state.turn?.turnId));
      return state;
  }
}

/** True for another thread than ours: a sub-agent. What names no thread is ours. */
function isForeign(state: CodexState, params: Json): boolean {
  const threadId = params['threadId'];
  return typeof threadId === 'string' && threadId !== state.threadId;
}

/** The open turn that a notification speaks of. Late words about an earlier turn, and other threads, get undefined. */
function turnOf(state: CodexState, params: Json): OpenTurn | undefined {
  const { turn } = state;
  return turn !== undefined && params['turnId'] === turn.codexId && params['threadId'] === state.threadId && turn.codexId !== undefined ? turn : undefined;
}

function openItemOf(state: CodexState, params: Json): { readonly turn: OpenTurn; readonly id: string; readonly open: OpenItem } | undefined {
  const turn = turnOf(state, params);
  const id = params['itemId'];
  const open = turn === undefined || typeof id !== 'string' ? undefined : turn.items.get(id);
  return turn === undefined || open === undefined ? undefined : { turn, id: id as string, open };
}

function delta(state: CodexState, params: Json, text: unknown, out: Outputs): CodexState {
  const { turn } = state;
  const id = params['itemId'];
  if (turn === undefined || typeof text !== 'string' || text === '' || typeof id !== 'string') return state;
  if (params['turnId'] !== turn.codexId || params['threadId'] !== state.threadId) return state;
  const open = turn.items.get(id);
  if (open !== undefined) out.push({ type: 'item-delta', turnId: turn.turnId, itemId: open.item.id, text });
  return state;
}

function reasoningDelta(state: CodexState, params: Json, stream: 'summary' | 'content', out: Outputs): CodexState {
  const found = openItemOf(state, params);
  if (found === undefined) return state;
  const { turn, id, open } = found;
  if (open.stream === stream) return delta(state, params, params['delta'], out);
  if (open.stream !== undefined) return state;
  const chosen: OpenTurn = { ...turn, items: withEntry(turn.items, id, { ...open, stream }) };
  return delta({ ...state, turn: chosen }, params, params['delta'], out);
}

function itemStarted(state: CodexState, params: Json, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  const raw = objectIn(params['item']);
  const codexId = stringIn(raw['id']);
  if (turn === undefined || codexId === undefined || turn.items.has(codexId)) return state;
  const item = decodeItem(raw, nextItemId(state), state.roots, false);
  // An unknown type is told once, when it is over.
  if (typeof item === 'string') return state;
  out.push({ type: 'item-started', turnId: turn.turnId, item });
  return { ...state, nextItem: state.nextItem + 1, turn: { ...turn, items: withEntry(turn.items, codexId, { item }) } };
}

function itemCompleted(state: CodexState, params: Json, line: string, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  const raw = objectIn(params['item']);
  const codexId = stringIn(raw['id']);
  if (turn === undefined || codexId === undefined) return state;
  if (raw['type'] === 'userMessage') return steerTaken(state, turn, raw, out);
  if (raw['type'] === 'contextCompaction') {
    return tell(state, 'info', 'context_compacted', 'Codex summarised the conversation to make room.', out);
  }
  const open = turn.items.get(codexId);
  const id = open?.item.id ?? nextItemId(state);
  const decoded = decodeItem(raw, id, state.roots, true);
  if (decoded === 'silent') return state;
  if (decoded === 'unknown') {
    out.push(unknownEvent(`item ${String(raw['type'])}`, line, turn.turnId));
    return { ...state, turn: { ...turn, answered: true } };
  }
  const item = decoded.type === 'reasoning' ? { ...decoded, text: reasoningText(raw, open?.stream) } : decoded;
  if (open === undefined) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  const items = withoutEntry(turn.items, codexId);
  const answered = turn.answered || countsAsAnswer(item);
  return { ...state, nextItem: state.nextItem + (open === undefined ? 1 : 0), turn: { ...turn, items, answered } };
}

/** Thoughts alone, or an empty message, are no answer. */
function countsAsAnswer(item: Item): boolean {
  return item.type === 'assistant_message' ? item.text.trim() !== '' : item.type !== 'reasoning';
}

/** A `userMessage` of the running turn is the receipt of steered words: it carries the `clientUserMessageId` that they were sent with. */
function steerTaken(state: CodexState, turn: OpenTurn, raw: Json, out: Outputs): CodexState {
  const clientId = stringIn(raw['clientId']);
  const text = stringIn(objectIn(listIn(raw['content'])[0])['text']);
  for (const [turnId, steer] of turn.steers) {
    // Versions that do not echo the id give the same words.
    if (clientId === undefined ? steer.text !== text : clientId !== turnId) continue;
    out.push({ type: 'steer-consumed', turnId });
    const told = endOpenTexts(turn, out);
    return { ...state, turn: { ...told, steers: withoutEntry(turn.steers, turnId) } };
  }
  return state;
}

/** Codex drops the model's answer in hand when it takes up steered words or tries again (0.169.0), without a word about its items. */
function endOpenTexts(turn: OpenTurn, out: Outputs): OpenTurn {
  let items = turn.items;
  for (const [codexId, { item }] of turn.items) {
    if (item.type !== 'assistant_message' && item.type !== 'reasoning') continue;
    out.push({ type: 'item-completed', turnId: turn.turnId, item });
    items = withoutEntry(items, codexId);
  }
  return items === turn.items ? turn : { ...turn, items };
}

/** The change grows while the model writes it; an approval that follows must show it whole. */
function patchUpdated(state: CodexState, params: Json): CodexState {
  const found = openItemOf(state, params);
  if (found?.open.item.type !== 'file_change') return state;
  const { turn, id, open } = found;
  const item: Item = { ...found.open.item, changes: decodeChanges(params['changes'], state.roots) };
  return { ...state, turn: { ...turn, items: withEntry(turn.items, id, { ...open, item }) } };
}

function planUpdated(state: CodexState, params: Json, out: Outputs): CodexState {
  const turn = turnOf(state, params);
  if (turn === undefined) return state;
  const id = turn.planId ?? nextItemId(state);
  const item: Item = { id, type: 'plan', steps: decodePlan(params['plan']) };
  if (turn.planId === undefined) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  const isFirst = turn.planId === undefined;
  return { ...state, nextItem: state.nextItem + (isFirst ? 1 : 0), turn: { ...turn, planId: id, answered: true } };
}

/**
 * Codex reports totals of a thread: what came on top since the last report belongs to the open turn. A thread that was resumed tells its old
 * total first, under an old turn id. Sub-agents have threads of their own and count too.
 */
function usageUpdated(state: CodexState, params: Json, out: Outputs): CodexState {
  const threadId = stringIn(params['threadId']);
  if (threadId === undefined) return state;
  const usage = objectIn(params['tokenUsage']);
  const total = decodeUsage(usage['total']);
  const known = { ...state, totals: withEntry(state.totals, threadId, total) };
  const { turn } = state;
  if (turn === undefined || (threadId === state.threadId && params['turnId'] !== turn.codexId)) return known;
  const before = state.totals.get(threadId);
  const spent = before === undefined ? decodeUsage(usage['last']) : usageSince(total, before);
  const sum = addUsage(turn.usage, spent);
  out.push({ type: 'usage', turnId: turn.turnId, usage: sum });
  return { ...known, turn: { ...turn, usage: sum } };
}

function turnStarted(state: CodexState, params: Json, out: Outputs): CodexState {
  const { turn } = state;
  const codexId = stringIn(objectIn(params['turn'])['id']);
  if (turn === undefined || codexId === undefined || params['threadId'] !== state.threadId || turn.phase !== 'sent') return state;
  if (turn.codexId !== undefined && turn.codexId !== codexId) return state;
  out.push({ type: 'turn-started', turnId: turn.turnId });
  return sendHeldBack({ ...state, turn: { ...turn, phase: 'running', codexId } }, out);
}

function turnCompleted(state: CodexState, params: Json, out: Outputs): CodexState {
  const raw = objectIn(params['turn']);
  const { turn } = state;
  if (turn === undefined || turn.codexId === undefined || raw['id'] !== turn.codexId || params['threadId'] !== state.threadId) return state;
  const error = decodeTurnError(raw['error']);
  switch (raw['status']) {
    case 'completed': {
      const last = lastWords(state, raw, out);
      if (last.turn?.answered === true) return endTurn(last, { state: 'completed' }, out);
      return endTurn(last, { state: 'failed', error: errorBody('no_answer', 'Codex ended the turn without an answer.') }, out);
    }
    case 'interrupted': {
      if (error !== undefined && error.message !== '') tell(state, 'warning', 'agent_warning', error.message, out);
      return cleanUp(endTurn(state, { state: 'interrupted' }, out), out);
    }
    default: {
      const failure = turnFailure(error ?? turn.lastError);
      return endTurn(state, { state: 'failed', error: failure }, out);
    }
  }
}

/** The completed turn repeats its last message: it counts where its own item did not come through. */
function lastWords(state: CodexState, raw: Json, out: Outputs): CodexState {
  const { turn } = state;
  if (turn === undefined || turn.answered) return state;
  const message = listIn(raw['items']).map(objectIn).findLast((item) => item['type'] === 'agentMessage');
  if (message === undefined) return state;
  return itemCompleted(state, { item: message, threadId: state.threadId, turnId: turn.codexId }, '', out);
}

function requestResolved(state: CodexState, params: Json, out: Outputs): CodexState {
  for (const [approvalId, { requestId }] of state.approvals) {
    if (requestId !== params['requestId']) continue;
    out.push({ type: 'approval-withdrawn', approvalId });
    return { ...state, approvals: withoutEntry(state.approvals, approvalId) };
  }
  return state;
}

/** `willRetry` marks a notice ("Reconnecting... 2/5"), never an end: the end is `turn/completed`. */
function errorReported(state: CodexState, params: Json, out: Outputs): CodexState {
  const error = decodeTurnError(params['error']);
  if (error === undefined || isForeign(state, params)) return state;
  const turn = turnOf(state, params);
  if (params['willRetry'] === true) {
    tell(state, 'warning', 'retrying', joinWords(error.message, error.details), out);
    return turn === undefined ? state : { ...state, turn: endOpenTexts(turn, out) };
  }
  // `turn/completed` follows with the same words, and says them then.
  if (turn !== undefined) return { ...state, turn: { ...turn, lastError: error } };
  return tell(state, 'error', 'agent_error', turnFailure(error).message, out);
}

function configWarning(state: CodexState, params: Json, out: Outputs): CodexState {
  const words = joinWords(params['summary'], params['details']);
  // Said at every start on a machine without bubblewrap, and only to say that the bundled one is used.
  return words.includes('bundled bubblewrap') ? state : tell(state, 'info', 'agent_configuration', words, out);
}

function hookCompleted(state: CodexState, run: Json, out: Outputs): CodexState {
  if (run['status'] === 'completed' || run['status'] === 'running') return state;
  const words = joinWords(`A hook (${String(run['eventName'])}) ended as ${String(run['status'])}`, run['statusMessage']);
  return tell(state, 'warning', 'agent_hook', words, out);
}

function joinWords(head: unknown, detail: unknown): string {
  const words = typeof head === 'string' ? head : '';
  return typeof detail === 'string' && detail !== '' ? `${words}: ${detail}` : words;
}

function tell(state: CodexState, level: Level, code: string, text: unknown, out: Outputs): CodexState {
  if (typeof text === 'string' && text !== '') out.push(notice(state.turn?.turnId, level, code, text));
  return state;
}
