// Control lines in both directions: claude's questions and the responses to our own requests.

import { errorBody } from '@parley/schema';
import { listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { approvalOf, denial } from './approvals.ts';
import { activeTurn, nextApprovalId, write } from './state.ts';
import type { Draft } from './state.ts';
import { closeRun, giveBack, startTurn } from './turns.ts';

/** Every request gets a valid response: the process would wait for ever. */
export function readControlRequest(draft: Draft, message: Json): void {
  const { state, outputs } = draft;
  const requestId = stringIn(message.request_id) ?? '';
  const request = objectIn(message.request);
  const subtype = stringIn(request.subtype) ?? 'none';
  if (subtype !== 'can_use_tool') {
    const error = `Parley does not support ${subtype}`;
    write(draft, { type: 'control_response', response: { subtype: 'error', request_id: requestId, error } });
    return;
  }
  const turn = activeTurn(draft);
  if (turn === undefined || turn.ending !== undefined) {
    write(draft, denial(requestId, 'Nobody is here to answer: there is no turn.'));
    return;
  }
  const { approval, open } = approvalOf(nextApprovalId(draft), requestId, request, state.context.cwd);
  state.asked = [...state.asked, open];
  outputs.push({ type: 'approval-requested', turnId: turn.turnId, approval });
}

/** Claude takes a question back, for example because the turn was interrupted. */
export function withdraw(draft: Draft, requestId: unknown): void {
  const { state, outputs } = draft;
  const open = state.asked.find((each) => each.requestId === requestId);
  if (open === undefined) return;
  state.asked = state.asked.filter((each) => each !== open);
  outputs.push({ type: 'approval-withdrawn', approvalId: open.approvalId });
}

/** Also sees the echoes of our own answers, which are nobody's responses. */
export function readControlResponse(draft: Draft, response: Json): void {
  const { state } = draft;
  const request = state.waiting.find((each) => each.id === response.request_id);
  if (request === undefined) return;
  state.waiting = state.waiting.filter((each) => each !== request);
  const answer = objectIn(response.response);
  switch (request.type) {
    case 'initialize':
      if (response.subtype === 'success') openFor(draft, answer);
      else refuse(draft, response);
      return;
    case 'interrupt':
      for (const uuid of listIn(answer.cancelled)) {
        if (typeof uuid === 'string') giveBack(draft, uuid);
      }
      return;
    case 'withdraw':
      if (answer.cancelled === true) giveBack(draft, request.uuid);
      // Otherwise claude has taken the words meanwhile and is about to say so; the deadline is still set.
      return;
  }
}

function openFor(draft: Draft, answer: Json): void {
  const { state, outputs } = draft;
  state.phase = 'ready';
  outputs.push({ type: 'deadline', name: 'handshake', action: 'clear' }, { type: 'ready' });
  const mode = stringIn(answer.current_permission_mode);
  if (mode === 'bypassPermissions' && state.context.policy !== 'full') {
    // Only arguments added in the configuration can do that.
    outputs.push(
      notice(undefined, 'warning', 'policy_not_kept', 'Claude was started so that it asks for no permission at all'),
    );
  }
  const { kept } = state;
  state.kept = undefined;
  if (kept !== undefined) startTurn(draft, kept.turnId, kept.text);
}

function refuse(draft: Draft, response: Json): void {
  const reason = stringIn(response.error) ?? 'no reason given';
  const error = errorBody('agent_protocol', `Claude refused the handshake: ${reason}`);
  draft.state.failure = error;
  closeRun(draft, error.message, { state: 'failed', error });
}
