// An option of the agent's own whose value cannot be had.

import { ParleyError } from '@parley/schema';
import type { AgentOptionName, AgentOptions, Policy } from '@parley/schema';

/** Says what the caller can do instead. */
export function refusedOption(option: AgentOptionName, text: string): ParleyError {
  return new ParleyError('invalid_request', `${option}: ${text}`, { field: `options.${option}` });
}

/** An option through which the agent could get more than any policy but `full` gives. Throws `policy_not_allowed`. */
export function needsFull(options: AgentOptions, names: readonly AgentOptionName[], policy: Policy): void {
  if (policy === 'full') return;
  const name = names.find((each) => options[each] !== undefined);
  if (name === undefined) return;
  throw new ParleyError(
    'policy_not_allowed',
    `${name} can allow more than the policy "${policy}" does: use the policy "full", which needs the operator's opt-in for the folder, or leave it out.`,
    { field: `options.${name}`, policy },
  );
}
