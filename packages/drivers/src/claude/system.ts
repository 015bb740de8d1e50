// `system` lines: what claude tells about itself. Retries become notices, most of the rest is of no interest here.

import { errorBody } from '@parley/schema';
import { listIn, numberIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { activeTurn } from './state.ts';
import type { Draft } from './state.ts';
import { stop, take } from './turns.ts';

/** Known, and nothing that somebody who watches a turn needs. */
const uninteresting: ReadonlySet<string> = new Set([
  'agents_killed',
  'away_summary',
  'background_tasks_changed',
  'commands_changed',
  'control_request_progress',
  'dev_intent',
  'elicitation_complete',
  'file_snapshot',
  'files_persisted',
  'hook_progress',
  'hook_response',
  'hook_started',
  'memory_recall',
  'memory_saved',
  // What it tells is also the error of the result.
  'model_refusal_no_fallback',
  'per_turn_effort_changed',
  'permission_check_status',
  'permission_retry',
  'plugin_install',
  'post_turn_summary',
  'session_metadata',
  'session_state_changed',
  'session_title_changed',
  'shell_cwd',
  'status',
  'stop_hook_summary',
  'task_list_statuses',
  'task_notification',
  'task_progress',
  'task_started',
  'task_summary',
  'task_updated',
  'thinking',
  'thinking_tokens',
  'turn_duration',
  'turn_handoff_available',
  'vcs_state_changed',
]);

export function readSystem(draft: Draft, message: Json, line: string): void {
  const subtype = stringIn(message.subtype) ?? 'none';
  switch (subtype) {
    case 'init':
      readInit(draft, message);
      return;
    case 'api_retry':
      readRetry(draft, message, line);
      return;
    case 'permission_denied': {
      // Claude itself says no, for example because nobody can be asked; the tool's result follows.
      const { state } = draft;
      state.tools = state.tools.map((tool) =>
        tool.useId === message.tool_use_id ? { ...tool, declined: true } : tool,
      );
      return;
    }
    case 'compact_boundary':
      say(draft, 'info', 'compacted', 'Claude has summarised the conversation so far to make room', line);
      return;
    default:
      if (uninteresting.has(subtype) || subtype.startsWith('ui_')) return;
      readOther(draft, message, subtype, line);
  }
}

/** Comes at the begin of every turn, not of the process. */
function readInit(draft: Draft, message: Json): void {
  const { state, outputs } = draft;
  const model = stringIn(message.model);
  const version = stringIn(message.claude_code_version);
  const news = {
    ...(model === undefined || model === state.told.model ? {} : { model }),
    ...(version === undefined || version === state.told.version ? {} : { agentVersion: version }),
  };
  if (Object.keys(news).length > 0) {
    state.told = { ...state.told, model: model ?? state.told.model, version: version ?? state.told.version };
    outputs.push({ type: 'thread', ...news });
  }
  const sessionId = stringIn(message.session_id);
  if (sessionId !== undefined && sessionId !== state.sessionId) {
    state.sessionId = sessionId;
    state.early = 0;
  }
  for (const uuid of listIn(message.user_message_uuids)) {
    if (typeof uuid === 'string') take(draft, uuid);
  }
}

/**
 * Tells the thread's id, from the moment on from which the conversation can be resumed. Claude writes it down some 60 to 100 ms after it
 * has begun to work (2.1.329); an id told before that and a process that dies would leave a session that can never be continued.
 */
export function tellThread(draft: Draft): void {
  const { state, outputs } = draft;
  if (state.sessionId === undefined || state.sessionId === state.told.threadId) return;
  state.told = { ...state.told, threadId: state.sessionId };
  outputs.push({ type: 'thread', threadId: state.sessionId });
}

function readRetry(draft: Draft, message: Json, line: string): void {
  const { state } = draft;
  const status = numberIn(message.error_status);
  const error = stringIn(message.error) ?? 'unknown';
  const what = status === undefined ? error : `HTTP ${status}, ${error}`;
  if ((status === 401 || status === 403) && state.turn?.refusal === undefined && state.turn?.stopping === undefined) {
    // Claude would try ten times, for three minutes, with credentials that are not going to become better.
    if (state.turn !== undefined) {
      const refusal = errorBody('agent_auth', `The model server refuses the credentials (${what})`, {
        httpStatus: status,
      });
      state.turn = { ...state.turn, refusal };
    }
    stop(draft, 'refused');
    return;
  }
  const attempt = numberIn(message.attempt);
  const most = numberIn(message.max_retries);
  const count = attempt === undefined || most === undefined ? '' : ` (attempt ${attempt} of ${most})`;
  say(draft, 'warning', 'retrying', `The model server did not answer well (${what}): Claude tries again${count}`, line);
}

/** Lines with words for people become notices as they are; others are kept raw. */
function readOther(draft: Draft, message: Json, subtype: string, line: string): void {
  const text = stringIn(message.content) ?? stringIn(message.message) ?? stringIn(message.text) ?? '';
  if (text.trim() !== '') {
    const level = message.level === 'warning' || message.level === 'error' ? 'warning' : 'info';
    say(draft, level, subtype, text.trim(), undefined);
  } else {
    draft.outputs.push(unknownEvent(`system/${subtype}`, line, activeTurn(draft)?.turnId));
  }
}

function say(draft: Draft, level: 'info' | 'warning', code: string, text: string, raw: string | undefined): void {
  draft.outputs.push(notice(activeTurn(draft)?.turnId, level, code, text, raw));
}
