// What is asked of several agents at once.

import type { AgentName, Policy } from '@parley/schema';

/**
 * - `validate`: is this right? Each reviewer gives a verdict.
 * - `second-opinion`: the same of an answer that somebody has given already, or of the question itself.
 * - `red-team`: each reviewer looks for what is wrong.
 * - `consensus`: is this claim true? approve is true, reject is false, mixed depends on what the summary names.
 * - `compare`: the judge compares answers: those that are given, or those that the reviewers write.
 */
export type ConsultKind = 'validate' | 'second-opinion' | 'red-team' | 'consensus' | 'compare';
export const consultKinds = ['validate', 'second-opinion', 'red-team', 'consensus', 'compare'] as const;

export interface AgentChoice {
  readonly agent: AgentName;
  /** Absent: the agent's usual one. */
  readonly model?: string;
}

export interface ConsultRequest {
  readonly kind: ConsultKind;
  readonly question: string;
  /** Answers to be judged: any number for `second-opinion`; two or more, or none, for `compare`. */
  readonly answers?: readonly string[];
  /** What the question is about: a diff, a document. */
  readonly material?: string;
  /** What reviewers are to look at above all. */
  readonly focus?: string;
  readonly reviewers: readonly AgentChoice[];
  readonly judge?: AgentChoice;
  /** Absolute path of an existing folder, in which all of them work. */
  readonly cwd: string;
  readonly policy: Policy;
  /** Milliseconds that each reviewer has, and then the judge. */
  readonly timeoutMs: number;
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
  if (kind === 'compare') {
    if (judge === undefined) return 'A comparison needs a judge: the agent that compares.';
    if (answers.length === 1) return 'There is nothing to compare one answer with.';
    if (answers.length > 0 && reviewers.length > 0)
      return 'Answers that are given are compared by the judge alone: name no other agents.';
    if (answers.length === 0 && reviewers.length < 2)
      return 'A comparison needs two agents that answer, or two answers.';
    return undefined;
  }
  if (answers.length > 0 && kind !== 'second-opinion')
    return `Answers are for compare and second-opinion, not for ${kind}.`;
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
