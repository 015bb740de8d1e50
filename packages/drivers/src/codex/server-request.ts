// The questions of Codex: each of the eleven requests that app-server 0.169.0 can make of its client becomes an approval, or gets a valid
// answer at once. A request without an answer would hang its turn.

import { approvalIdOf } from '@parley/schema';
import type { ApprovalId } from '@parley/schema';
import { cutText, jsonTextOf } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { questionOf } from './questions.ts';
import type { Question } from './questions.ts';
import { answer, refuse, withEntry } from './state.ts';
import type { CodexState, Outputs, PendingApproval } from './state.ts';

/** A request of Codex: ask the session, or answer at once. */
export function serverRequest(
  state: CodexState,
  id: string | number,
  method: string,
  params: Json,
  out: Outputs,
): CodexState {
  const question = questionOf(state, method, params);
  if (question !== undefined) return ask(state, id, question, out);
  switch (method) {
    case 'item/tool/call':
      // We offer no tools of our own (`dynamicTools`), so this is a tool that somebody else put into the thread.
      answer(out, id, {
        contentItems: [{ type: 'inputText', text: 'This tool is not available here.' }],
        success: false,
      });
      return state;
    case 'mcpServer/elicitation/request':
      answer(out, id, { action: 'decline', content: null, _meta: null });
      out.push(
        notice(
          state.turn?.turnId,
          'warning',
          'request_declined',
          'An MCP server asked for something that Parley cannot show; it was declined.',
          jsonTextOf(params),
        ),
      );
      return state;
    case 'account/chatgptAuthTokens/refresh':
    case 'attestation/generate':
    case 'currentTime/read':
      // Parley holds no vendor tokens, and a driver has no clock.
      refuse(out, id, -32601, `${method} is not offered by this client`);
      return state;
    default:
      refuse(out, id, -32601, `unknown method ${cutText(method, 120)}`);
      out.push(
        notice(
          state.turn?.turnId,
          'info',
          'unknown_event',
          `The agent asked for something that Parley does not know: ${cutText(method, 120)}`,
          jsonTextOf(params),
        ),
      );
      return state;
  }
}

function ask(state: CodexState, requestId: string | number, question: Question, out: Outputs): CodexState {
  const pending: PendingApproval = { ...question.pending, requestId };
  if (state.turn === undefined) {
    // Nobody can be asked outside a turn (a sub-agent that goes on after it, for example): the safe answer is no.
    const no = pending.answers.find(({ option }) => option.effect === 'deny');
    if (no !== undefined) answer(out, requestId, no.result);
    out.push(
      notice(
        undefined,
        'warning',
        'request_declined',
        `The agent asked outside a turn, and was told no: ${question.ask.title}`,
      ),
    );
    return state;
  }
  const id: ApprovalId = approvalIdOf(state.context.runId, state.nextApproval);
  const options = pending.answers.map(({ option }) => option);
  out.push({ type: 'approval-requested', turnId: state.turn.turnId, approval: { id, ...question.ask, options } });
  return { ...state, nextApproval: state.nextApproval + 1, approvals: withEntry(state.approvals, id, pending) };
}
