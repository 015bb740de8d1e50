// Chooses what a session may do without asking.

import type { Policy } from '@parley/schema';
import { useId } from 'react';
import { policies } from './policy-order.ts';
import { policyWords } from './policy-words.ts';

interface Props {
  readonly value: Policy;
  readonly onChange: (policy: Policy) => void;
  readonly note?: string;
  /** What this agent cannot express of the policy. */
  readonly limits?: readonly string[];
}

export function PolicyField({ value, onChange, note, limits = [] }: Props) {
  const id = useId();
  return (
    <fieldset aria-describedby={`${id}-meaning`}>
      <legend className="mb-1.5 text-sm font-medium">May do without asking</legend>
      <div className="grid grid-cols-4 gap-1 rounded-xl border border-line bg-sunken p-1">
        {policies.map((policy) => (
          <label
            key={policy}
            className="relative flex min-h-9 cursor-pointer items-center justify-center rounded-lg px-1 text-center text-sm text-muted hover:text-text has-checked:bg-surface has-checked:font-medium has-checked:text-text has-checked:shadow-sm has-checked:ring-1 has-checked:ring-line has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
          >
            <input
              type="radio"
              name={id}
              checked={value === policy}
              onChange={() => onChange(policy)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {policyWords[policy].name}
          </label>
        ))}
      </div>
      <p id={`${id}-meaning`} aria-live="polite" className="mt-1.5 text-sm text-muted">
        {policyWords[value].meaning} {note}
      </p>
      {limits.map((limit) => (
        <p key={limit} className="mt-1 text-xs text-muted">
          {limit}
        </p>
      ))}
    </fieldset>
  );
}
