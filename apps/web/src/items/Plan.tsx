// The agent's plan, with what is done and what it is at.

import type { PlanItem, PlanStep } from '@parley/schema';
import { memo } from 'react';
import { Icon } from '../ui/Icon.tsx';
import { Spinner } from '../ui/Spinner.tsx';

const words = { pending: 'To do', in_progress: 'In progress', completed: 'Done' } as const;

export const Plan = memo(function Plan({ item, live }: { readonly item: PlanItem; readonly live: boolean }) {
  const done = item.steps.filter((step) => step.status === 'completed').length;
  return (
    <section aria-label="Plan" className="rounded-xl border border-line bg-surface px-4 py-3">
      <h3 className="flex items-center gap-2 text-sm font-semibold">
        <Icon name="list" className="size-4 text-muted" />
        Plan
        <span className="font-normal text-muted tabular-nums">
          {done} of {item.steps.length} done
        </span>
      </h3>
      <ol className="mt-2 space-y-1.5 text-sm">
        {item.steps.map((step, index) => (
          <li key={index} className={`flex gap-2.5 ${step.status === 'completed' ? 'text-muted' : ''}`}>
            <span className="flex h-[1.55em] w-4 shrink-0 items-center justify-center">
              <Mark status={step.status} live={live} />
            </span>
            <span className="sr-only">{words[step.status]}: </span>
            <span className={`wrap-anywhere ${step.status === 'in_progress' ? 'font-medium' : ''}`}>{step.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
});

function Mark({ status, live }: { readonly status: PlanStep['status']; readonly live: boolean }) {
  if (status === 'completed') return <Icon name="check" className="size-4 text-added" />;
  if (status === 'in_progress' && live) return <Spinner />;
  return (
    <span
      className={`size-2.5 rounded-full border-[1.5px] ${status === 'pending' ? 'border-edge' : 'border-accent'}`}
    />
  );
}
