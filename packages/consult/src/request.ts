// What is asked of several agents at once.

import type { AgentChoice, ConsultKind, ConsultRequest } from '@parley/schema';

/** What a session of each kind is called in lists. */
export const consultTitles: Readonly<Record<ConsultKind, string>> = {
  validate: 'Review',
  'second-opinion': 'Second opinion',
  'red-team': 'Red team',
  consensus: 'Claim',
  ask: 'Question',
  compare: 'Comparison',
  synthesis: 'Synthesis',
};

export const consultKinds = Object.keys(consultTitles) as readonly ConsultKind[];

/** Whether reviewers are asked for verdicts. */
export function asksVerdicts(kind: ConsultKind): boolean {
  switch (kind) {
    case 'validate':
    case 'second-opinion':
    case 'red-team':
    case 'consensus':
      return true;
    case 'ask':
    case 'compare':
    case 'synthesis':
      return false;
  }
}

/** Ten minutes: a reviewer may have to read a repository. */
export const defaultTimeoutMs = 600_000;

/** Each is a process, and each answer goes to the judge. */
export const maxReviewers = 16;

/** Why this cannot be asked, in a sentence; undefined when it can. */
export function problemOf(request: ConsultRequest): string | undefined {
  const { kind, question, reviewers, judge, answers = [] } = request;
  if (question.trim() === '') return 'There is no question.';
  if (reviewers.length > maxReviewers) return `At most ${maxReviewers} reviewers can be asked at once.`;
  const twice = reviewers.find((one, index) => reviewers.findIndex((other) => isSame(one, other)) !== index);
  if (twice !== undefined) {
    return `${nameOf(twice)} is named twice: an agent that agrees with itself is no second opinion. Name another model of it.`;
  }
  if (answers.some((answer) => answer.trim() === '')) return 'One of the answers is empty.';
  switch (kind) {
    case 'compare':
      if (judge === undefined) return 'A comparison needs a judge: the agent that compares.';
      if (answers.length === 1) return 'There is nothing to compare one answer with.';
      if (answers.length > 0 && reviewers.length > 0)
        return 'Answers that are given are compared by the judge alone: name no other agents.';
      if (answers.length === 0 && reviewers.length < 2)
        return 'A comparison needs two agents that answer, or two answers.';
      return undefined;
    case 'synthesis':
      if (judge === undefined) return 'A synthesis needs a judge: the agent that brings the reviews together.';
      if (reviewers.length > 0)
        return 'Reviews that are given are brought together by the judge alone: name no other agents.';
      return answers.length === 0 ? 'There is no review to bring together.' : undefined;
    case 'ask':
      if (judge !== undefined) return 'Plain answers are not judged: for a judge choose compare.';
      break;
    case 'validate':
    case 'second-opinion':
    case 'red-team':
    case 'consensus':
  }
  if (answers.length > 0 && kind !== 'second-opinion')
    return `Answers are for compare, synthesis and second-opinion, not for ${kind}.`;
  return reviewers.length === 0 ? 'No agent is named that could be asked.' : undefined;
}

/** `codex`, `codex (gpt-x)`. */
export function nameOf({ agent, model }: AgentChoice): string {
  return model === undefined ? agent : `${agent} (${model})`;
}

/** How reviewers and answers are called before a judge, who must not know whose they are: A, B, … */
export function labelOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function isSame(a: AgentChoice, b: AgentChoice): boolean {
  return a.agent === b.agent && a.model === b.model;
}
