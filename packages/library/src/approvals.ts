// Who answers when the agent asks, in a program: the caller's function, or nobody, and then it is denied at once.

import type { Approval, ApprovalAnswer } from '@parley/schema';
import type { Parley } from './parley.ts';
import type { RunSettings } from './settings.ts';

/** Never throws: an answer that comes too late, or a caller's function that fails, must not end what watches. A failure denies. */
export function answerApprovals(
  parley: Pick<Parley, 'approvals' | 'answer'>,
  approval: Approval,
  decide: RunSettings['onApproval'],
): void {
  const answer = async (): Promise<void> => {
    // The policy decides in the same step in which it is asked: what it has answered nobody else is asked.
    const pending = await parley.approvals(true);
    if (!pending.some(({ id }) => id === approval.id)) return;
    try {
      await parley.answer(approval.id, (await decide?.(approval)) ?? denial(approval));
    } catch {
      await parley.answer(approval.id, denial(approval));
    }
  };
  answer().catch(() => undefined);
}

/** Every driver offers one of the two; an answer that is not there leaves it to the deadline, which denies. */
function denial({ options }: Approval): ApprovalAnswer {
  const option = options.find(({ effect }) => effect === 'deny') ?? options.find(({ effect }) => effect === 'cancel');
  return { optionId: option?.id ?? '' };
}
