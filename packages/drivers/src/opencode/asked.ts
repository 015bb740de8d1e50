// What OpenCode asks people: permissions (`permission.asked`) and questions (`question.asked`), and the answers to them.
//
// Facts of 1.18.33: the id of what is asked is `id`; `requestID` appears only in the replied and rejected events. A permission that is
// rejected without words ends the turn; with words the model is told them and goes on. A question that is rejected ends the turn, too, so
// one that nobody answers is answered with that.

import type { ApprovalAnswer, ApprovalOption, ApprovalQuestion, ApprovalRequest } from '@parley/schema';
import { cutText, jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { changesOf, showPath } from './file-change.ts';
import { nextApprovalId, request, updateTurn } from './state.ts';
import type { Draft, OpenQuestion } from './state.ts';
import { stop } from './turns.ts';

const once: ApprovalOption = { id: 'once', label: 'Allow once', effect: 'allow' };
const reject: ApprovalOption = { id: 'reject', label: 'Deny', effect: 'deny' };
const abort: ApprovalOption = { id: 'abort', label: 'Deny and stop', effect: 'cancel' };

export function permissionAsked(draft: Draft, asked: Json): void {
  const requestId = stringIn(asked['id']);
  const approval = requestId === undefined ? undefined : describePermission(asked, draft.state.context.cwd);
  if (requestId === undefined || approval === undefined) return;
  const callId = stringIn(objectIn(asked['tool'])['callID']);
  raise(draft, { kind: 'permission', requestId, callId, questions: 0 }, approval);
}

export function questionAsked(draft: Draft, asked: Json): void {
  const requestId = stringIn(asked['id']);
  if (requestId === undefined) return;
  const questions = listIn(asked['questions']).map((each, at) => describeQuestion(objectIn(each), at));
  const callId = stringIn(objectIn(asked['tool'])['callID']);
  raise(
    draft,
    { kind: 'question', requestId, callId, questions: questions.length },
    {
      kind: 'question',
      title: cutText(questions[0]?.text ?? 'OpenCode has a question', 200),
      questions,
      options: [{ id: 'answer', label: 'Answer', effect: 'allow' }, { ...reject, label: 'Do not answer' }, abort],
    },
  );
}

/** Answered elsewhere, or no longer wanted: rejecting one permission rejects all that wait in the same conversation. */
export function questionGone(draft: Draft, requestId: string | undefined): void {
  const { state, outputs } = draft;
  const open = state.asked.find((each) => each.requestId === requestId);
  if (open === undefined) return;
  state.asked = state.asked.filter((each) => each !== open);
  outputs.push({ type: 'approval-withdrawn', approvalId: open.approvalId });
}

export function answer(
  draft: Draft,
  approvalId: string,
  effect: ApprovalOption['effect'],
  words: ApprovalAnswer,
): void {
  const { state } = draft;
  const open = state.asked.find((each) => each.approvalId === approvalId);
  if (open === undefined) return;
  state.asked = state.asked.filter((each) => each !== open);
  const allowed = effect === 'allow' || effect === 'allow-always';
  if (!allowed && open.kind === 'permission' && open.callId !== undefined && state.turn !== undefined)
    updateTurn(draft, { denied: new Set([...state.turn.denied, open.callId]) });
  reply(draft, open, effect, words);
  if (effect === 'cancel') stop(draft, 'asked');
}

function reply(draft: Draft, open: OpenQuestion, effect: ApprovalOption['effect'], words: ApprovalAnswer): void {
  if (open.kind === 'permission') {
    const body =
      effect === 'allow'
        ? { reply: 'once' }
        : effect === 'allow-always'
          ? { reply: 'always' }
          : { reply: 'reject', ...(effect === 'deny' ? { message: words.message ?? 'Not allowed.' } : {}) };
    request(draft, 'POST', `/permission/${open.requestId}/reply`, { kind: 'reply' }, body);
  } else if (effect === 'allow' || effect === 'allow-always') {
    const answers = Array.from({ length: open.questions }, (_, at) => words.answers?.[String(at)] ?? []);
    request(draft, 'POST', `/question/${open.requestId}/reply`, { kind: 'reply' }, { answers });
  } else if (effect === 'deny') {
    const answers = Array.from({ length: open.questions }, () => [words.message ?? 'The person does not answer this.']);
    request(draft, 'POST', `/question/${open.requestId}/reply`, { kind: 'reply' }, { answers });
  } else {
    request(draft, 'POST', `/question/${open.requestId}/reject`, { kind: 'reply' });
  }
}

function raise(draft: Draft, open: Omit<OpenQuestion, 'approvalId'>, approval: Omit<ApprovalRequest, 'id'>): void {
  const { state, outputs } = draft;
  const { turn } = state;
  if (state.asked.some(({ requestId }) => requestId === open.requestId)) return;
  if (turn === undefined || turn.stopping !== undefined) {
    // Nobody is there to answer, and nothing may run on without an answer.
    const closed = open.kind === 'permission' ? 'reply' : 'reject';
    const body = open.kind === 'permission' ? { reply: 'reject' } : undefined;
    request(draft, 'POST', `/${open.kind}/${open.requestId}/${closed}`, { kind: 'reply' }, body);
    return;
  }
  const approvalId = nextApprovalId(draft);
  state.asked = [...state.asked, { ...open, approvalId }];
  outputs.push({ type: 'approval-requested', turnId: turn.turnId, approval: { id: approvalId, ...approval } });
}

function describePermission(asked: Json, cwd: string): Omit<ApprovalRequest, 'id'> {
  const permission = stringIn(asked['permission']) ?? 'permission';
  const metadata = objectIn(asked['metadata']);
  const patterns = listIn(asked['patterns']).flatMap((each) => (typeof each === 'string' ? [each] : []));
  const always = listIn(asked['always']).flatMap((each) => (typeof each === 'string' ? [each] : []));
  const options = [once, ...(always.length === 0 ? [] : [lasting(always)]), reject, abort];
  const target = patterns.map((each) => showPath(each, cwd)).join(', ');
  switch (permission) {
    case 'bash': {
      const command = stringIn(metadata['command']) ?? target;
      return { kind: 'command', title: `Run ${cutText(command, 200)}`, command, options };
    }
    case 'edit': {
      const changes = changesOf({}, metadata, cwd);
      const files = changes.length === 0 ? target : changes.map(({ path }) => path).join(', ');
      return { kind: 'file_change', title: `Change ${cutText(files, 200)}`, changes, options };
    }
    case 'external_directory':
      return {
        kind: 'permission',
        title: `Work outside of the workspace: ${cutText(stringIn(metadata['filepath']) ?? target, 200)}`,
        options,
      };
    case 'doom_loop':
      return { kind: 'permission', title: `Go on, after the same call of ${target} came three times`, options };
    default: {
      const input = jsonTextOf(metadata);
      return {
        kind: 'tool',
        title: cutText(target === '' || target === '*' ? `Use ${permission}` : `Use ${permission}: ${target}`, 200),
        ...(input === undefined || input === '{}' ? {} : { input }),
        options,
      };
    }
  }
}

function lasting(always: readonly string[]): ApprovalOption {
  const label = always.includes('*') ? 'Always allow' : `Always allow ${cutText(always.join(', '), 80)}`;
  return { id: 'always', label, effect: 'allow-always' };
}

function describeQuestion(question: Json, at: number): ApprovalQuestion {
  const choices = listIn(question['options']).flatMap((each) => {
    const { label, description } = objectIn(each);
    if (typeof label !== 'string') return [];
    return [{ label, ...(typeof description === 'string' && description !== '' ? { description } : {}) }];
  });
  return {
    id: String(at),
    text: stringIn(question['question']) ?? stringIn(question['header']) ?? '',
    choices,
    multiple: question['multiple'] === true,
  };
}
