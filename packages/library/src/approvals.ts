// Who answers when the agent asks, in a program: the caller's function, or nobody, and then it is denied at once.

import type { Approval, ApprovalAnswer, ApprovalId } from '@parley/schema';

export interface Answers {
  answer(id: ApprovalId, answer: ApprovalAnswer): Promise<void>;
}

/** Never throws: an answer that comes too late, or a caller's function that fails, must not end what watches. A failure denies. */
export function answerApprovals(
  parley: Answers,
  approval: Approval,
  decide: ((approval: Approval) => ApprovalAnswer | Promise<ApprovalAnswer>) | undefined,
): void {
  const deny = (): Promise<void> => {
    const option = approval.options.find(({ effect }) => effect === 'deny') ?? approval.options.at(-1);
    return option === undefined ? Promise.resolve() : parley.answer(approval.id, { optionId: option.id });
  };
  const answered =
    decide === undefined
      ? deny()
      : Promise.resolve()
          .then(() => decide(approval))
          .then((answer) => parley.answer(approval.id, answer))
          .catch(deny);
  answered.catch(() => undefined);
}
