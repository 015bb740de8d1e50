// Says plainly that nobody intelligent answers here, and how that changes.

import { Hint } from '../ui/Hint.tsx';
import { Icon } from '../ui/Icon.tsx';

interface Props {
  /** How this agent gets a model of its own; commands in backticks. */
  readonly loginHint: string;
  /** A session keeps its model server for life. */
  readonly inSession: boolean;
}

export function RehearsalBanner({ loginHint, inSession }: Props) {
  return (
    <details className="group rounded-xl border border-waiting-line bg-waiting-soft px-3.5 py-2 text-sm">
      <summary className="flex list-none items-start gap-2.5 [&::-webkit-details-marker]:hidden">
        <Icon name="info" className="mt-[0.15em] size-4 text-waiting" />
        <span className="flex-1">
          <strong className="font-semibold">Rehearsal:</strong> no key or login found, so this agent talks to Parley’s
          offline practice model.{' '}
          <span className="whitespace-nowrap text-accent underline underline-offset-2 group-open:hidden">
            Use a real one
          </span>
        </span>
      </summary>
      <p className="mt-1.5 pl-6.5 text-muted">
        <Hint text={loginHint} /> where Parley runs, then start Parley again
        {inSession ? ' and begin a new session: this one stays with the practice model' : ''}.
      </p>
    </details>
  );
}
