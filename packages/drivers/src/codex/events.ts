// Codex's notifications → outputs: which concern the open turn, which are told as notices, which are of no interest.

import { addUsage, errorBody, usageSince } from '@parley/schema';
import type { DriverOutput } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { decodeUsage } from './decode.ts';
import { decodeTurnError, turnFailure } from './failure.ts';
import {
  delta,
  endOpenTexts,
  itemCompleted,
  itemStarted,
  patchUpdated,
  planUpdated,
  reasoningDelta,
  turnOf,
} from './items.ts';
import { withEntry, withoutEntry } from './state.ts';
import type { CodexState, Outputs } from './state.ts';
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
      return typeof params['summaryIndex'] === 'number' && params['summaryIndex'] > 0
        ? delta(state, params, '\n\n', out)
        : state;
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
      return tell(
        state,
        'warning',
        'model_rerouted',
        `The model was changed from ${String(params['fromModel'])} to ${String(params['toModel'])}.`,
        out,
      );
    }
    case 'modelProvider/authRecoveryStarted':
    case 'modelProvider/authRecoveryCompleted':
      return tell(state, 'info', 'agent_login', params['message'], out);
    case 'mcpServer/startupStatus/updated':
      return params['status'] === 'failed'
        ? tell(
            state,
            'warning',
            'mcp_server_failed',
            joinWords(`The MCP server ${String(params['name'])} did not start`, params['error']),
            out,
          )
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
  // A turn that is stopped is told by a total without it: what it used is unknown, which is not 0.
  if (Object.values(spent).every((count) => count === 0)) return known;
  const sum = addUsage(turn.usage, spent);
  out.push({ type: 'usage', turnId: turn.turnId, usage: sum });
  return { ...known, turn: { ...turn, usage: sum } };
}

function turnStarted(state: CodexState, params: Json, out: Outputs): CodexState {
  const { turn } = state;
  const codexId = stringIn(objectIn(params['turn'])['id']);
  if (turn === undefined || codexId === undefined || params['threadId'] !== state.threadId || turn.phase !== 'sent')
    return state;
  if (turn.codexId !== undefined && turn.codexId !== codexId) return state;
  out.push({ type: 'turn-started', turnId: turn.turnId });
  return sendHeldBack({ ...state, turn: { ...turn, phase: 'running', codexId } }, out);
}

function turnCompleted(state: CodexState, params: Json, out: Outputs): CodexState {
  const raw = objectIn(params['turn']);
  const { turn } = state;
  if (
    turn === undefined ||
    turn.codexId === undefined ||
    raw['id'] !== turn.codexId ||
    params['threadId'] !== state.threadId
  )
    return state;
  const error = decodeTurnError(raw['error']);
  switch (raw['status']) {
    case 'completed': {
      const last = lastWords(state, raw, out);
      if (last.turn?.answered === true) return endTurn(last, { state: 'completed' }, out);
      return endTurn(
        last,
        { state: 'failed', error: errorBody('no_answer', 'Codex ended the turn without an answer.') },
        out,
      );
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
  const message = listIn(raw['items'])
    .map(objectIn)
    .findLast((item) => item['type'] === 'agentMessage');
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
  const words = joinWords(
    `A hook (${String(run['eventName'])}) ended as ${String(run['status'])}`,
    run['statusMessage'],
  );
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
