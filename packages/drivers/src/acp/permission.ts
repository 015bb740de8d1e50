// `session/request_permission`: answered by the policy, or asked and answered by a person.

import { approvalIdOf } from '@parley/schema';
import type { ApprovalAnswer, ApprovalId, ApprovalOption, ApprovalRequest } from '@parley/schema';
import { fillForm } from '../shared/elicitation.ts';
import { jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { textOf } from './content.ts';
import { allChanges, commandOf, itemTypeOf } from './decode.ts';
import { decide } from './policy.ts';
import { answer, withEntry, withoutEntry } from './state.ts';
import type { AcpState, AgentRequestId, Outputs, PendingApproval, PossibleAnswer, ToolCall } from './state.ts';
import { askedCall, endCall } from './tool-calls.ts';
import { closeWords, interruptTurn } from './turn.ts';

export function permissionRequest(state: AcpState, id: AgentRequestId, params: Json, out: Outputs): AcpState {
  const piece = objectIn(params['toolCall']);
  const callId = stringIn(piece['toolCallId']) ?? `request ${id}`;
  if (state.turn === undefined || state.turn.interrupted || state.turn.phase === 'waiting') {
    // Nobody can be asked outside a turn; and a turn that was told to stop gets no more answers.
    answer(out, id, cancelled);
    return state;
  }
  const asked = askedCall(state, callId, piece, out);
  const call = asked.turn?.calls.get(callId);
  if (asked.turn === undefined || call === undefined) return asked;
  const answers = answersIn(params['options']);
  const decision = decide(call, state.context);
  if (decision === 'deny') return deny(asked, id, callId, answers, out);
  // Never the agent's "always": that would outlive the session, in the agent's own settings.
  const once = answers.find(({ option }) => option.effect === 'allow');
  if (decision === 'allow' && once !== undefined) {
    answer(out, id, once.result);
    return asked;
  }
  const about = askedAbout(call, state.context.cwd, reasonIn(piece));
  return ask(asked, { requestId: id, callId, answers, cancelled }, about, out);
}

const cancelled: Json = { outcome: { outcome: 'cancelled' } };

/** The agent's options in our words, a way to say no if it has none, and one that also stops the turn. */
function answersIn(options: unknown): readonly PossibleAnswer[] {
  const own = listIn(options).flatMap((each): readonly PossibleAnswer[] => {
    const { optionId, name, kind } = objectIn(each);
    const effect = effectOf(kind);
    if (typeof optionId !== 'string' || effect === undefined) return [];
    return [
      {
        option: { id: optionId, label: stringIn(name) ?? optionId, effect },
        result: { outcome: { outcome: 'selected', optionId } },
      },
    ];
  });
  const no: PossibleAnswer = { option: { id: 'parley:deny', label: 'Deny', effect: 'deny' }, result: cancelled };
  const stop: PossibleAnswer = {
    option: { id: 'parley:cancel', label: 'Deny and stop', effect: 'cancel' },
    result: cancelled,
  };
  return [...own, ...(own.some(({ option }) => option.effect === 'deny') ? [] : [no]), stop];
}

function effectOf(kind: unknown): ApprovalOption['effect'] | undefined {
  switch (kind) {
    case 'allow_once':
      return 'allow';
    case 'allow_always':
      return 'allow-always';
    case 'reject_once':
    case 'reject_always':
      return 'deny';
    default:
      return undefined;
  }
}

function reasonIn(piece: Json): string | undefined {
  const texts = listIn(piece['content']).flatMap((each) => {
    const block = objectIn(each);
    const text = block['type'] === 'content' ? textOf(block['content']) : undefined;
    return text === undefined || text === '' ? [] : [text];
  });
  return texts.length === 0 ? undefined : texts.join('\n');
}

/** Put a question to the session. */
export function ask(
  state: AcpState,
  pending: PendingApproval,
  about: Omit<ApprovalRequest, 'id' | 'options'>,
  out: Outputs,
): AcpState {
  const { turn } = state;
  if (turn === undefined) return state;
  const id: ApprovalId = approvalIdOf(state.context.runId, state.nextApproval);
  const quiet = closeWords(turn, out);
  const options = pending.answers.map(({ option }) => option);
  out.push({ type: 'approval-requested', turnId: turn.turnId, approval: { id, ...about, options } });
  return {
    ...state,
    turn: quiet,
    nextApproval: state.nextApproval + 1,
    approvals: withEntry(state.approvals, id, pending),
  };
}

function askedAbout(call: ToolCall, cwd: string, words: string | undefined): Omit<ApprovalRequest, 'id' | 'options'> {
  const reason = words === undefined ? {} : { reason: words };
  switch (itemTypeOf(call)) {
    case 'command': {
      const command = commandOf(call) ?? call.title ?? '';
      const folder = stringIn(objectIn(call.input)['cwd']);
      return { kind: 'command', title: command, command, ...(folder === undefined ? {} : { cwd: folder }), ...reason };
    }
    case 'file_change': {
      const changes = allChanges(call, cwd);
      const files = changes.map(({ path }) => path).join(', ');
      return { kind: 'file_change', title: call.title ?? `Change ${files}`, changes, ...reason };
    }
    case 'tool_call': {
      const input = jsonTextOf(call.input);
      const title = call.title ?? call.name ?? 'Use a tool';
      return { kind: 'tool', title, ...(input === undefined ? {} : { input }), ...reason };
    }
  }
}

/** A no that the policy gives by itself. */
function deny(
  state: AcpState,
  id: AgentRequestId,
  callId: string,
  answers: readonly PossibleAnswer[],
  out: Outputs,
): AcpState {
  const no = answers.find(({ option }) => option.effect === 'deny');
  answer(out, id, no?.result ?? cancelled);
  return endCall(state, callId, 'declined', out);
}

/** A person's answer, by way of the engine. */
export function answered(
  state: AcpState,
  approvalId: ApprovalId,
  words: ApprovalAnswer,
  effect: ApprovalOption['effect'],
  out: Outputs,
): AcpState {
  const pending = state.approvals.get(approvalId);
  if (pending === undefined) return state;
  const { answers, requestId, callId, fields } = pending;
  const chosen =
    answers.find(({ option }) => option.id === words.optionId && option.effect === effect) ??
    answers.find(({ option }) => option.effect === effect) ??
    // Asked for "always" where there is only "once", for example: never more than was said.
    answers.find(({ option }) => option.effect === (effect === 'allow-always' ? 'allow' : 'deny'));
  const rest = { ...state, approvals: withoutEntry(state.approvals, approvalId) };
  const isForm = fields !== undefined && chosen?.option.effect === 'allow';
  const content = isForm ? { content: fillForm(fields, words.answers ?? {}) } : {};
  answer(out, requestId, { ...(chosen?.result ?? pending.cancelled), ...content });
  switch (chosen?.option.effect) {
    case 'allow':
    case 'allow-always':
      return rest;
    case 'cancel':
      return interruptTurn(callId === undefined ? rest : endCall(rest, callId, 'declined', out), out);
    default:
      return callId === undefined ? rest : endCall(rest, callId, 'declined', out);
  }
}

/** `$/cancel_request`: the agent no longer wants the answer to a request of its own. */
export function requestCancelled(state: AcpState, params: Json, out: Outputs): AcpState {
  for (const [approvalId, { requestId, cancelled: gone }] of state.approvals) {
    if (requestId !== params['requestId']) continue;
    answer(out, requestId, gone);
    out.push({ type: 'approval-withdrawn', approvalId });
    out.push(notice(state.turn?.turnId, 'info', 'request_withdrawn', 'The agent took back a question.'));
    return { ...state, approvals: withoutEntry(state.approvals, approvalId) };
  }
  return state;
}
