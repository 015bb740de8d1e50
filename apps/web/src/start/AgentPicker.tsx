// Chooses an agent among cards that tell whether it is here and whom it talks to.

import type { AgentName } from '@parley/schema';
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
      <div className="grid gap-2 sm:grid-cols-2">
        {all?.map((agent) => (
          <AgentCard
            key={agent.name}
            agent={agent}
            group={id}
            chosen={agent.name === value}
            onChoose={() => onChange(agent.name)}
          />
        ))}
      </div>
    </fieldset>
  );
}
