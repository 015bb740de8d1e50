// Says plainly that nobody intelligent answers here, and how that changes.

import type { AgentName } from '@parley/schema';
import { Icon } from '../ui/Icon.tsx';

/** How each vendor's agent gets a model of its own. */
const ways: Readonly<Record<AgentName, string>> = {
  codex: 'Run `codex login`, or set OPENAI_API_KEY',
  claude: 'Run `claude` and log in, or set ANTHROPIC_API_KEY',
};

interface Props {
  readonly agent: AgentName;
  readonly agentTitle: string;
  /** A session keeps its model server for life. */
  readonly inSession: boolean;
}

export function RehearsalBanner({ agent, agentTitle, inSession }: Props) {
  const way = ways[agent] ?? `Log in with ${agentTitle}'s own command, or set its API key`;
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
        {way.split('`').map((part, index) =>
          index % 2 === 1 ? (
            <code key={index} className="font-mono text-text">
              {part}
            </code>
          ) : (
            part
          ),
        )}{' '}
        where Parley runs, then start Parley again
        {inSession ? ' and begin a new session: this one stays with the practice model' : ''}.
      </p>
    </details>
  );
}
