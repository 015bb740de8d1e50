// Claude's permission prompts (`can_use_tool`) as approvals, and the answers in its words.

import type { ApprovalAnswer, ApprovalId, ApprovalOption, ApprovalQuestion, ApprovalRequest } from '@parley/schema';
import { jsonTextOf, listIn, objectIn, stringIn } from '../shared/json.ts';
import type { Json } from '../shared/json.ts';
import { fileChangeOfInput, isWritingTool } from './file-change.ts';
import type { OpenApproval } from './state.ts';
import { oneLine, toolTitle } from './tool-title.ts';

export interface Asked {
  readonly approval: ApprovalRequest;
  readonly open: OpenApproval;
}

/** `request` is the body of a `can_use_tool` control request. */
export function approvalOf(id: ApprovalId, requestId: string, request: Json, cwd: string): Asked {
  const name = stringIn(request.tool_name) ?? 'unknown';
  const input = objectIn(request.input);
  const question = name === 'AskUserQuestion';
  const lasting = question ? [] : lastingRules(request.permission_suggestions);
  const reason = stringIn(request.decision_reason);
  return {
    approval: {
      id,
      ...kindOf(name, input, cwd),
      title: toolTitle(name, input, cwd),
      ...(reason === undefined || reason === '' ? {} : { reason: oneLine(reason) }),
      options: question ? questionOptions : optionsFor(lasting),
    },
    open: { approvalId: id, requestId, useId: stringIn(request.tool_use_id), input, question, lasting },
  };
}

type Kind = Pick<ApprovalRequest, 'kind' | 'command' | 'changes' | 'input' | 'questions'>;

function kindOf(name: string, input: Json, cwd: string): Kind {
  if (name === 'Bash') return { kind: 'command', command: stringIn(input.command) ?? '' };
  if (isWritingTool(name)) return { kind: 'file_change', changes: [fileChangeOfInput(name, input, cwd)] };
  if (name === 'AskUserQuestion') return { kind: 'question', questions: questionsOf(input) };
  const text = jsonTextOf(input);
  return text === undefined ? { kind: 'tool' } : { kind: 'tool', input: text };
}

function questionsOf(input: Json): readonly ApprovalQuestion[] {
  return listIn(input.questions).map((each, index) => {
    const question = objectIn(each);
    return {
      id: String(index + 1),
      text: stringIn(question.question) ?? '',
      choices: listIn(question.options).map((option) => {
        const label = stringIn(objectIn(option).label) ?? '';
        const description = stringIn(objectIn(option).description);
        return description === undefined ? { label } : { label, description };
      }),
      multiple: question.multiSelect === true,
    };
  });
}

const deny: ApprovalOption = { id: 'deny', label: 'Deny', effect: 'deny' };
const cancel: ApprovalOption = { id: 'cancel', label: 'Deny and stop', effect: 'cancel' };

const questionOptions: readonly ApprovalOption[] = [
  { id: 'allow', label: 'Answer', effect: 'allow' },
  { id: 'deny', label: 'Do not answer', effect: 'deny' },
  { ...cancel, label: 'Stop' },
];

function optionsFor(lasting: readonly Json[]): readonly ApprovalOption[] {
  const allow: ApprovalOption = { id: 'allow', label: 'Allow', effect: 'allow' };
  if (lasting.length === 0) return [allow, deny, cancel];
  return [allow, { id: 'allow-always', label: lastingLabel(lasting), effect: 'allow-always' }, deny, cancel];
}

/**
 * What "always" means, out of claude's suggestions: its rules where it has some, else "edits are allowed" (`setMode`). For this
 * conversation's process only: claude itself would write rules into the workspace (`.claude/settings.local.json`).
 */
function lastingRules(suggestions: unknown): readonly Json[] {
  const all = listIn(suggestions).map(objectIn);
  const rules = all.filter((each) => each.type === 'addRules' && each.behavior === 'allow');
  const mode = all.filter((each) => each.type === 'setMode' && each.mode === 'acceptEdits');
  return (rules.length > 0 ? rules : mode).map((each) => ({ ...each, destination: 'session' }));
}

function lastingLabel(lasting: readonly Json[]): string {
  const names = lasting.flatMap((each) =>
    listIn(each.rules).map((rule) => {
      const { toolName, ruleContent } = objectIn(rule);
      return stringIn(ruleContent) ?? stringIn(toolName) ?? '';
    }),
  );
  const named = names.filter((name) => name !== '');
  return named.length === 0 ? 'Allow edits from now on' : oneLine(`Always allow ${named.join(', ')}`);
}

/** The line that answers a prompt. Claude says the message to the model when it is denied. */
export function answerLine(open: OpenApproval, option: ApprovalOption['effect'], answer: ApprovalAnswer): Json {
  switch (option) {
    case 'deny':
      return denial(
        open.requestId,
        answer.message ?? (open.question ? 'The user gave no answer.' : 'The user denied this.'),
      );
    case 'cancel':
      return denial(open.requestId, answer.message ?? 'The user denied this and wants you to stop.', true);
    case 'allow':
    case 'allow-always':
      return {
        type: 'control_response',
        response: {
          subtype: 'success',
          request_id: open.requestId,
          response: {
            behavior: 'allow',
            updatedInput: open.question ? answered(open.input, answer) : open.input,
            ...(option === 'allow-always' && open.lasting.length > 0 ? { updatedPermissions: open.lasting } : {}),
          },
        },
      };
  }
}

/** A no. `interrupt` also stops the turn. */
export function denial(requestId: string, message: string, interrupt = false): Json {
  return {
    type: 'control_response',
    response: {
      subtype: 'success',
      request_id: requestId,
      response: interrupt ? { behavior: 'deny', message, interrupt } : { behavior: 'deny', message },
    },
  };
}

/** Claude wants the answers by the question's text, several labels joined. */
function answered(input: Json, answer: ApprovalAnswer): Json {
  const answers: Record<string, string> = {};
  for (const { id, text } of questionsOf(input)) {
    const words = answer.answers?.[id];
    if (words !== undefined && words.length > 0) answers[text] = words.join(', ');
  }
  return { ...input, answers };
}
