// Approvals as forms that an MCP client shows to its person, and what the person filled in as an answer.

import type { Approval, ApprovalAnswer, ApprovalOption, ApprovalQuestion } from '@parley/schema';
import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';

type Form = ElicitRequestFormParams['requestedSchema'];

const decision = 'decision';

/** Characters of what a form shows of a tool's arguments. */
const maxInput = 2000;

export function formOf(approval: Approval): { readonly message: string; readonly requestedSchema: Form } {
  const { title, reason, command, cwd, changes, input, questions = [] } = approval;
  const lines = [
    title,
    ...(reason === undefined ? [] : [reason]),
    ...(command === undefined ? [] : [`$ ${command}`]),
    ...(cwd === undefined ? [] : [`in ${cwd}`]),
    ...(changes ?? []).map(({ kind, path }) => `${kind} ${path}`),
    ...(command === undefined && changes === undefined && input !== undefined ? [input.slice(0, maxInput)] : []),
  ];
  const properties: Form['properties'] = {};
  if (approval.kind === 'question') {
    for (const question of questions) properties[question.id] = fieldOf(question);
  } else {
    properties[decision] = {
      type: 'string',
      title: 'Decision',
      oneOf: approval.options.map(({ id, label }) => ({ const: id, title: label })),
    };
  }
  return {
    message: lines.join('\n'),
    requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
  };
}

function fieldOf({ text, choices, multiple }: ApprovalQuestion): Form['properties'][string] {
  const labels = choices.map(({ label }) => label);
  if (labels.length === 0) return { type: 'string', title: text };
  if (!multiple) return { type: 'string', title: text, enum: labels };
  return { type: 'array', title: text, items: { type: 'string', enum: labels } };
}

export interface Filled {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * What it means; undefined when it means nothing, and the approval waits on: the person closed the form, or a client sent what the form
 * does not offer. What somebody declines is denied.
 */
export function answerOf(approval: Approval, { action, content = {} }: Filled): ApprovalAnswer | undefined {
  const withEffect = (...effects: readonly ApprovalOption['effect'][]) =>
    effects.map((effect) => approval.options.find((option) => option.effect === effect)).find(Boolean);
  switch (action) {
    case 'cancel':
      return undefined;
    case 'decline': {
      const option = withEffect('deny', 'cancel');
      return option && { optionId: option.id };
    }
    case 'accept': {
      if (approval.kind !== 'question') {
        const option = approval.options.find(({ id }) => id === content[decision]);
        return option && { optionId: option.id };
      }
      const option = withEffect('allow');
      const answers: Record<string, readonly string[]> = {};
      for (const { id } of approval.questions ?? []) {
        const given = content[id];
        const words = (Array.isArray(given) ? given : [given]).filter((each) => typeof each === 'string');
        if (words.length === 0) return undefined;
        answers[id] = words;
      }
      return option && { optionId: option.id, answers };
    }
  }
}
