// `session/update`: what the agent tells while it works.

import type { Item } from '@parley/schema';
import { objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice, unknownEvent } from '../shared/unknown-event.ts';
import { decodePlan } from './decode.ts';
import { nextItemId } from './state.ts';
import type { AcpState, Outputs } from './state.ts';
import { toolCallUpdate } from './tool-calls.ts';
import { markRunning } from './turn.ts';
import { costUpdate } from './usage.ts';
import { chunk } from './words.ts';

/** One notification. `line` is kept for what Parley does not know. */
export function sessionUpdate(state: AcpState, params: Json, line: string, out: Outputs): AcpState {
  const { sessionId } = params;
  // Sub-agents have sessions of their own on the same connection.
  if (typeof sessionId === 'string' && state.sessionId !== undefined && sessionId !== state.sessionId) return state;
  const update = objectIn(params['update']);
  const kind = update['sessionUpdate'];
  // The cost is a total, and counts wherever it is told: before the first turn, and after the last.
  if (kind === 'usage_update') return costUpdate(state, update, out);
  // Before a prompt is sent, what comes is the past (`session/load` tells it again) or nothing to do with a turn.
  if (state.turn === undefined || state.turn.phase === 'waiting') return state;
  switch (kind) {
    case 'agent_message_chunk':
      return chunk(state, 'assistant_message', update, out);
    case 'agent_thought_chunk':
      return chunk(state, 'reasoning', update, out);
    case 'tool_call':
    case 'tool_call_update':
      return toolCallUpdate(state, update, out);
    case 'plan':
      return planUpdate(state, update, out);
    case 'current_mode_update':
      return modeUpdate(state, stringIn(update['currentModeId']), out);
    case 'session_info_update':
      return infoUpdate(state, update);
    case 'notice':
      return agentNotice(state, update, out);
    case 'compaction_update':
      return compaction(state, update, out);
    case 'user_message_chunk': // An echo: the engine has the person's words.
    case 'available_commands_update': // Up to half a megabyte (Qwen 0.24.4), for editors that offer slash commands.
    case 'config_option_update':
    case 'compaction_summary_chunk':
      return state;
    default: {
      const name = stringIn(kind) ?? 'session/update without a kind';
      if (state.dialect.ignoredUpdates?.includes(name) !== true) out.push(unknownEvent(name, line, state.turn.turnId));
      return state;
    }
  }
}

/** Each update is the whole plan, under one id per turn. */
function planUpdate(state: AcpState, update: Json, out: Outputs): AcpState {
  const working = markRunning(state, out);
  const { turn } = working;
  if (turn === undefined) return working;
  const id = turn.planId ?? nextItemId(working);
  const item: Item = { id, type: 'plan', steps: decodePlan(update['entries']) };
  const isFirst = turn.planId === undefined;
  if (isFirst) out.push({ type: 'item-started', turnId: turn.turnId, item });
  out.push({ type: 'item-completed', turnId: turn.turnId, item });
  return { ...working, nextItem: working.nextItem + (isFirst ? 1 : 0), turn: { ...turn, planId: id } };
}

/** The agent left the mode that stands for the policy; Parley still answers its questions by the policy. */
function modeUpdate(state: AcpState, modeId: string | undefined, out: Outputs): AcpState {
  if (modeId === undefined || state.modeId === undefined || modeId === state.modeId) return state;
  const text = `${state.dialect.title} changed its mode from "${state.modeId}" to "${modeId}".`;
  out.push(notice(state.turn?.turnId, 'warning', 'agent_mode', text));
  return { ...state, modeId };
}

/** codex-acp 2.6.0 ends a turn that the model server refused as `end_turn`, with the error for an answer: only this tells it apart. */
function infoUpdate(state: AcpState, update: Json): AcpState {
  const { turn } = state;
  const status = objectIn(objectIn(objectIn(update['_meta'])['codex'])['threadStatus'])['type'];
  return turn === undefined || status !== 'systemError' ? state : { ...state, turn: { ...turn, trouble: '' } };
}

function agentNotice(state: AcpState, update: Json, out: Outputs): AcpState {
  const { severity, title, description } = update;
  const text = [title, description].filter((words) => typeof words === 'string' && words !== '').join(': ');
  const level = severity === 'warning' || severity === 'error' ? severity : 'info';
  if (text !== '') out.push(notice(state.turn?.turnId, level, 'agent_notice', text));
  return state;
}

function compaction(state: AcpState, update: Json, out: Outputs): AcpState {
  const working = markRunning(state, out);
  const turnId = working.turn?.turnId;
  if (update['status'] === 'completed')
    out.push(notice(turnId, 'info', 'compacted', 'The agent shortened the conversation to make room.'));
  if (update['status'] === 'failed') {
    const why = stringIn(update['error']) ?? 'no reason given';
    out.push(notice(turnId, 'warning', 'compaction_failed', `The agent could not shorten the conversation: ${why}`));
  }
  return working;
}
