// Who one part of a consultation is: agent, model, how it stands, how long it took, and the way to its session.

import type { AgentView, ConsultPart, SessionId } from '@parley/schema';
import { go, pathOf } from '../app/route.ts';
import { agents, agentTitle } from '../state/agents.ts';
import { useStore } from '../state/store.ts';
import { durationText } from '../transcript/time-text.ts';
import { Spinner } from '../ui/Spinner.tsx';
import { isOpenPart, partWords } from './consult-words.ts';

interface Props {
  readonly part: ConsultPart;
  /** `A` and so on, as the judge knows it; or what the part is. */
  readonly label: string;
}

export function PartHead({ part, label }: Props) {
  const all: readonly AgentView[] | undefined = useStore(agents);
  const model = part.actualModel ?? part.model;
  const facts = [
    ...(model === undefined ? [] : [model]),
    ...(part.durationMs === undefined ? [] : [durationText(part.durationMs)]),
    ...(part.backend?.kind === 'rehearsal' ? ['rehearsal, no model'] : []),
  ];
  return (
    <div>
      <p className="flex items-baseline gap-2">
        <span className="rounded bg-sunken px-1.5 text-xs font-semibold text-muted">{label}</span>
        <span className="min-w-0 flex-1 truncate font-semibold">{agentTitle(all, part.agent)}</span>
        {part.sessionId !== undefined && <SessionLink id={part.sessionId} />}
      </p>
      <p className="mt-0.5 flex items-center gap-1.5 text-xs text-muted">
        {isOpenPart(part.state) && <Spinner className="size-3" />}
        <span className="wrap-anywhere">{[partWords[part.state], ...facts].join(' · ')}</span>
      </p>
    </div>
  );
}

function SessionLink({ id }: { readonly id: SessionId }) {
  const to = { page: 'session', sessionId: id } as const;
  return (
    <a
      href={pathOf(to)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
      className="shrink-0 text-xs text-accent underline underline-offset-2 pointer-coarse:py-2"
    >
      Session
    </a>
  );
}
