// Chooses an agent among cards that tell whether it is here and whom it talks to.

import type { AgentName, AgentView } from '@parley/schema';
import { useId } from 'react';
import { agents, agentsProblem, loadAgents } from '../state/agents.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/Button.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { AgentCard } from './AgentCard.tsx';

interface Props {
  readonly value: AgentName | undefined;
  readonly onChange: (agent: AgentName) => void;
}

export function AgentPicker({ value, onChange }: Props) {
  const all = useStore(agents);
  const problem = useStore(agentsProblem);
  const id = useId();
  const { shown, rest } = arrange(all ?? []);
  const card = (agent: AgentView) => (
    <AgentCard
      key={agent.name}
      agent={agent}
      group={id}
      chosen={agent.name === value}
      onChoose={() => onChange(agent.name)}
    />
  );
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">Agent</legend>
      {problem !== undefined && (
        <ErrorNote error={problem}>
          <Button className="mt-2" onClick={() => void loadAgents()}>
            Try again
          </Button>
        </ErrorNote>
      )}
      {all === undefined && problem === undefined && (
        <p className="flex items-center gap-2.5 py-4 text-sm text-muted">
          <Spinner /> Looking for agents …
        </p>
      )}
      <div className="grid gap-2 sm:grid-cols-2">{shown.map(card)}</div>
      {rest.length > 0 && (
        <details className="mt-2 text-sm">
          <summary className="w-fit rounded-md py-1 text-muted hover:text-text pointer-coarse:py-2.5">
            {rest.length} more, not installed
          </summary>
          <div className="mt-2 grid gap-2 sm:grid-cols-2">{rest.map(card)}</div>
        </details>
      )}
    </fieldset>
  );
}

/** How many agents are shown at least: those that are not installed only as long as there is room. */
const least = 2;

function arrange(all: readonly AgentView[]): {
  readonly shown: readonly AgentView[];
  readonly rest: readonly AgentView[];
} {
  const here = all.filter(({ installed }) => installed);
  const missing = all.filter(({ installed }) => !installed);
  const room = Math.max(0, least - here.length);
  return { shown: [...here, ...missing.slice(0, room)], rest: missing.slice(room) };
}
