// What kimi asks on the wire: permissions and questions become approvals; hooks and tools that we do not have are answered at once.
// A request without an answer would hang its turn.

import type { ApprovalAnswer, ApprovalOption, ApprovalQuestion, ApprovalRequest } from '@parley/schema';
import { cutText, jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { notice } from '../shared/unknown-event.ts';
import { changesOfDisplay } from './file-change.ts';
import { startCalls } from './wire-tools.ts';
import { activeTurn, changeTurn, nextApprovalId, refuse, respond } from './wire-state.ts';
import type { Draft, OpenAsk } from './wire-state.ts';

/** One `request` of kimi. `id` is the JSON-RPC id, which is the payload's as well (1.49.0). */
export function readRequest(draft: Draft, id: string, params: Json, line: string): void {
  const payload = objectIn(params.payload);
  startCalls(draft);
  switch (params.type) {
    case 'ApprovalRequest':
      ask(draft, permissionOf(id, payload, draft.state.context.cwd), line);
      return;
    case 'QuestionRequest':
      ask(draft, questionOf(id, payload), line);
      return;
    case 'ToolCallRequest':
      // We offered none, so this is a tool that somebody else brought in.
      respond(draft, id, {
        tool_call_id: stringIn(payload.id) ?? id,
        return_value: { is_error: true, output: '', message: 'This tool is not available here.', display: [] },
      });
      return;
    case 'HookRequest':
      // We subscribed to none. A malformed answer would count as "allow" too.
      respond(draft, id, { request_id: id, action: 'allow', reason: '' });
      return;
    default:
      refuse(draft, id, -32601, `Unknown request ${cutText(String(params.type), 120)}`);
      draft.outputs.push(
        notice(
          draft.state.turn?.turnId,
          'warning',
          'request_declined',
          'Kimi asked for something that Parley does not know',
          line,
        ),
      );
  }
}

interface Asked {
  readonly approval: Omit<ApprovalRequest, 'id'>;
  readonly open: Omit<OpenAsk, 'approvalId'>;
}

function ask(draft: Draft, { approval, open }: Asked, line: string): void {
  const { state, outputs } = draft;
  const turn = activeTurn(draft);
  const { requestId } = open;
  if (state.asked.some((each) => each.requestId === requestId)) return;
  if (turn === undefined) {
    // Work in the background that outlived its turn: there is nobody to ask.
    respond(draft, requestId, denial(requestId, open.questions !== undefined, 'The turn is over.'));
    outputs.push(notice(undefined, 'warning', 'request_declined', 'Kimi asked outside a turn; it was declined', line));
    return;
  }
  if (open.questions === undefined && state.allowed.includes(open.kind)) {
    respond(draft, requestId, { request_id: requestId, response: 'approve' });
    return;
  }
  const approvalId = nextApprovalId(draft);
  state.asked = [...state.asked, { ...open, approvalId }];
  outputs.push({ type: 'approval-requested', turnId: turn.turnId, approval: { id: approvalId, ...approval } });
}

function permissionOf(requestId: string, payload: Json, cwd: string): Asked {
  const action = stringIn(payload.action) ?? 'use a tool';
  const sender = stringIn(payload.sender) ?? 'tool';
  const description = stringIn(payload.description);
  const display = listIn(payload.display).map(objectIn);
  const command = stringIn(display.find((block) => block.type === 'shell')?.command);
  const changes = changesOfDisplay(display, cwd);
  const what =
    command !== undefined
      ? ({ kind: 'command', command } as const)
      : changes.length > 0
        ? ({ kind: 'file_change', changes } as const)
        : ({ kind: 'tool' } as const);
  const input = what.kind === 'tool' && display.length > 0 ? jsonTextOf(display) : undefined;
  return {
    approval: {
      ...what,
      title: cutText((description ?? `${sender}: ${action}`).replace(/\s+/g, ' ').trim(), 160),
      ...(input === undefined ? {} : { input }),
      options: [
        { id: 'allow', label: 'Allow', effect: 'allow' },
        // Kimi's own "for this session" is kept on disk and would outlive a change of the session's policy.
        { id: 'allow-always', label: `Allow from now on: ${action}`, effect: 'allow-always' },
        { id: 'deny', label: 'Deny', effect: 'deny' },
        { id: 'cancel', label: 'Deny and stop', effect: 'cancel' },
      ],
    },
    open: { requestId, callId: stringIn(payload.tool_call_id), kind: `${sender}/${action}`, questions: undefined },
  };
}

function questionOf(requestId: string, payload: Json): Asked {
  const questions = listIn(payload.questions).map((each, index) => question(objectIn(each), String(index + 1)));
  return {
    approval: {
      kind: 'question',
      title: cutText(questions[0]?.text ?? 'Kimi asks a question', 160),
      questions,
      options: [
        { id: 'allow', label: 'Answer', effect: 'allow' },
        { id: 'deny', label: 'Do not answer', effect: 'deny' },
        { id: 'cancel', label: 'Stop', effect: 'cancel' },
      ],
    },
    open: {
      requestId,
      callId: stringIn(payload.tool_call_id),
      kind: 'question',
      questions: new Map(questions.map(({ id, text }) => [id, text])),
    },
  };
}

function question(raw: Json, id: string): ApprovalQuestion {
  return {
    id,
    text: stringIn(raw.question) ?? '',
    choices: listIn(raw.options).map((each) => {
      const { label, description } = objectIn(each);
      const words = stringIn(description) ?? '';
      return { label: stringIn(label) ?? '', ...(words === '' ? {} : { description: words }) };
    }),
    multiple: raw.multi_select === true,
  };
}

/** Somebody has answered: tell kimi. */
export function answerAsk(
  draft: Draft,
  approvalId: string,
  effect: ApprovalOption['effect'],
  words: ApprovalAnswer,
): void {
  const { state } = draft;
  const found = state.asked.find((each) => each.approvalId === approvalId);
  if (found === undefined) return;
  state.asked = state.asked.filter((each) => each !== found);
  if (effect === 'allow-always') state.allowed = [...state.allowed, found.kind];
  const denied = effect === 'deny' || effect === 'cancel';
  if (denied && found.callId !== undefined)
    changeTurn(draft, { declined: [...(state.turn?.declined ?? []), found.callId] });
  respond(draft, found.requestId, answerOf(found, effect, words));
}

/** The result of a request. Kimi 1.49.0 wants its id echoed, and takes what it cannot read for a no. */
function answerOf({ requestId, questions }: OpenAsk, effect: ApprovalOption['effect'], words: ApprovalAnswer): Json {
  switch (effect) {
    case 'allow':
    case 'allow-always':
      return questions === undefined
        ? { request_id: requestId, response: 'approve' }
        : { request_id: requestId, answers: answersOf(questions, words) };
    case 'deny':
      // With a feedback kimi tells the model and goes on; without one a "no" ends the turn.
      return denial(requestId, questions !== undefined, words.message ?? 'The user denied this. Go on without it.');
    case 'cancel':
      return denial(requestId, questions !== undefined, words.message);
  }
}

function denial(requestId: string, isQuestion: boolean, feedback: string | undefined): Json {
  if (isQuestion) return { request_id: requestId, answers: {} };
  return { request_id: requestId, response: 'reject', ...(feedback === undefined ? {} : { feedback }) };
}

/** Kimi wants the answers by the question's text, several labels joined. */
function answersOf(questions: ReadonlyMap<string, string>, { answers = {} }: ApprovalAnswer): Json {
  const given: Record<string, string> = {};
  for (const [id, text] of questions) {
    const words = answers[id];
    if (words !== undefined && words.length > 0) given[text] = words.join(',');
  }
  return given;
}

/** `ApprovalResponse`: the request was settled, by us or by kimi itself. */
export function askSettled(draft: Draft, requestId: unknown): void {
  const { state, outputs } = draft;
  for (const each of state.asked) {
    if (each.requestId === requestId) outputs.push({ type: 'approval-withdrawn', approvalId: each.approvalId });
  }
  state.asked = state.asked.filter((each) => each.requestId !== requestId);
}
