// `elicitation/create`: the agent asks the person for choices or words, as a form.

import type { ApprovalOption } from '@parley/schema';
import { readForm } from '../shared/elicitation.ts';
import { cutText, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { ask } from './permission.ts';
import { answer } from './state.ts';
import type { AcpState, AgentRequestId, Outputs } from './state.ts';
import { markRunning } from './turn.ts';

const yes: ApprovalOption = { id: 'parley:answer', label: 'Answer', effect: 'allow' };
const no: ApprovalOption = { id: 'parley:deny', label: 'Do not answer', effect: 'deny' };
const stop: ApprovalOption = { id: 'parley:cancel', label: 'Stop', effect: 'cancel' };

const declined: Json = { action: 'decline' };
const cancelled: Json = { action: 'cancel' };

/** A question is no action: every policy lets it through. */
export function elicitation(state: AcpState, id: AgentRequestId, params: Json, out: Outputs): AcpState {
  const { turn } = state;
  if (turn === undefined || turn.interrupted || turn.phase === 'waiting') {
    answer(out, id, cancelled);
    return state;
  }
  const form = readForm(params['requestedSchema']);
  const message = stringIn(params['message']) ?? form.questions[0]?.text ?? 'The agent asks';
  if (params['mode'] === 'url' || form.fields.length === 0) {
    // Only forms were offered in `initialize`.
    answer(out, id, declined);
    const text = `The agent asked for something that Parley cannot show; it was declined: ${cutText(message, 200)}`;
    out.push(notice(turn.turnId, 'warning', 'request_declined', text));
    return state;
  }
  const answers = [
    { option: yes, result: { action: 'accept' } },
    { option: no, result: declined },
    { option: stop, result: cancelled },
  ];
  const about = { kind: 'question', title: cutText(message, 300), questions: form.questions } as const;
  return ask(
    markRunning(state, out),
    { requestId: id, callId: undefined, answers, cancelled, fields: form.fields },
    about,
    out,
  );
}
