// What a person has chosen and written for a question, and the answer that is made of it.

import type { ApprovalQuestion } from '@parley/schema';

export interface QuestionAnswer {
  readonly chosen: readonly string[];
  readonly words: string;
}

export const emptyAnswer: QuestionAnswer = { chosen: [], words: '' };

export function isAnswered({ chosen, words }: QuestionAnswer): boolean {
  return chosen.length > 0 || words.trim() !== '';
}

/** Choosing among several adds or takes away; of one, it replaces the choice and the words. */
export function choose(question: ApprovalQuestion, answer: QuestionAnswer, label: string): QuestionAnswer {
  if (!question.multiple) return { chosen: [label], words: '' };
  const without = answer.chosen.filter((chosen) => chosen !== label);
  return { ...answer, chosen: without.length < answer.chosen.length ? without : [...without, label] };
}

/** Own words stand beside choices where several are allowed, and in place of the choice where one is. */
export function write(question: ApprovalQuestion, answer: QuestionAnswer, words: string): QuestionAnswer {
  return { chosen: question.multiple || words === '' ? answer.chosen : [], words };
}

/** By question id, the labels chosen and the words written. */
export function answersTo(
  questions: readonly ApprovalQuestion[],
  given: Readonly<Record<string, QuestionAnswer>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    questions.map(({ id }) => {
      const { chosen, words } = given[id] ?? emptyAnswer;
      return [id, words.trim() === '' ? chosen : [...chosen, words.trim()]];
    }),
  );
}
