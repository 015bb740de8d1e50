// Approvals as forms that an MCP client shows to its person, and what the person filled in as an answer.

import type { Approval, ApprovalAnswer, ApprovalOption, ApprovalQuestion, FileChange } from '@parley/schema';
import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';

type Form = ElicitRequestFormParams['requestedSchema'];

const decision = 'decision';

/** Characters of what a form shows of a command, of the diffs together, and of a tool's arguments or the plan of a launch. */
const maxShown = 8000;

export function formOf(approval: Approval): { readonly message: string; readonly requestedSchema: Form } {
  const { title, reason, command, cwd, changes, input, questions = [] } = approval;
  const lines = [
    title,
    ...(reason === undefined ? [] : [reason]),
    ...(command === undefined ? [] : [`$ ${cut(command, maxShown)}`]),
    // The plan of a launch names the folder itself.
    ...(cwd === undefined || approval.kind === 'launch' ? [] : [`in ${cwd}`]),
    ...(changes === undefined ? [] : [cut(changes.map(changeText).join('\n'), 3 * maxShown)]),
    ...(command === undefined && changes === undefined && input !== undefined ? [cut(input, maxShown)] : []),
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

/** What would become of a file; each has its share of what is shown, so that a long one hides no other. */
function changeText(
  { kind, path, movedTo, added, removed, diff }: FileChange,
  _place: number,
  { length }: readonly FileChange[],
): string {
  const counts = added === undefined || removed === undefined ? '' : ` (+${added} −${removed})`;
  const head = `${kind} ${path}${movedTo === undefined ? '' : ` to ${movedTo}`}${counts}`;
  return diff === undefined ? head : `${head}\n${cut(diff.trimEnd(), Math.ceil(maxShown / length))}`;
}

/** Nobody is to take a part for the whole. */
function cut(text: string, most: number): string {
  const rest = text.length - most;
  return rest <= 0 ? text : `${text.slice(0, most)}\n[cut here: ${rest} more characters; Parley's page shows all]`;
}

function fieldOf({ text, choices, multiple }: ApprovalQuestion): Form['properties'][string] {
  const labels = choices.map(({ label }) => label);
  if (labels.length === 0) return { type: 'string', title: text };
  if (isYesOrNo(labels)) return { type: 'boolean', title: text };
  if (!multiple) return { type: 'string', title: text, enum: labels };
  return { type: 'array', title: text, items: { type: 'string', enum: labels } };
}

/** As the agent's own forms ask for a boolean. */
function isYesOrNo(labels: readonly string[]): boolean {
  return labels.length === 2 && labels[0] === 'Yes' && labels[1] === 'No';
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
        const words = (Array.isArray(given) ? given : [given]).flatMap(wordOf);
        if (words.length === 0) return undefined;
        answers[id] = words;
      }
      return option && { optionId: option.id, answers };
    }
  }
}

function wordOf(given: unknown): readonly string[] {
  if (typeof given === 'boolean') return [given ? 'Yes' : 'No'];
  return typeof given === 'string' ? [given] : [];
}
